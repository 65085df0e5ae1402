// What can be observed in a case. Every struct names its fields once, in `describe`; the journal's reader and
// writer use that list. Pids are those of the cell's pid namespace. Byte strings (arguments, output) are raw,
// of any content.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/case_events.hpp"
#include "model/network_events.hpp"
#include "model/process_events.hpp"

namespace clusterspec {

// How we know: exact sources first.
enum class Source {
  driver,        // our own action
  notification,  // seccomp: the process stood still while this was recorded
  pidfd,
  netlink,  // inet_diag dump or destroy group
  procfs,   // read once, at a moment given by another event
  polling,  // found by looking again and again: the time is an upper bound
  output,
  probe,
};
template <>
struct Names<Source> {
  static constexpr std::array table{
      std::pair{Source::driver, "driver"}, std::pair{Source::notification, "notification"},
      std::pair{Source::pidfd, "pidfd"},   std::pair{Source::netlink, "netlink"},
      std::pair{Source::procfs, "procfs"}, std::pair{Source::polling, "polling"},
      std::pair{Source::output, "output"}, std::pair{Source::probe, "probe"}};
};

using What = std::variant<CaseBegun, StepBegun, StepEnded, Launched, Appeared, Executed, Described, Listening,
                          ListenersSeen, ListenerClosed, ClosingQueue, Signalled, Exiting, Exited, Reaped,
                          Output, Concluded, ProcessesSeen, PortProbed, HeldAt, ReleasedFrom, Injected,
                          Orphaned, CleanedUp, Runaway, Note, HarnessFault, CaseSkipped, CaseEnded>;

// Names in journal lines, in the order of the variant.
inline constexpr std::array<std::string_view, std::variant_size_v<What>> k_event_names{
    "case-begun",  "step-begun", "step-ended",     "launched",        "appeared",      "executed",
    "described",   "listening",  "listeners-seen", "listener-closed", "closing-queue", "signalled",
    "exiting",     "exited",     "reaped",         "output",          "concluded",     "processes-seen",
    "port-probed", "held",       "released",       "injected",        "orphaned",      "cleaned-up",
    "runaway",     "note",       "harness-fault",  "skipped",         "case-ended"};

struct Event {
  std::int64_t at = 0;  // ns on the monotonic clock since the case began
  Source source = Source::driver;
  What what;
};

// Everything observed in one case, in the order in which it became known. An event's number is its index.
using Journal = std::vector<Event>;

// Who is whose child, in one line: "2 server (3, 4), 3 server (5, 6, 7, … 510 in all)". Bounded.
std::string tree_text(const std::vector<ProcessSeen>& processes);

// One line for people: "+12.345 ms  worker 1 (pid 7) exited with code 0".
std::string to_text(const Event& event);

}  // namespace clusterspec
