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

const KnownViolation* known_violation(const Implementation& implementation, const std::string& scenario,
                                      const RequirementId& requirement) {
  for (const KnownViolation& known : implementation.known)
    if (known.requirement == requirement && glob_matches(known.scenario, scenario)) return &known;
  return nullptr;
}

void mark_known(CaseResult& result, const Implementation& implementation) {
  if (result.judgement.verdict != Verdict::fail) return;
  std::vector<std::string> reasons;
  for (const auto& [id, verdict] : result.judgement.requirements) {
    if (verdict != Verdict::fail) continue;
    const KnownViolation* known = known_violation(implementation, result.scenario, id);
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
      if (!glob_matches(known.scenario, one.scenario)) continue;
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
