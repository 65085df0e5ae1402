// Known failures: a baseline held against results, and made from them.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "model/gate.hpp"
#include "model/verdict.hpp"

namespace clusterspec {

// What makes the case fail.
std::set<RequirementId> failing_requirements(const CaseResult& result);

// The reasons of the baseline for a case that fails, if it names every requirement that fails there; else
// empty: one new failure beside a known one is a new failure. Harness faults are never known.
std::string known_reason(const CaseResult& result, const Baseline& baseline);

// Entries that are needless: cases that they name were run, verified the requirement, and none failed it.
// Entries of which nothing was run are left alone.
std::vector<FixedFailure> fixed_failures(const std::vector<CaseResult>& cases, const Baseline& baseline);

// Sets `known` of every case, and what is fixed. A run of a part says nothing of what is fixed: another part
// may still need the entry.
void hold_against(RunResult& run, const Baseline& baseline);

// A baseline in which every failure of these cases stands, one entry for each requirement and case. Entries
// of `earlier` that are still needed stay as they are, with their reasons.
Baseline baseline_of(const std::vector<CaseResult>& cases, const Baseline& earlier,
                     const std::string& reason);

}  // namespace clusterspec
