// The end of a run on the console: requirements, what was skipped and noted, totals, and what to do next.
#pragma once

#include <string>

#include "model/verdict.hpp"
#include "paint.hpp"

namespace clusterspec {

struct SummaryStyle {
  Paint paint{false};
  std::size_t columns = 80;
  int planned = 0;               // cases of the whole plan
  std::string rerun, rerun_end;  // as in Plan
};

std::string summary(const RunResult& run, const SummaryStyle& style);

}  // namespace clusterspec
