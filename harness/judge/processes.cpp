// Number and nature of processes.
#include <fmt/format.h>

#include <algorithm>

#include "judge/table.hpp"
#include "judge/wording.hpp"

namespace clusterspec {

namespace {

bool contains(const Processes& processes, const ProcessState* process) {
  return std::find(processes.begin(), processes.end(), process) != processes.end();
}

Violation wrong_number(const ExpectProcesses& expect, const std::string& what, int found,
                       const std::string& those, std::vector<int> evidence) {
  return {
      .expected = fmt::format("{} of {}", counted(*expect.count, "process"), what),
      .actual = found == 0 ? "none" : fmt::format("{}: {}", found, those),
      .evidence = few(std::move(evidence)),
      .hint =
          found > *expect.count
              ? "Workers that get the clustering arguments start workers of their own; a second count may "
                "have "
                "been added to the first."
              : "A worker may have failed to start or ended early: look for its exit and for standard error.",
      .proof = found > *expect.count ? Proof::seen : Proof::missing};
}

void judge_living(const ExpectProcesses& expect, const CaseView& view, const Processes& processes,
                  Assessment& assessment) {
  const auto look = view.at<ProcessesSeen>(expect.at);
  if (!look)
    return assessment.not_observed(
        fmt::format("the processes were not looked at: no look {}", quoted(expect.at)));
  Processes living, zombies;
  for (const ProcessSeen& seen : look->processes) {
    const ProcessState* process = view.bearer(seen.pid, look.number);
    if (!contains(processes, process)) continue;
    (seen.state == 'Z' || seen.state == 'X' ? zombies : living).push_back(process);
  }
  const int count = static_cast<int>(living.size());
  if (expect.count && count != *expect.count) {
    auto violation = wrong_number(expect, fmt::format("{} alive at {}", who(expect.of), quoted(expect.at)),
                                  count, view.names(living), {look.number});
    // The look did take place: nothing is on its way.
    violation.proof = Proof::seen;
    for (const ProcessState* process : processes)
      if (process->exited_at != k_never && process->exited_at < look.number)
        violation.evidence.push_back(process->exited_at);
    violation.evidence = few(violation.evidence);
    assessment.violated(std::move(violation));
  }
  if (expect.reaped && !zombies.empty()) {
    std::vector<int> evidence{look.number};
    for (const ProcessState* process : zombies) evidence.push_back(process->exited_at);
    assessment.violated(
        {.expected = fmt::format("no zombie at {}", quoted(expect.at)),
         .actual = fmt::format("{} ended and nobody had waited for it", view.names(zombies)),
         .evidence = few(evidence),
         .hint = "The launcher must call waitpid for each child, in its SIGCHLD handling or in a loop: one "
                 "SIGCHLD can stand for several ends."});
  }
}

void judge_executions(const ExpectProcesses& expect, const CaseView& view, const Processes& processes,
                      Assessment& assessment) {
  Processes wrong;
  std::vector<int> evidence;
  std::string counts;
  for (const ProcessState* process : processes) {
    // Polling sees no execve: 0 then means that nobody looked.
    if (process->executions == 0 && view.event(process->appeared_at).source == Source::polling)
      return assessment.not_observed(fmt::format("execve calls of {} were not watched", view.name(*process)));
    if (process->executions == *expect.executions) continue;
    wrong.push_back(process);
    evidence.push_back(process->appeared_at);
    counts += fmt::format("{}{} of {}", counts.empty() ? "" : ", ", process->executions, view.name(*process));
  }
  if (wrong.empty()) return;
  const bool fewer = std::all_of(wrong.begin(), wrong.end(), [&](const ProcessState* process) {
    return process->executions < *expect.executions;
  });
  assessment.violated(
      {.expected = fmt::format("{} of {}", counted(*expect.executions, "execve call"), who(expect.of)),
       .actual = counts,
       .evidence = few(evidence),
       .hint = "A worker must be a newly executed image: fork alone leaves it with the launcher's memory, "
               "locks and descriptors.",
       .proof = fewer ? Proof::missing : Proof::seen});
}

// Each process compared with the launcher in one respect; 0 or an empty value is one that was not observed.
template <class Value>
void compare(const ExpectProcesses& expect, const CaseView& view, const Processes& processes,
             Assessment& assessment, std::string_view respect, std::string hint, Value&& value) {
  const ProcessState* launcher = view.cluster().launcher(expect.of.instance);
  if (!launcher) return assessment.not_observed("the launcher was not observed");
  const std::string wanted = value(*launcher);
  if (wanted.empty())
    return assessment.not_observed(
        fmt::format("the {} of {} was not observed", respect, view.name(*launcher)));
  Processes wrong;
  std::vector<int> evidence;
  std::string found;
  for (const ProcessState* process : processes) {
    const std::string actual = value(*process);
    if (actual.empty()) {
      assessment.not_observed(fmt::format("the {} of {} was not observed", respect, view.name(*process)));
      continue;
    }
    if (actual == wanted) continue;
    if (wrong.empty()) found = actual;
    wrong.push_back(process);
    evidence.push_back(process->appeared_at);
  }
  if (wrong.empty()) return;
  assessment.violated(
      {.expected = fmt::format("{} to have the launcher's {}, {}", who(expect.of), respect, wanted),
       .actual = fmt::format("{} of {}", found, view.names(wrong)),
       .evidence = few(evidence),
       .hint = std::move(hint)});
}

std::string number_or_nothing(Pid pid) { return pid == 0 ? "" : std::to_string(pid); }

void judge_family(const ExpectProcesses& expect, const CaseView& view, const Processes& processes,
                  Assessment& assessment) {
  const ProcessState* launcher = view.cluster().launcher(expect.of.instance);
  Processes children, strangers;
  std::vector<int> births, adoptions;
  for (const ProcessState& process : view.cluster().processes()) {
    if (process.instance != expect.of.instance || process.launcher) continue;
    if (contains(processes, view.bearer(process.parent, process.appeared_at))) {
      children.push_back(&process);
      births.push_back(process.appeared_at);
    }
    const bool lives_its_own_life = process.ordinal > 0 || process.executions > 0;
    if (launcher && process.parent != launcher->pid && lives_its_own_life) {
      strangers.push_back(&process);
      adoptions.push_back(process.appeared_at);
    }
  }
  if (expect.no_children && !children.empty())
    assessment.violated(
        {.expected = fmt::format("{} to start no process", who(expect.of)),
         .actual = fmt::format("it started {}", view.names(children)),
         .evidence = few(births),
         .hint = "The clustering arguments must not reach a worker, or it starts workers too."});
  if (expect.child_of_launcher && !strangers.empty())
    assessment.violated(
        {.expected = fmt::format("{} to be a direct child of the launcher", who(expect.of)),
         .actual = fmt::format("{} is a child of {}", view.name(*strangers.front()),
                               view.cluster().name(strangers.front()->parent)),
         .evidence = few(adoptions),
         .hint = "A worker started through a shell or by a double fork is nobody's to wait for."});
}

}  // namespace

Assessment judge_it(const ExpectProcesses& expect, const CaseView& view) {
  Assessment assessment;
  const bool each = expect.executions || expect.same_executable || expect.same_group || expect.same_session ||
                    expect.child_of_launcher;
  // A count says itself how many there must be, and "none has children" holds of nobody.
  const auto processes =
      each && !expect.count ? view.some_of(expect.of, assessment) : view.cluster().of(expect.of);
  if (!assessment.violations.empty()) return assessment;

  if (!expect.at.empty()) {
    judge_living(expect, view, processes, assessment);
  } else {
    const int count = static_cast<int>(processes.size());
    if (expect.count && count != *expect.count) {
      std::vector<int> evidence;
      for (auto process = processes.rbegin(); process != processes.rend(); ++process)
        evidence.push_back((*process)->appeared_at);
      assessment.violated(wrong_number(expect, fmt::format("{} in all", who(expect.of)), count,
                                       view.names(processes), few(evidence)));
    }
    if (expect.reaped) assessment.not_observed("`reaped` needs a look: `at` is not given");
  }
  if (expect.executions) judge_executions(expect, view, processes, assessment);
  if (expect.same_executable)
    compare(
        expect, view, processes, assessment, "executable",
        "A worker must be started by the path of the executable itself (/proc/self/exe), not by argv[0], the "
        "working directory or PATH.",
        [](const ProcessState& process) {
          return process.described && !process.described->executable.empty()
                     ? quoted(process.described->executable)
                     : "";
        });
  if (expect.same_group)
    compare(expect, view, processes, assessment, "process group",
            "A worker in a group of its own gets no Ctrl-C from the terminal; look for setpgid or "
            "posix_spawn's group flag.",
            [](const ProcessState& process) { return number_or_nothing(process.group); });
  if (expect.same_session)
    compare(expect, view, processes, assessment, "session",
            "A worker in a session of its own has lost the terminal; look for setsid.",
            [](const ProcessState& process) { return number_or_nothing(process.session); });
  if (expect.no_children || expect.child_of_launcher) judge_family(expect, view, processes, assessment);
  return assessment;
}

}  // namespace clusterspec
