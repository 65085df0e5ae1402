#include "judge/leftovers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <map>

#include "judge/table.hpp"
#include "judge/wording.hpp"

namespace clusterspec {

namespace {

struct Found {
  ProcessSeen process;
  int number = k_never;
};

// Each once: what is a zombie at the end may have been killed in vain too.
std::map<Pid, Found> found_at_the_end(const CaseView& view) {
  std::map<Pid, Found> found;
  if (const auto end = view.at<ProcessesSeen>("end"))
    for (const ProcessSeen& process : end->processes)
      if (process.state == 'Z') found[process.pid] = {process, end.number};
  for (const auto& cleaned : view.all<CleanedUp>())
    for (const ProcessSeen& process : cleaned->killed)
      if (!found.contains(process.pid)) found[process.pid] = {process, cleaned.number};
  return found;
}

bool has_ended(const ProcessState* launcher, const CaseView& view, int before) {
  return launcher && launcher->exited_at != k_never && launcher->exited_at < before &&
         !view.ended_by_cleaning(*launcher);
}

bool was_asked_to_end(const ProcessState& launcher, const CaseView& view) {
  const int graceful = view.implementation().dialect.graceful_signal.number;
  const auto signals = view.all<Signalled>();
  return std::any_of(signals.begin(), signals.end(), [&](const Observed<Signalled>& signal) {
    const bool ends = signal->signal == graceful || signal->signal == SIGINT || signal->signal == SIGTERM ||
                      signal->signal == SIGQUIT || signal->signal == SIGKILL;
    return ends && signal->by == 0 && hits(view, signal, launcher);
  });
}

// The case was given up in the middle: what it was waiting for then is said by the step.
bool was_given_up(const CaseView& view) {
  const auto steps = view.all<StepEnded>();
  return std::any_of(steps.begin(), steps.end(), [](const auto& step) { return !step->done; });
}

// Whoever is killed waits for nobody: the zombies that it leaves are the kernel's to give away. A launcher
// that ends itself by a signal, as its implementation says, has had the time to wait.
bool was_killed(const ProcessState* launcher, const CaseView& view) {
  if (!launcher || exited_by_itself(launcher->status.value_or(0))) return false;
  const auto& its_way = view.implementation().dialect.exit_signal;
  return !its_way || its_way->number != ending_signal_of(*launcher->status);
}

bool is_left_over(const Found& found, const CaseView& view) {
  const ProcessState* process = view.bearer(found.process.pid, found.number);
  if (!process || process->instance.empty()) {
    // Nobody saw it start. It belongs to no instance that still runs if none runs.
    const auto& instances = view.cluster().instances();
    return !instances.empty() &&
           std::all_of(instances.begin(), instances.end(), [&](const InstanceState& instance) {
             return has_ended(view.cluster().launcher(instance.name), view, found.number);
           });
  }
  if (process->launcher)
    return found.process.state != 'Z' && was_asked_to_end(*process, view) && !was_given_up(view);
  const ProcessState* launcher = view.cluster().launcher(process->instance);
  if (found.process.state == 'Z' && was_killed(launcher, view)) return false;
  return has_ended(launcher, view, found.number);
}

// A launcher that has waited for a process ends after it. One that has not may be the slower one all the
// same: then its child falls to the harness.
bool was_not_awaited(const ProcessState& process, const ProcessState* launcher, const CaseView& view) {
  const bool both_ended = launcher && launcher->exited_at != k_never && process.exited_at != k_never;
  if (!both_ended || &process == launcher || was_killed(launcher, view)) return false;
  if (view.ended_by_cleaning(process) || view.ended_by_cleaning(*launcher)) return false;
  return process.exited_at > launcher->exited_at || (process.adopted && process.parent == launcher->pid);
}

}  // namespace

std::optional<Violation> leftovers(const CaseView& view) {
  std::vector<std::string> left;
  std::vector<int> evidence;
  for (const ProcessState& process : view.cluster().processes()) {
    const ProcessState* launcher = view.cluster().launcher(process.instance);
    if (!was_not_awaited(process, launcher, view)) continue;
    left.push_back(view.name(process) + ", which it did not wait for");
    evidence.insert(evidence.end(), {launcher->exited_at, process.exited_at});
  }
  for (const auto& [pid, found] : found_at_the_end(view)) {
    if (!is_left_over(found, view)) continue;
    const ProcessState* process = view.bearer(pid, found.number);
    const std::string command = process ? "" : " " + quoted(found.process.command);
    left.push_back(fmt::format("{}{}{}", view.cluster().name(pid), command,
                               found.process.state == 'Z' ? ", a zombie" : ""));
    evidence.push_back(found.number);
    const ProcessState* launcher = process ? view.cluster().launcher(process->instance) : nullptr;
    if (launcher && launcher != process) evidence.push_back(launcher->exited_at);
  }
  if (const auto end = view.at<ListenersSeen>("end")) {
    for (const ListenerSeen& seen : end->listeners) {
      const ListenerState* listener = view.cluster().listener(seen.socket);
      const ProcessState* opener = listener ? view.bearer(listener->facts.pid, listener->opened_at) : nullptr;
      if (!opener || !has_ended(view.cluster().launcher(opener->instance), view, end.number)) continue;
      left.push_back(fmt::format("the listener of {}", view.name(*opener)));
      evidence.push_back(end.number);
    }
  }
  if (left.empty()) return std::nullopt;
  return Violation{
      .expected = "no process, zombie or listener to outlive the launcher",
      .actual = "left over: " + list(left),
      .evidence = few(evidence),
      .hint =
          "The launcher must wait for every worker before it ends, and a worker must notice when the "
          "launcher is gone."};
}

Assessment judge_it(const ExpectLeftovers&, const CaseView& view) {
  Assessment assessment;
  if (auto violation = leftovers(view)) {
    assessment.violated(*std::move(violation));
    return assessment;
  }
  std::vector<std::string> running;
  std::vector<int> evidence;
  for (const InstanceState& instance : view.cluster().instances()) {
    const ProcessState* launcher = view.cluster().launcher(instance.name);
    if (!launcher || (launcher->exited_at != k_never && !view.ended_by_cleaning(*launcher))) continue;
    running.push_back(view.name(*launcher));
    evidence.push_back(instance.launched_at);
  }
  if (!running.empty())
    assessment.violated({.expected = "the cluster to end, with nothing left",
                         .actual = fmt::format("{} did not end", list(running)),
                         .evidence = few(evidence),
                         .hint = "Look at the last events: what was it still waiting for?",
                         .proof = Proof::missing});
  return assessment;
}

}  // namespace clusterspec
