// The listening sockets on the port at a look.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "judge/table.hpp"
#include "judge/wording.hpp"

namespace clusterspec {

namespace {

struct DumpedListeners {
  int number = k_never;
  std::vector<const ListenerSeen*> listeners;  // on a port that the case is about
};

std::string name_of_socket(const CaseView& view, const ListenerSeen& listener) {
  std::vector<std::string> holders;
  for (const Pid pid : listener.holders) holders.push_back(view.cluster().name(pid));
  const std::string held = holders.empty() ? "" : " held by " + list(holders);
  return fmt::format("{}, socket {}{}", printable(address_text(listener.address, listener.port), 80),
                     listener.socket, held);
}

std::string names_of_sockets(const CaseView& view, const std::vector<const ListenerSeen*>& listeners) {
  return list(
      texts_of(listeners, [&](const ListenerSeen* listener) { return name_of_socket(view, *listener); }));
}

const ListenerState* opening_of(const CaseView& view, const ListenerSeen& seen) {
  for (const ListenerState& listener : view.cluster().listeners()) {
    const bool same_socket = seen.socket != 0 && listener.facts.socket == seen.socket;
    const bool same_inode = seen.inode != 0 && listener.facts.inode == seen.inode;
    if (same_socket || same_inode) return &listener;
  }
  return nullptr;
}

std::vector<int> evidence_of(const CaseView& view, const DumpedListeners& look,
                             const std::vector<const ListenerSeen*>& listeners) {
  std::vector<int> evidence{look.number};
  for (const ListenerSeen* listener : listeners)
    if (const ListenerState* opening = opening_of(view, *listener)) evidence.push_back(opening->opened_at);
  return few(evidence);
}

void judge_count(const ExpectListeners& expect, const CaseView& view, const DumpedListeners& look,
                 Assessment& assessment) {
  const int count = static_cast<int>(look.listeners.size());
  if (!expect.count || count == *expect.count) return;
  assessment.violated(
      {.expected = fmt::format("{} at {}", counted(*expect.count, "listening socket"), quoted(expect.at)),
       .actual = count == 0 ? "none" : fmt::format("{}: {}", count, names_of_sockets(view, look.listeners)),
       .evidence = evidence_of(view, look, look.listeners),
       .hint = "Each process must open a listener of its own with SO_REUSEPORT; one that is inherited or "
               "missing shows in the number."});
}

void judge_holders(const ExpectListeners& expect, const CaseView& view, const DumpedListeners& look,
                   Assessment& assessment) {
  std::vector<const ListenerSeen*> shared, unknown;
  for (const ListenerSeen* listener : look.listeners) {
    const std::set<Pid> holders(listener->holders.begin(), listener->holders.end());
    if (holders.empty()) unknown.push_back(listener);
    if (holders.size() > 1) shared.push_back(listener);
  }
  if (!shared.empty())
    assessment.violated(
        {.expected = fmt::format("every listening socket to have one holder at {}", quoted(expect.at)),
         .actual = names_of_sockets(view, shared),
         .evidence = evidence_of(view, look, shared),
         .hint = "An inherited listener queues connections that nobody accepts: open it with SOCK_CLOEXEC, "
                 "and after the workers are started or with FD_CLOEXEC set before."});
  if (!unknown.empty())
    return assessment.not_observed(
        fmt::format("who holds {} was not recorded", name_of_socket(view, *unknown.front())));

  std::vector<std::string> wrong;
  std::vector<int> evidence{look.number};
  for (const ProcessState& process : view.cluster().processes()) {
    const bool serves =
        process.ordinal > 0 || (process.launcher && view.implementation().dialect.launcher_serves);
    if (!serves || !alive_at(process, look.number)) continue;
    const auto held =
        std::count_if(look.listeners.begin(), look.listeners.end(), [&](const ListenerSeen* listener) {
          return std::find(listener->holders.begin(), listener->holders.end(), process.pid) !=
                 listener->holders.end();
        });
    if (held == 1) continue;
    wrong.push_back(
        fmt::format("{} holds {}", view.name(process), held == 0 ? "none" : std::to_string(held)));
    evidence.push_back(process.appeared_at);
  }
  if (wrong.empty()) return;
  const std::string_view processes =
      view.implementation().dialect.launcher_serves ? "launcher and workers" : "workers";
  assessment.violated(
      {.expected = fmt::format("{} to hold one listening socket each at {}", processes, quoted(expect.at)),
       .actual = list(wrong),
       .evidence = few(evidence),
       .hint = "A process without a listener serves nobody: look for a failed bind or listen in it."});
}

void judge_reuse_port(const ExpectListeners& expect, const CaseView& view, const DumpedListeners& look,
                      Assessment& assessment) {
  std::vector<const ListenerSeen*> without;
  for (const ListenerSeen* listener : look.listeners) {
    const ListenerState* opening = opening_of(view, *listener);
    std::optional<bool> reuse_port = listener->reuse_port;
    if (!reuse_port && opening) reuse_port = opening->facts.reuse_port;
    if (!reuse_port)
      assessment.not_observed(
          fmt::format("whether {} has SO_REUSEPORT was not recorded", name_of_socket(view, *listener)));
    else if (!*reuse_port)
      without.push_back(listener);
  }
  if (without.empty()) return;
  assessment.violated(
      {.expected = fmt::format("SO_REUSEPORT on every listening socket at {}", quoted(expect.at)),
       .actual = "not set on " + names_of_sockets(view, without),
       .evidence = evidence_of(view, look, without),
       .hint = "Set SO_REUSEPORT before bind, in the launcher too: the kernel lets sockets share a port only "
               "if all of them have it."});
}

void judge_address(const ExpectListeners& expect, const CaseView& view, const DumpedListeners& look,
                   Assessment& assessment) {
  std::set<std::string> addresses;
  std::vector<const ListenerSeen*> elsewhere;
  for (const ListenerSeen* listener : look.listeners) {
    const std::string address = address_text(listener->address, listener->port);
    addresses.insert(address);
    const std::string bare = fmt::format("{}:{}", listener->address, listener->port);
    if (address != expect.address && bare != expect.address) elsewhere.push_back(listener);
  }
  if (expect.same_address && addresses.size() > 1)
    assessment.violated(
        {.expected = fmt::format("one address and port for all listeners at {}", quoted(expect.at)),
         .actual = printable(list({addresses.begin(), addresses.end()}), 400),
         .evidence = evidence_of(view, look, look.listeners),
         .hint = "The kernel spreads connections only over sockets bound to exactly the same address."});
  if (expect.address.empty()) return;
  const std::string expected = fmt::format("listeners on {} at {}", expect.address, quoted(expect.at));
  if (look.listeners.empty())
    assessment.violated(
        {.expected = expected, .actual = "no listener", .evidence = {look.number}, .hint = ""});
  else if (!elsewhere.empty())
    assessment.violated(
        {.expected = expected,
         .actual = names_of_sockets(view, elsewhere),
         .evidence = evidence_of(view, look, elsewhere),
         .hint = "Look at the default address and port, and at the options that change them."});
}

}  // namespace

Assessment judge_it(const ExpectListeners& expect, const CaseView& view) {
  Assessment assessment;
  const auto seen = view.at<ListenersSeen>(expect.at);
  if (!seen) {
    assessment.not_observed(fmt::format("the listeners were not looked at: no look {}", quoted(expect.at)));
    return assessment;
  }
  DumpedListeners look{seen.number, {}};
  for (const ListenerSeen& listener : seen->listeners) {
    const bool ours =
        std::any_of(view.cluster().instances().begin(), view.cluster().instances().end(),
                    [&](const InstanceState& instance) { return instance.launched.port == listener.port; });
    if (ours) look.listeners.push_back(&listener);
  }
  judge_count(expect, view, look, assessment);
  if (expect.one_each) judge_holders(expect, view, look, assessment);
  if (expect.reuse_port) judge_reuse_port(expect, view, look, assessment);
  judge_address(expect, view, look, assessment);
  return assessment;
}

}  // namespace clusterspec
