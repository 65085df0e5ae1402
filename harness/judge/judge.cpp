#include "judge/judge.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "judge/standing.hpp"
#include "judge/stands_for.hpp"
#include "judge/table.hpp"
#include "judge/wording.hpp"

namespace clusterspec {

namespace {

constexpr std::string_view k_stopped_hint =
    "What came after this step was not judged. The last events before the deadline show what the server was "
    "doing.";

Judgement undecided(const Scenario& scenario, Verdict verdict, std::string reason) {
  Judgement judgement;
  judgement.verdict = verdict;
  judgement.reason = std::move(reason);
  for (const RequirementId& id : scenario.verifies) judgement.requirements[id] = verdict;
  return judgement;
}

// Why the journal says nothing about the server, if so.
std::optional<Judgement> without_judging(const Scenario& scenario, const Journal& journal) {
  const auto error = [&](std::string reason) {
    return undecided(scenario, Verdict::error, std::move(reason));
  };
  for (const Event& event : journal)
    if (const auto* fault = std::get_if<HarnessFault>(&event.what)) return error(printable(fault->text));
  if (journal.empty() || !std::holds_alternative<CaseBegun>(journal.front().what))
    return error("the journal does not begin with case-begun");
  if (!std::holds_alternative<CaseEnded>(journal.back().what))
    return error("the journal does not end with case-ended: the case was cut off");
  for (const Event& event : journal)
    if (const auto* skipped = std::get_if<CaseSkipped>(&event.what))
      return undecided(scenario, Verdict::skip, printable(skipped->reason));
  for (const Event& event : journal)
    if (const auto* cleaned = std::get_if<CleanedUp>(&event.what); cleaned && !cleaned->complete)
      return error("not everything that the case started could be ended");
  return std::nullopt;
}

struct Judging {
  const Scenario& scenario;
  Judgement judgement;
  std::vector<std::string> unknown;
  std::string stopped_by;  // the text of the step that was not done

  const std::vector<RequirementId>& or_all(const std::vector<RequirementId>& verifies) const {
    return verifies.empty() ? scenario.verifies : verifies;
  }

  void find(const RequirementId& requirement, const Violation& violation, const std::string& hint,
            const Location& where) {
    judgement.findings.push_back({requirement, violation.expected, violation.actual, violation.evidence,
                                  hint.empty() ? violation.hint : hint, where});
  }

  // A step that was not done stops the case: gives the event, for nothing after it is judged by expectations.
  std::optional<int> judge_steps(const CaseView& view) {
    for (const auto& ended : view.all<StepEnded>()) {
      if (ended->done) continue;
      Violation violation{.expected = "",
                          .actual = ended->detail.empty() ? "it could not be done" : printable(ended->detail),
                          .evidence = {ended.number},
                          .hint = std::string(k_stopped_hint)};
      for (const auto& begun : view.all<StepBegun>()) {
        if (begun->index != ended->index || begun.number > ended.number) continue;
        violation.expected = printable(begun->text);
        violation.evidence = {begun.number, ended.number};
      }
      for (const auto& runaway : view.all<Runaway>())
        if (runaway.number < ended.number) violation.evidence.push_back(runaway.number);
      std::sort(violation.evidence.begin(), violation.evidence.end());
      if (violation.expected.empty())
        violation.expected = fmt::format("step {} to be done", ended->index + 1);
      const bool known = ended->index >= 0 && static_cast<std::size_t>(ended->index) < scenario.steps.size();
      const Step* step = known ? &scenario.steps[static_cast<std::size_t>(ended->index)] : nullptr;
      const Location where = step ? step->where : Location{scenario.file, 0, 0};
      for (const RequirementId& id : stands_for(ended->index, ended.number, view))
        find(id, violation, "", where);
      stopped_by = violation.expected;
      return ended.number;
    }
    // Stopped after the last step.
    for (const auto& runaway : view.all<Runaway>())
      for (const RequirementId& id : scenario.verifies)
        find(id,
             {.expected = "a server that needs no more than any server does",
              .actual = fmt::format("{} {}, the limit is {}", runaway->count, printable(runaway->of),
                                    runaway->limit),
              .evidence = {runaway.number},
              .hint = "The last events show what it did without end."},
             "", Location{scenario.file, 0, 0});
    return std::nullopt;
  }

  void judge_expectation(const Expectation& expectation, const CaseView& view, bool stopped) {
    const Assessment assessment = assess(expectation.subject, view);
    for (const Violation& violation : assessment.violations) {
      if (stopped && violation.proof == Proof::missing) continue;
      for (const RequirementId& id : or_all(expectation.verifies))
        find(id, violation, expectation.hint, expectation.where);
    }
    // A server that has been seen to fail is not excused by what was not seen.
    if (stopped || !assessment.violations.empty() || assessment.unknown.empty()) return;
    unknown.push_back(assessment.unknown.front());
    for (const RequirementId& id : or_all(expectation.verifies)) judgement.requirements[id] = Verdict::error;
  }

  // An expectation may have said it already.
  void add_standing(const CaseView& view) {
    for (Finding& finding : judge_standing(view)) {
      const bool told =
          std::any_of(judgement.findings.begin(), judgement.findings.end(), [&](const Finding& other) {
            return other.requirement == finding.requirement && other.actual == finding.actual;
          });
      if (!told) judgement.findings.push_back(std::move(finding));
    }
  }

  void decide(const CaseBegun& begun, bool stopped) {
    for (const RequirementId& id : scenario.verifies)
      // What comes after the step that was not done is not shown to hold.
      judgement.requirements.emplace(id, stopped ? Verdict::skip : Verdict::pass);
    bool fails = false;
    for (const Finding& finding : judgement.findings) {
      judgement.requirements[finding.requirement] = Verdict::fail;
      const auto level = begun.levels.find(finding.requirement);
      fails = fails || level == begun.levels.end() || level->second != name_of(Level::may);
    }
    if (fails) {
      judgement.verdict = Verdict::fail;
      if (stopped) judgement.reason = "the case was stopped by a step that could not be done: " + stopped_by;
    } else if (!unknown.empty()) {
      judgement.verdict = Verdict::error;
    }
    if (!unknown.empty()) judgement.reason = "not observed: " + list(unknown, 4);
  }
};

}  // namespace

// If a step was not done the requirement that it stands for is broken and no other (stands_for.hpp): the
// expectations are judged on what was known until then, and only violations that were seen count, never what
// had not come yet. The standing checks see everything.
Judgement judge(const Scenario& scenario, const Implementation& implementation, const Journal& journal) {
  if (auto judgement = without_judging(scenario, journal)) return *std::move(judgement);
  const CaseView whole(scenario, implementation, journal);
  Judging judging{scenario, {}, {}, {}};
  const auto stopped_at = judging.judge_steps(whole);
  const auto known =
      std::span(journal).first(stopped_at ? static_cast<std::size_t>(*stopped_at) + 1 : journal.size());
  const CaseView view(scenario, implementation, known);
  for (const Expectation& expectation : scenario.expectations)
    judging.judge_expectation(expectation, view, stopped_at.has_value());
  judging.add_standing(whole);
  judging.decide(std::get<CaseBegun>(journal.front().what), stopped_at.has_value());
  return std::move(judging.judgement);
}

}  // namespace clusterspec
