// Where the time of a run's cases went, for people and for programs. What a scenario or a server chose is
// escaped.
#pragma once

#include <string>
#include <vector>

#include "model/timings.hpp"

namespace clusterspec {

// A table of all parts, and the cases that took longest beside their servers. Steps of one case, however
// often it ran, stand each in a row of its own; of several cases those with the same verb are one.
std::string timings_table(const std::vector<CaseTimings>& cases);

// One case as a line of JSON, times in ms.
std::string timings_line(const CaseTimings& one);

}  // namespace clusterspec
