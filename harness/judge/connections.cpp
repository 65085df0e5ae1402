// What became of a group of connections.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "judge/holders.hpp"
#include "judge/moments.hpp"
#include "judge/table.hpp"
#include "judge/wording.hpp"

namespace clusterspec {

namespace {

using Connections = std::vector<Observed<Concluded>>;

std::string hint_for(Outcome outcome) {
  switch (outcome) {
    case Outcome::refused:
      return "Nothing listened: a listener was closed too early. Close it only when nobody can connect any "
             "more.";
    case Outcome::reset_handshake:
      return "The listener was closed in the middle of their handshakes: steer new connections away from it, "
             "and wait for the handshakes under way before closing it.";
    case Outcome::reset_queued:
      return "The listener was closed with connections still in its queue, which the kernel then resets: "
             "accept until "
             "EAGAIN before closing it.";
    case Outcome::reset_accepted:
    case Outcome::reset:
      return "The process ended, or closed the socket with bytes unread, while it had the connection.";
    case Outcome::closed_unanswered:
      return "The connection was accepted and closed without a byte: stop accepting before closing, and "
             "answer what was "
             "accepted.";
    case Outcome::closed_announced:
      return "Requests were already there, one behind the other: answer all of them before closing.";
    case Outcome::truncated:
      return "The answer was cut: the process ended before it had written all of it.";
    case Outcome::hung:
      return "Nobody reads it: a listener held by a process that does not accept, or a process that is "
             "stuck.";
    case Outcome::malformed:
      return "The answer is no HTTP: see the detail of the connection among the events.";
    case Outcome::answered:
    case Outcome::closed_idle:
    case Outcome::abandoned:
      break;
  }
  return "";
}

// "13 of 16: 10 reset-queued at worker 2 (pid 17), 3 refused".
std::string tally(const Connections& some, std::size_t of_all, const CaseView& view) {
  std::map<std::pair<std::string_view, Pid>, int> counts;
  for (const auto& one : some) ++counts[{name_of(one->outcome), holder_of(*one.what, view)}];
  std::vector<std::pair<int, std::string>> parts;
  parts.reserve(counts.size());
  for (const auto& [key, count] : counts)
    parts.emplace_back(-count, fmt::format("{} {}{}", count, key.first,
                                           key.second == 0 ? "" : " at " + view.cluster().name(key.second)));
  std::sort(parts.begin(), parts.end());
  return fmt::format("{} of {}: {}", some.size(), of_all,
                     list(texts_of(parts, [](const auto& part) { return part.second; })));
}

std::string names_of(const std::vector<Outcome>& outcomes) {
  const auto names = texts_of(outcomes, [](Outcome outcome) { return std::string(name_of(outcome)); });
  return fmt::format("{}", fmt::join(names, " or "));
}

// The outcome that most of them had says most about the cause.
std::string hint_for(const Connections& some) {
  std::map<Outcome, int> counts;
  for (const auto& one : some) ++counts[one->outcome];
  const auto most = std::max_element(counts.begin(), counts.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
  return hint_for(most->first);
}

void add(Assessment& assessment, const CaseView& view, std::string expected, const Connections& wrong,
         std::size_t of_all) {
  if (wrong.empty()) return;
  // What we gave up ourselves says nothing of the server if the case was given up too.
  const bool ours = std::all_of(wrong.begin(), wrong.end(),
                                [](const auto& one) { return one->outcome == Outcome::abandoned; });
  assessment.violated({.expected = std::move(expected),
                       .actual = tally(wrong, of_all, view),
                       .evidence = few_of(wrong),
                       .hint = hint_for(wrong),
                       .proof = ours ? Proof::missing : Proof::seen});
}

void judge_holders(const ExpectConnections& expect, const CaseView& view, const Connections& connections,
                   const std::string& which, Assessment& assessment) {
  const auto processes = view.cluster().of(*expect.by);
  Connections wrong;
  for (const auto& one : connections) {
    const Pid pid = holder_of(*one.what, view);
    if (pid == 0 && one->outcome != Outcome::refused)
      return assessment.not_observed(
          fmt::format("who held connection {} of {} was not observed", one->connection, which));
    const ProcessState* holder = view.bearer(pid, one.number);
    if (std::find(processes.begin(), processes.end(), holder) == processes.end()) wrong.push_back(one);
  }
  add(assessment, view, fmt::format("every connection of {} held by {}", which, who(*expect.by)), wrong,
      connections.size());
}

// Each client began when it began; whichever way the answers came in.
void judge_phases(const ExpectConnections& expect, const CaseView& view, Connections connections,
                  const std::string& which, Assessment& assessment) {
  std::stable_sort(connections.begin(), connections.end(),
                   [](const auto& a, const auto& b) { return a->begun < b->begun; });
  const auto phase_of = [&](const auto& one) {
    return std::find(expect.in_order.begin(), expect.in_order.end(), one->outcome) - expect.in_order.begin();
  };
  std::ptrdiff_t phase = 0;
  Connections early, late;  // the first of a phase, and those of an earlier phase begun after it
  for (const auto& one : connections) {
    const auto its = phase_of(one);
    if (its == std::ssize(expect.in_order)) continue;
    if (its > phase) early = {one};
    if (its < phase) late.push_back(one);
    phase = std::max(phase, its);
  }
  if (late.empty()) return;
  const auto names = texts_of(expect.in_order, [](Outcome outcome) { return std::string(name_of(outcome)); });
  assessment.violated(
      {.expected = fmt::format("of the connections of {}, as they were begun, first those {}", which,
                               fmt::join(names, ", then those ")),
       .actual = fmt::format("{} begun after one that was {}", tally(late, connections.size(), view),
                             name_of(early.front()->outcome)),
       .evidence = few_of(Connections{early.front(), late.front()}),
       .hint = "A listener was closed while others stayed open, or one was opened again: to a client the "
               "server is there until it is gone."});
}

void judge_announced(const CaseView& view, const Connections& connections, const std::string& which,
                     Assessment& assessment) {
  Connections silent;
  for (const auto& one : connections)
    if (one->answers > 0 && !one->close_announced) silent.push_back(one);
  if (silent.empty()) return;
  assessment.violated(
      {.expected = fmt::format("\"Connection: close\" in the last answer on every connection of {}", which),
       .actual = "not in that of " + tally(silent, connections.size(), view),
       .evidence = few_of(silent),
       .hint = "Who is not told sends the next request on a connection that is about to be closed."});
}

}  // namespace

Assessment judge_it(const ExpectConnections& expect, const CaseView& view) {
  Assessment assessment;
  Connections connections;
  std::string which = quoted(expect.group);
  std::optional<When> until;
  if (expect.before) {
    const std::string moment = printable(to_text(*expect.before));
    until = when(*expect.before, view);
    if (!until) {
      assessment.violated({.expected = fmt::format("connections of {} before \"{}\"", which, moment),
                           .actual = fmt::format("\"{}\" did not happen", moment),
                           .evidence = {},
                           .hint = "",
                           .proof = Proof::missing});
      return assessment;
    }
    which += fmt::format(" begun before \"{}\"", moment);
  }
  for (const auto& one : view.all<Concluded>()) {
    if (one->group != expect.group) continue;
    if (until && !until->vacuous && one->begun >= view.event(until->begun).at) continue;
    connections.push_back(one);
  }

  const auto count = static_cast<int>(connections.size());
  if (expect.count && count != *expect.count)
    assessment.violated({.expected = fmt::format("{} of {}", counted(*expect.count, "connection"), which),
                         .actual = std::to_string(count),
                         .evidence = few_of(connections),
                         .hint = "",
                         .proof = count > *expect.count ? Proof::seen : Proof::missing});
  const auto is_in = [](const std::vector<Outcome>& outcomes, const auto& one) {
    return std::find(outcomes.begin(), outcomes.end(), one->outcome) != outcomes.end();
  };
  Connections other, forbidden;
  for (const auto& one : connections) {
    // One that is wrong in both ways is told once.
    if (!expect.outcome.empty() && !is_in(expect.outcome, one))
      other.push_back(one);
    else if (is_in(expect.never, one))
      forbidden.push_back(one);
  }
  add(assessment, view, fmt::format("every connection of {} {}", which, names_of(expect.outcome)), other,
      connections.size());
  add(assessment, view, fmt::format("no connection of {} {}", which, names_of(expect.never)), forbidden,
      connections.size());
  if (!expect.in_order.empty()) judge_phases(expect, view, connections, which, assessment);
  if (expect.announced) judge_announced(view, connections, which, assessment);
  if (expect.by) judge_holders(expect, view, connections, which, assessment);
  return assessment;
}

}  // namespace clusterspec
