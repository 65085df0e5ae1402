#include "judge/standing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "judge/charged_requirements.hpp"
#include "judge/leftovers.hpp"
#include "judge/wording.hpp"

namespace clusterspec {

namespace {

using namespace charged;

bool attempted_in_vain(const ProcessState& process, const CaseView& view) {
  if (process.executions > 0) return false;
  const auto attempts = view.all<Executed>();
  const auto injections = view.all<Injected>();
  return std::any_of(attempts.begin(), attempts.end(),
                     [&](const auto& a) { return a->pid == process.pid; }) ||
         std::any_of(injections.begin(), injections.end(),
                     [&](const auto& i) { return i->pid == process.pid; });
}

// What the launcher of an instance started, workers by their number first. A child that could not be executed
// is a worker that failed to start.
std::vector<const ProcessState*> children_of(const InstanceState& instance, const CaseView& view) {
  std::vector<const ProcessState*> children;
  for (const ProcessState& process : view.cluster().processes())
    if (process.instance == instance.name && !process.launcher && !process.helper &&
        (process.ordinal > 0 || process.parent == instance.launched.pid) && !attempted_in_vain(process, view))
      children.push_back(&process);
  std::stable_sort(children.begin(), children.end(), [](const ProcessState* a, const ProcessState* b) {
    const auto rank = [](const ProcessState* process) {
      return process->ordinal > 0 ? process->ordinal : 1 << 30;
    };
    return rank(a) < rank(b);
  });
  return children;
}

// Too many in all, but never too many at a time.
bool replaces_another(const ProcessState& process, const std::vector<const ProcessState*>& children,
                      std::size_t asked_for) {
  const auto others = std::count_if(children.begin(), children.end(), [&](const ProcessState* other) {
    return other != &process && other->appeared_at < process.appeared_at &&
           alive_at(*other, process.appeared_at);
  });
  return static_cast<std::size_t>(others) < asked_for;
}

bool asked_to_end(const InstanceState& instance, int before, const CaseView& view) {
  const ProcessState* launcher = view.cluster().launcher(instance.name);
  const auto signals = view.all<Signalled>();
  return launcher && std::any_of(signals.begin(), signals.end(), [&](const auto& signal) {
           return signal->by == 0 && signal.number < before &&
                  signal->signal == view.implementation().dialect.graceful_signal.number &&
                  hits(view, signal, *launcher);
         });
}

enum class Surplus { too_many, replacements };

// Children beyond the workers that were asked for. Where dead workers are replaced more of them may live one
// after the other.
void add_surplus(Surplus wanted, const CaseView& view, std::vector<std::string>& texts,
                 std::vector<int>& evidence) {
  if (view.implementation().dialect.restarts_workers) return;
  for (const InstanceState& instance : view.cluster().instances()) {
    const auto children = children_of(instance, view);
    const auto asked_for = static_cast<std::size_t>(std::max(0, instance.launched.workers));
    const std::size_t before = texts.size();
    for (std::size_t i = asked_for; i < children.size(); ++i) {
      // What is born after the end was asked for, and executes nothing, is no worker in anybody's place.
      const bool replaces =
          replaces_another(*children[i], children, asked_for) &&
          (children[i]->ordinal > 0 || !asked_to_end(instance, children[i]->appeared_at, view));
      if (replaces != (wanted == Surplus::replacements)) continue;
      texts.push_back(
          fmt::format("{}, where {} asked for", view.name(*children[i]),
                      asked_for == 1 ? "1 worker was" : fmt::format("{} workers were", asked_for)));
      evidence.push_back(children[i]->appeared_at);
    }
    if (texts.size() > before) evidence.push_back(instance.launched_at);
  }
}

// Processes that are neither launcher nor one of the workers that were asked for.
std::optional<Violation> unexpected_processes(const CaseView& view) {
  for (const auto& runaway : view.all<Runaway>())
    if (runaway->of == "processes")
      return Violation{
          .expected = "no process but the launcher and the workers asked for",
          .actual = fmt::format("{} processes, where the harness stops a server at {}; the tree: {}",
                                runaway->count, runaway->limit, tree_text(runaway->processes)),
          .evidence = {runaway.number},
          .hint =
              "Workers that get the clustering arguments start workers too; or a start that fails is tried "
              "again at once, without end."};
  std::vector<std::string> unexpected;
  std::vector<int> evidence;
  for (const ProcessState& process : view.cluster().processes()) {
    const InstanceState* instance = view.cluster().instance(process.instance);
    if (!instance || process.launcher || process.helper || process.ordinal > 0 ||
        process.parent == instance->launched.pid)
      continue;
    unexpected.push_back(
        fmt::format("{}, a child of {}", view.name(process), view.cluster().name(process.parent)));
    evidence.push_back(process.appeared_at);
  }
  add_surplus(Surplus::too_many, view, unexpected, evidence);
  if (unexpected.empty()) return std::nullopt;
  return Violation{
      .expected = "no process but the launcher and the workers asked for",
      .actual = list(unexpected),
      .evidence = few(evidence),
      .hint = "Workers that get the clustering arguments start workers too; or a helper was started."};
}

std::optional<Violation> replaced_workers(const CaseView& view) {
  std::vector<std::string> replacements;
  std::vector<int> evidence;
  add_surplus(Surplus::replacements, view, replacements, evidence);
  if (replacements.empty()) return std::nullopt;
  return Violation{.expected = "no worker in the place of one that has ended",
                   .actual = list(replacements),
                   .evidence = few(evidence),
                   .hint =
                       "Some supervisor restarts dead workers. If that is what it should do, say so in its "
                       "implementation file: dialect.restarts-workers = true."};
}

// Why a process that ended by a signal may have: "" if we did it, else who did as far as is known.
std::optional<std::string> unexplained(const ProcessState& process, int by_signal, const CaseView& view) {
  if (view.ended_by_cleaning(process)) return std::nullopt;
  // The kernel's own doing: with the launcher the terminal's session has lost its leader (credentials(7)).
  const ProcessState* launcher = view.cluster().launcher(process.instance);
  if (by_signal == SIGHUP && view.scenario().launch.terminal && launcher && launcher->exited_at != k_never &&
      launcher->exited_at < process.exited_at)
    return std::nullopt;
  std::string sender;
  for (const auto& signal : view.all<Signalled>()) {
    if (signal->signal != by_signal || signal.number >= process.exited_at) continue;
    const bool of_unknown_group = signal->target < 0 && process.group == 0;
    // A process is first seen at its first watched call; it may have been forked before the signal that ends
    // it.
    const bool born_into =
        signal->target <= 0 && process.appeared_at > signal.number && aimed_at(view, signal, process);
    if (!hits(view, signal, process) && !of_unknown_group && !born_into) continue;
    if (signal->by == 0) return std::nullopt;
    sender = ", sent by " + view.cluster().name(signal->by);
  }
  return sender;
}

std::optional<Violation> crashes(const CaseView& view) {
  std::vector<std::string> crashed;
  std::vector<int> evidence;
  for (const ProcessState& process : view.cluster().processes()) {
    if (process.instance.empty() || !process.status || exited_by_itself(*process.status)) continue;
    const auto sender = unexplained(process, ending_signal_of(*process.status), view);
    if (!sender) continue;
    crashed.push_back(
        fmt::format("{}: {}{}", view.name(process), wait_status_text(*process.status), *sender));
    evidence.push_back(process.exited_at);
  }
  if (crashed.empty()) return std::nullopt;
  return Violation{
      .expected = "no process to end by a signal that the harness did not send",
      .actual = list(crashed),
      .evidence = few(evidence),
      .hint =
          "SIGSEGV and SIGABRT are crashes: look at standard error. SIGKILL without a sender is usually the "
          "kernel's out-of-memory killer."};
}

}  // namespace

std::vector<Finding> judge_standing(const CaseView& view) {
  std::vector<Finding> findings;
  const auto check = [&](Standing standing, const char* requirement, auto&& function) {
    const auto& waived = view.scenario().waive;
    if (std::find(waived.begin(), waived.end(), standing) != waived.end()) return;
    if (std::optional<Violation> violation = function(view))
      findings.push_back({requirement, std::move(violation->expected), std::move(violation->actual),
                          std::move(violation->evidence), std::move(violation->hint),
                          Location{view.scenario().file, 0, 0}});
  };
  check(Standing::leftovers, k_nothing_left, leftovers);
  check(Standing::unexpected_process, k_exact_count, unexpected_processes);
  check(Standing::unexpected_process, k_not_restarted, replaced_workers);
  check(Standing::crash, k_clean_stop, crashes);
  return findings;
}

}  // namespace clusterspec
