// The checks that every case carries for free, whatever its scenario expects.
#pragma once

#include <vector>

#include "judge/case_view.hpp"
#include "model/verdict.hpp"

namespace clusterspec {

// Findings of all standing checks that the scenario does not waive.
std::vector<Finding> judge_standing(const CaseView& view);

}  // namespace clusterspec
