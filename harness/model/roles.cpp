#include "model/roles.hpp"

#include <fmt/format.h>

#include <charconv>

#include "model/units.hpp"

namespace clusterspec {
namespace {

constexpr std::string_view k_target_choices =
    "who can be meant: launcher, workers, worker N, group, all, servers; \"NAME/launcher\" for another "
    "instance";
constexpr std::string_view k_moment_choices =
    "moments: launched, ready, signalled, launcher exited, every worker exited, any worker exited, worker N "
    "exited, "
    "launcher closed its listener, every worker closed its listener, every GROUP concluded, step NAME";

bool remove_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool remove_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

}  // namespace

Result<Target> parse_target(std::string_view text) {
  Target target;
  std::string_view role = text;
  if (const auto slash = text.find('/'); slash != std::string_view::npos) {
    target.instance = text.substr(0, slash);
    role = text.substr(slash + 1);
  }
  if (remove_prefix(role, "worker ")) {
    const auto [end, status] = std::from_chars(role.data(), role.data() + role.size(), target.ordinal);
    if (status == std::errc{} && end == role.data() + role.size() && target.ordinal >= 1) {
      target.role = Role::worker;
      return target;
    }
  } else if (const auto known = from_name<Role>(role);
             known && *known != Role::worker && !target.instance.empty()) {
    target.role = *known;
    return target;
  }
  return failure(ErrorKind::file, fmt::format("\"{}\" is nobody", printable(text)),
                 std::string(k_target_choices));
}

std::string to_text(const Target& target) {
  std::string text = target.instance == k_first_instance ? "" : target.instance + "/";
  text += name_of(target.role);
  if (target.role == Role::worker) text += fmt::format(" {}", target.ordinal);
  return text;
}

Result<Moment> parse_moment(std::string_view text) {
  Moment moment;
  std::string_view rest = text;
  const auto simple = [&](Happening happening) {
    moment.happening = happening;
    moment.of = Target{Role::launcher, 0, std::string(k_first_instance)};
    return moment;
  };
  if (text == "launched") return simple(Happening::launched);
  if (text == "ready") return simple(Happening::ready);
  if (text == "signalled") return simple(Happening::signalled);
  if (remove_prefix(rest, "step ") && !rest.empty()) {
    moment.happening = Happening::step;
    moment.name = rest;
    return moment;
  }
  const auto unknown = [&] {
    return failure(ErrorKind::file, fmt::format("\"{}\" is no moment", printable(text)),
                   std::string(k_moment_choices));
  };
  if (remove_suffix(rest, " closed its listener")) {
    moment.happening = Happening::closed_listener;
  } else if (remove_suffix(rest, " exited")) {
    moment.happening = Happening::exited;
  } else if (remove_suffix(rest, " concluded")) {
    moment.happening = Happening::concluded;
  } else {
    return unknown();
  }
  const bool any = remove_prefix(rest, "any ");
  const bool every = !any && remove_prefix(rest, "every ");
  moment.first = any;
  if (moment.happening == Happening::concluded) {
    if ((!any && !every) || rest.empty()) return unknown();
    moment.name = rest;
    return moment;
  }
  if (any || every) {
    if (rest != "worker") return unknown();
    moment.of = Target{Role::workers, 0, std::string(k_first_instance)};
    return moment;
  }
  const auto target = parse_target(rest);
  if (!target || (target->role != Role::launcher && target->role != Role::worker)) return unknown();
  moment.of = *target;
  return moment;
}

std::string to_text(const Moment& moment) {
  const std::string_view which = moment.first ? "any " : "every ";
  const std::string who =
      moment.of.role == Role::workers ? std::string(which) + "worker" : to_text(moment.of);
  switch (moment.happening) {
    case Happening::launched:
      return "launched";
    case Happening::ready:
      return "ready";
    case Happening::signalled:
      return "signalled";
    case Happening::step:
      return "step " + moment.name;
    case Happening::concluded:
      return std::string(which) + moment.name + " concluded";
    case Happening::exited:
      return who + " exited";
    case Happening::closed_listener:
      return who + " closed its listener";
  }
  return {};
}

}  // namespace clusterspec
