#include "gate/known.hpp"

#include <algorithm>

#include "model/units.hpp"

namespace clusterspec {
namespace {

const KnownFailure* entry_for(const RequirementId& requirement, const std::string& id,
                              const Baseline& baseline) {
  for (const KnownFailure& known : baseline.known)
    if (known.requirement == requirement && glob_matches(known.cases, id)) return &known;
  return nullptr;
}

// Something is known of the requirement from this case. A case can fail in requirements that it is not about:
// that it does not can be said of it alone, when it passes.
bool was_judged(const CaseResult& result, const KnownFailure& known) {
  const auto it = result.judgement.requirements.find(known.requirement);
  if (it == result.judgement.requirements.end())
    return known.cases == result.id && result.judgement.verdict == Verdict::pass;
  return it->second == Verdict::pass || it->second == Verdict::fail;
}

}  // namespace

std::set<RequirementId> failing_requirements(const CaseResult& result) {
  std::set<RequirementId> failing;
  if (result.judgement.verdict != Verdict::fail) return failing;
  for (const auto& [id, verdict] : result.judgement.requirements)
    if (verdict == Verdict::fail) failing.insert(id);
  if (failing.empty())
    for (const Finding& finding : result.judgement.findings) failing.insert(finding.requirement);
  return failing;
}

std::string known_reason(const CaseResult& result, const Baseline& baseline) {
  std::string reasons;
  std::set<std::string> told;
  for (const RequirementId& requirement : failing_requirements(result)) {
    const KnownFailure* known = entry_for(requirement, result.id, baseline);
    if (!known) return {};
    if (told.insert(known->reason).second) reasons += (reasons.empty() ? "" : "; ") + known->reason;
  }
  return reasons;
}

std::vector<FixedFailure> fixed_failures(const std::vector<CaseResult>& cases, const Baseline& baseline) {
  std::vector<FixedFailure> fixed;
  for (const KnownFailure& known : baseline.known) {
    bool ran = false, fails = false;
    for (const CaseResult& result : cases) {
      if (!glob_matches(known.cases, result.id)) continue;
      ran = ran || was_judged(result, known);
      fails = fails || failing_requirements(result).contains(known.requirement);
    }
    if (ran && !fails) fixed.push_back({known.requirement, known.cases, known.reason});
  }
  return fixed;
}

void hold_against(RunResult& run, const Baseline& baseline) {
  run.baseline = baseline.file;
  for (CaseResult& result : run.cases)
    if (result.known.empty()) result.known = known_reason(result, baseline);
  const bool whole = run.shard.count == 0 && run.incomplete.empty() && !run.interrupted;
  run.fixed = whole ? fixed_failures(run.cases, baseline) : std::vector<FixedFailure>();
}

Baseline baseline_of(const std::vector<CaseResult>& cases, const Baseline& earlier,
                     const std::string& reason) {
  Baseline baseline;
  baseline.file = earlier.file;
  const auto needless = fixed_failures(cases, earlier);
  for (const KnownFailure& known : earlier.known)
    if (std::none_of(needless.begin(), needless.end(), [&](const FixedFailure& one) {
          return one.requirement == known.requirement && one.cases == known.cases;
        }))
      baseline.known.push_back(known);
  for (const CaseResult& result : cases)
    for (const RequirementId& requirement : failing_requirements(result))
      if (!entry_for(requirement, result.id, baseline))
        baseline.known.push_back({requirement, result.id, reason});
  return baseline;
}

}  // namespace clusterspec
