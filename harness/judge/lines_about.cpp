// Whom declared lines name, and with which status.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "judge/declared_lines.hpp"
#include "judge/wording.hpp"

namespace clusterspec {

namespace {

// Asked about one worker, what is said of another is no mistake, whenever it is said.
bool names_a_worker(const DeclaredLine& line, const CaseView& view) {
  const auto& processes = view.cluster().processes();
  return std::any_of(processes.begin(), processes.end(), [&](const ProcessState& process) {
    return process.pid == line.about && process.ordinal > 0;
  });
}

}  // namespace

void judge_once_about_each(const ExpectLines& expect, const CaseView& view, const DeclaredLines& lines,
                           const Processes& processes, Assessment& assessment) {
  const std::string expected =
      fmt::format("one {} about {}, none about anybody else", name_of_line(expect), who(expect.of));
  std::vector<std::string> strange, doubled, lacking;
  std::vector<int> evidence, evidence_lacking;
  for (const DeclaredLine& line : lines) {
    if (!line.match.pid)
      return assessment.not_observed(
          fmt::format("the pattern of the {} has no {{pid}}", name_of_line(expect)));
    const bool known = std::any_of(processes.begin(), processes.end(),
                                   [&](const ProcessState* process) { return line.about == process->pid; });
    if (known || (expect.of.role == Role::worker && names_a_worker(line, view))) continue;
    strange.push_back(fmt::format("{} names pid {}, which is none of {}", quoted(line.output->text),
                                  *line.match.pid,
                                  processes.empty() ? "them: there are none" : view.names(processes)));
    evidence.push_back(line.number);
  }
  std::map<Pid, int> bearers;
  for (const ProcessState* process : processes) ++bearers[process->pid];
  for (const auto& [pid, bearing] : bearers) {
    int count = 0, latest = k_never;
    for (const DeclaredLine& line : lines) {
      if (line.about != pid) continue;
      ++count;
      latest = line.number;
    }
    const ProcessState* process = view.cluster().process(pid);
    // Who has failed has not stopped: that nothing says so is right.
    const bool due = expect.line != LineKind::stopped || process->status.value_or(0) == 0;
    if (!due && count < bearing) continue;
    if (count > bearing) {
      doubled.push_back(fmt::format("{} about {}", count, view.name(*process)));
      evidence.push_back(latest);
    } else if (count < bearing) {
      lacking.push_back(
          fmt::format("{} about {}", count == 0 ? "none" : std::to_string(count), view.name(*process)));
      evidence_lacking.push_back(process->exited_at == k_never ? process->appeared_at : process->exited_at);
    }
  }
  doubled.insert(doubled.begin(), strange.begin(), strange.end());
  if (!doubled.empty())
    assessment.violated(
        {.expected = expected,
         .actual = list(doubled),
         .evidence = few(evidence),
         .hint = "The pid in the line must be the worker's own as waitpid or posix_spawn gives it, and each "
                 "end must be announced once."});
  if (!lacking.empty())
    assessment.violated(
        {.expected = expected,
         .actual = list(lacking),
         .evidence = few(evidence_lacking),
         .hint = "One SIGCHLD can stand for several ends: call waitpid until it has no more. Flush standard "
                 "output before the end.",
         .proof = Proof::missing});
}

void judge_real_status(const ExpectLines& expect, const CaseView& view, const DeclaredLines& lines,
                       Assessment& assessment) {
  std::vector<std::string> wrong;
  std::vector<int> evidence;
  for (const DeclaredLine& line : lines) {
    if (!line.match.pid || !line.match.status)
      return assessment.not_observed(
          fmt::format("the pattern of the {} lacks {{pid}} or {{status}}", name_of_line(expect)));
    const ProcessState* process = nullptr;
    for (const ProcessState& candidate : view.cluster().processes())
      if (candidate.pid == line.about && candidate.appeared_at <= line.number) process = &candidate;
    if (!process) {
      wrong.push_back(
          fmt::format("{} names pid {}, which no process has", quoted(line.output->text), *line.match.pid));
    } else if (process->exited_at == k_never) {
      wrong.push_back(
          fmt::format("{} though {} has not ended", quoted(line.output->text), view.name(*process)));
    } else if (!process->status) {
      assessment.not_observed(fmt::format("the wait status of {} is not known", view.name(*process)));
      continue;
    } else if (*line.match.status != *process->status) {
      wrong.push_back(fmt::format("{} says {}, the raw wait status of {} is {} ({})",
                                  quoted(line.output->text), *line.match.status, view.name(*process),
                                  *process->status, wait_status_text(*process->status)));
      evidence.push_back(process->exited_at);
    } else {
      continue;
    }
    evidence.push_back(line.number);
  }
  if (!wrong.empty())
    assessment.violated(
        {.expected = fmt::format("the raw wait status of the process in each {}", name_of_line(expect)),
         .actual = list(wrong, 4),
         .evidence = few(evidence),
         .hint = "Print the int that waitpid filled in, neither WEXITSTATUS nor WTERMSIG of it: exit code 1 "
                 "is 256, SIGKILL is 9."});
}

}  // namespace clusterspec
