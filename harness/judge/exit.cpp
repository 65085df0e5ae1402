// How processes ended.
#include <fmt/format.h>

#include <algorithm>

#include "judge/table.hpp"
#include "judge/wording.hpp"

namespace clusterspec {

namespace {

std::string wanted(const ExpectExit& expect) {
  std::vector<std::string> ways;
  if (expect.code) ways.push_back(fmt::format("with exit code {}", *expect.code));
  if (expect.failed) ways.emplace_back("with an exit code other than 0");
  if (expect.signal) ways.push_back("by " + to_text(*expect.signal));
  return fmt::format("{} to end{}{}", who(expect.of), ways.empty() ? "" : " ", fmt::join(ways, " and "));
}

// The wait status, or what the exit call said if nobody could wait for the process.
std::optional<int> status_of(const CaseView& view, const ProcessState& process) {
  if (process.status) return process.status;
  if (process.exiting_at == k_never) return std::nullopt;
  const auto* exiting = std::get_if<Exiting>(&view.event(process.exiting_at).what);
  return exiting ? std::optional((exiting->code & 0xff) << 8) : std::nullopt;
}

bool as_wanted(const ExpectExit& expect, int status) {
  if (expect.code && !(exited_by_itself(status) && exit_code_of(status) == *expect.code)) return false;
  if (expect.failed && !(exited_by_itself(status) && exit_code_of(status) != 0)) return false;
  return !expect.signal || ending_signal_of(status) == expect.signal->number;
}

std::string hint_for(const ExpectExit& expect) {
  if (expect.signal) return "It may handle or ignore the signal.";
  if (expect.failed)
    return "A start that cannot succeed must end with an exit code other than 0, or no supervisor notices.";
  return "Ended by a signal: no handler was installed when it came. Another code: look at standard error.";
}

}  // namespace

Assessment judge_it(const ExpectExit& expect, const CaseView& view) {
  Assessment assessment;
  std::vector<std::string> otherwise, running;
  std::vector<int> evidence, evidence_running;
  bool ended_on_its_own = true;  // before anything was done to it
  for (const ProcessState* process : view.some_of(expect.of, assessment)) {
    // Whoever had to be killed after the case did not end by itself, whatever its status says.
    if (process->exited_at == k_never || view.ended_by_cleaning(*process)) {
      running.push_back(view.name(*process));
      evidence_running.push_back(process->appeared_at);
      continue;
    }
    const auto status = status_of(view, *process);
    if (!status) {
      assessment.not_observed(fmt::format("how {} ended was not observed", view.name(*process)));
    } else if (!as_wanted(expect, *status)) {
      otherwise.push_back(fmt::format("{}: {}", view.name(*process), wait_status_text(*status)));
      evidence.push_back(process->exited_at);
      evidence.push_back(process->exiting_at);
      const auto signals = view.all<Signalled>();
      ended_on_its_own =
          ended_on_its_own && std::none_of(signals.begin(), signals.end(), [&](const auto& signal) {
            return signal->by == 0 && signal.number < process->exited_at;
          });
    }
  }
  if (!otherwise.empty())
    assessment.violated({.expected = wanted(expect),
                         .actual = list(otherwise),
                         .evidence = few(evidence),
                         .hint = hint_for(expect),
                         // If the case was then given up, what it is about was never tried.
                         .proof = ended_on_its_own ? Proof::missing : Proof::seen});
  if (!running.empty())
    assessment.violated({.expected = wanted(expect),
                         .actual = fmt::format("{} did not end", list(running)),
                         .evidence = few(evidence_running),
                         .hint = "Look at the last events: what was it still waiting for?",
                         .proof = Proof::missing});
  return assessment;
}

}  // namespace clusterspec
