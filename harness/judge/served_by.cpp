// Who answered.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "judge/holders.hpp"
#include "judge/table.hpp"
#include "judge/wording.hpp"

namespace clusterspec {

Assessment judge_it(const ExpectServedBy& expect, const CaseView& view) {
  Assessment assessment;
  const auto processes = view.some_of(expect.processes, assessment);
  std::map<const ProcessState*, int> answers;
  std::map<Pid, int> others;
  std::vector<int> evidence_others, evidence;
  int all = 0, unattributed = 0;
  for (const auto& one : view.all<Concluded>()) {
    if (one->group != expect.group || !was_answered(*one.what)) continue;
    ++all;
    evidence.push_back(one.number);
    const Pid pid = holder_of(*one.what, view);
    const ProcessState* holder = view.bearer(pid, one.number);
    if (pid == 0) {
      ++unattributed;
    } else if (std::find(processes.begin(), processes.end(), holder) != processes.end()) {
      ++answers[holder];
    } else {
      ++others[pid];
      evidence_others.push_back(one.number);
    }
  }

  std::vector<std::string> lacking;
  int short_of = 0;
  for (const ProcessState* process : processes) {
    const int count = answers[process];
    if (count >= expect.at_least || !view.asked_for(*process)) continue;
    lacking.push_back(fmt::format("{} by {}", count, view.name(*process)));
    short_of += expect.at_least - count;
  }
  if (!lacking.empty() && unattributed < short_of)
    assessment.violated(
        {.expected = fmt::format("at least {} of {} by {}", counted(expect.at_least, "answer"),
                                 quoted(expect.group), who(expect.processes)),
         .actual = fmt::format("of {}: {}", counted(all, "answer"), list(lacking)),
         .evidence = few(evidence),
         .hint = "A process that listens but does not accept, or that has no listener of its own, answers "
                 "nothing.",
         .proof = Proof::missing});
  if (!others.empty() && expect.nobody_else) {
    const auto parts = texts_of(others, [&](const auto& other) {
      return fmt::format("{} by {}", other.second, view.cluster().name(other.first));
    });
    assessment.violated(
        {.expected = fmt::format("answers of {} by {} only", quoted(expect.group), who(expect.processes)),
         .actual = fmt::format("{} of {}: {}", evidence_others.size(), all, list(parts)),
         .evidence = few(evidence_others),
         .hint = "A process that should have stopped accepting still does."});
  }
  const bool matters = expect.nobody_else || !lacking.empty();
  if (unattributed > 0 && matters && assessment.violations.empty())
    assessment.not_observed(fmt::format("who gave {} of {} was not observed", counted(unattributed, "answer"),
                                        quoted(expect.group)));
  return assessment;
}

}  // namespace clusterspec
