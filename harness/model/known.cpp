#include "model/known.hpp"

#include <algorithm>
#include <charconv>

namespace clusterspec {

std::optional<int> permissions_of(const ConfigFile& file) {
  int number = 0;
  const char* end = file.mode.data() + file.mode.size();
  const auto [stopped, status] = std::from_chars(file.mode.data(), end, number, 8);
  if (status != std::errc{} || stopped != end || number < 0 || number > 0777) return std::nullopt;
  return number;
}

namespace {

// Of all combinations of the scenario, or of one: "documented/a/b?signal=TERM?".
bool is_about(const KnownViolation& known, const CaseResult& one) {
  return glob_matches(known.scenario, one.scenario) ||
         glob_matches(known.scenario, one.id.substr(0, one.id.rfind('@')));
}

}  // namespace

const KnownViolation* known_violation(const Implementation& implementation, const CaseResult& one,
                                      const RequirementId& requirement) {
  for (const KnownViolation& known : implementation.known)
    if (known.requirement == requirement && is_about(known, one)) return &known;
  return nullptr;
}

void mark_known(CaseResult& result, const Implementation& implementation) {
  if (result.judgement.verdict != Verdict::fail) return;
  std::vector<std::string> reasons;
  for (const auto& [id, verdict] : result.judgement.requirements) {
    if (verdict != Verdict::fail) continue;
    const KnownViolation* known = known_violation(implementation, result, id);
    if (!known) return;
    std::string reason = known->reason + (known->link.empty() ? "" : " (" + known->link + ")");
    if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end())
      reasons.push_back(std::move(reason));
  }
  for (const std::string& reason : reasons) result.known += (result.known.empty() ? "" : "; ") + reason;
}

std::vector<const KnownViolation*> unexpected_passes(const Implementation& implementation,
                                                     const std::vector<CaseResult>& cases) {
  std::vector<const KnownViolation*> all;
  for (const KnownViolation& known : implementation.known) {
    bool passed = false, failed = false;
    for (const CaseResult& one : cases) {
      if (!is_about(known, one)) continue;
      const auto it = one.judgement.requirements.find(known.requirement);
      if (it == one.judgement.requirements.end()) continue;
      passed = passed || it->second == Verdict::pass;
      failed = failed || it->second == Verdict::fail;
    }
    if (passed && !failed) all.push_back(&known);
  }
  return all;
}

}  // namespace clusterspec
