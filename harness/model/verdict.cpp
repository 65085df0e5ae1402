#include "model/verdict.hpp"

#include <algorithm>
#include <unordered_map>

namespace clusterspec {
namespace {

constexpr int k_passed = 0, k_failed = 1, k_never_ready = 3, k_nothing_selected = 4, k_all_skipped = 77,
              k_harness_fault = 99, k_interrupted = 130;

RequirementVerdict worst(const RequirementResult& result) {
  if (result.errors) return RequirementVerdict::error;
  if (result.failed) return RequirementVerdict::fail;
  if (result.passed) return RequirementVerdict::pass;
  if (result.skipped) return RequirementVerdict::skip;
  return RequirementVerdict::untested;
}

}  // namespace

const Requirement* find(const Catalogue& catalogue, const RequirementId& id) {
  const auto it =
      std::find_if(catalogue.begin(), catalogue.end(), [&](const Requirement& r) { return r.id == id; });
  return it == catalogue.end() ? nullptr : &*it;
}

int RunResult::count(Verdict verdict) const {
  return static_cast<int>(std::count_if(cases.begin(), cases.end(), [&](const CaseResult& result) {
    return result.judgement.verdict == verdict;
  }));
}

std::vector<FlakyCase> flaky_cases(const RunResult& run) {
  std::vector<FlakyCase> cases;
  std::unordered_map<std::string_view, std::size_t> position;
  for (const CaseResult& result : run.cases) {
    const auto [it, is_new] = position.emplace(result.id, cases.size());
    if (is_new) cases.push_back({result.id, 0, 0, nullptr});
    FlakyCase& one = cases[it->second];
    one.passed += result.judgement.verdict == Verdict::pass;
    if (result.judgement.verdict == Verdict::fail && ++one.failed == 1) one.first_failed = &result;
  }
  std::erase_if(cases, [](const FlakyCase& one) { return one.passed == 0 || one.failed == 0; });
  return cases;
}

std::vector<RequirementResult> summarise(const Catalogue& catalogue, const std::vector<CaseResult>& cases) {
  std::vector<RequirementResult> results;
  for (const Requirement& requirement : catalogue) {
    RequirementResult result;
    result.requirement = requirement;
    bool tested = false;
    for (const CaseResult& one : cases) {
      const auto it = one.judgement.requirements.find(requirement.id);
      if (it == one.judgement.requirements.end()) continue;
      tested = true;
      switch (it->second) {
        case Verdict::pass:
          ++result.passed;
          break;
        case Verdict::fail:
          ++result.failed;
          break;
        case Verdict::error:
          ++result.errors;
          break;
        case Verdict::skip:
          ++result.skipped;
          if (std::find(result.reasons.begin(), result.reasons.end(), one.judgement.reason) ==
              result.reasons.end())
            result.reasons.push_back(one.judgement.reason);
          break;
      }
    }
    if (!tested) continue;
    result.verdict = worst(result);
    results.push_back(std::move(result));
  }
  return results;
}

int exit_code(const RunResult& run) {
  if (run.interrupted) return k_interrupted;
  if (run.cases.empty()) return k_nothing_selected;
  if (run.count(Verdict::error)) return k_harness_fault;
  const int ran = run.count(Verdict::pass) + run.count(Verdict::fail);
  const auto ready =
      std::count_if(run.cases.begin(), run.cases.end(), [](const CaseResult& r) { return r.became_ready; });
  if (ran > 0 && ready == 0 && run.count(Verdict::fail) == ran) return k_never_ready;
  int counting =
      static_cast<int>(std::count_if(run.cases.begin(), run.cases.end(), [](const CaseResult& one) {
        return one.judgement.verdict == Verdict::fail && one.known.empty();
      }));
  if (run.flaky == FlakyPolicy::report)
    for (const FlakyCase& one : flaky_cases(run))
      if (one.first_failed && one.first_failed->known.empty()) counting -= one.failed;
  if (counting > 0) return k_failed;
  if (ran == 0) return k_all_skipped;
  return k_passed;
}

}  // namespace clusterspec
