#include "connection_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

#include "text.hpp"

namespace clusterspec {
namespace {

constexpr std::int64_t k_not_yet = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t k_most_holders = 6;

enum class Period { whole, before, draining, after };

std::string_view title_of(Period period) {
  switch (period) {
    case Period::whole:
      return "all";
    case Period::before:
      return "begun before the signal";
    case Period::draining:
      return "begun while draining";
    case Period::after:
      return "begun after the end";
  }
  return {};
}

struct Borders {
  std::optional<std::int64_t> signal;
  std::int64_t end = k_not_yet;  // of the last process
};

Borders borders_of(const Journal& journal, const Cluster& cluster) {
  Borders borders;
  for (const Event& event : journal)
    if (const auto* signalled = std::get_if<Signalled>(&event.what);
        signalled && signalled->by == 0 && !borders.signal)
      borders.signal = event.at;
  const auto& processes = cluster.processes();
  const bool all_ended = std::none_of(processes.begin(), processes.end(),
                                      [](const ProcessState& process) { return process.alive(); });
  if (!all_ended) return borders;
  borders.end = 0;
  for (const ProcessState& process : processes)
    borders.end = std::max(borders.end, journal[static_cast<std::size_t>(process.exited_at)].at);
  return borders;
}

Period period_of(const Concluded& one, const Borders& borders) {
  if (!borders.signal) return Period::whole;
  if (one.begun < *borders.signal) return Period::before;
  return one.begun < borders.end ? Period::draining : Period::after;
}

// Those with one outcome that began in one period.
struct Share {
  int count = 0;
  std::int64_t first = k_not_yet, last = 0;
  std::map<Pid, int> held_by;

  void add(const Concluded& one, Pid holder) {
    ++count;
    first = std::min(first, one.ended);
    last = std::max(last, one.ended);
    if (holder != 0) ++held_by[holder];
  }
};

std::string milliseconds(std::int64_t at) { return fmt::format("{:+.1f}", static_cast<double>(at) / 1e6); }

std::string holders(const Share& share, const Cluster& cluster) {
  std::vector<std::pair<int, Pid>> most;
  for (const auto& [pid, count] : share.held_by) most.emplace_back(-count, pid);
  std::sort(most.begin(), most.end());
  std::string text;
  for (std::size_t i = 0; i < std::min(most.size(), k_most_holders); ++i) {
    const std::string name = cluster.name(most[i].second);
    text += text.empty() ? " at " : ", ";
    text +=
        most.size() == 1 && -most[i].first == share.count ? name : fmt::format("{} {}", name, -most[i].first);
  }
  if (most.size() > k_most_holders) text += fmt::format(" and {} more", most.size() - k_most_holders);
  return text;
}

}  // namespace

std::vector<std::string> connection_summary(const Journal& journal, const Cluster& cluster) {
  const Borders borders = borders_of(journal, cluster);
  std::map<Period, std::map<Outcome, Share>> shares;
  for (const Event& event : journal) {
    const auto* one = std::get_if<Concluded>(&event.what);
    if (!one) continue;
    const ListenerState* listener = one->listener ? cluster.listener(one->listener) : nullptr;
    const Pid holder = one->pid ? one->pid : listener ? listener->facts.pid : 0;
    shares[period_of(*one, borders)][one->outcome].add(*one, holder);
  }
  std::vector<std::string> lines;
  const std::int64_t zero = borders.signal.value_or(0);
  for (const auto& [period, outcomes] : shares) {
    int all = 0;
    for (const auto& [outcome, share] : outcomes) all += share.count;
    lines.push_back(fmt::format("{}: {}", title_of(period), all));
    for (const auto& [outcome, share] : outcomes) {
      const std::string times =
          share.count == 1 ? milliseconds(share.first - zero)
                           : milliseconds(share.first - zero) + " to " + milliseconds(share.last - zero);
      lines.push_back(one_line(
          fmt::format("  {} {} ({} ms){}", share.count, name_of(outcome), times, holders(share, cluster))));
    }
  }
  return lines;
}

}  // namespace clusterspec
