// Failures that an implementation file states as known: they count as expected.
#pragma once

#include <string>
#include <vector>

#include "model/verdict.hpp"

namespace clusterspec {

// What the file says about this requirement in this case; null: nothing.
const KnownViolation* known_violation(const Implementation& implementation, const CaseResult& one,
                                      const RequirementId& requirement);

// A case that failed in nothing but what is known gets the reasons (CaseResult::known).
void mark_known(CaseResult& result, const Implementation& implementation);

// What is stated as known and was met: every case that judged it passed.
std::vector<const KnownViolation*> unexpected_passes(const Implementation& implementation,
                                                     const std::vector<CaseResult>& cases);

}  // namespace clusterspec
