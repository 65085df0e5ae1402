// The reports of the parts of one run as the report of the whole.
#pragma once

#include <string>
#include <vector>

#include "gate/read_report.hpp"

namespace clusterspec {

struct Merged {
  RunResult run;  // `incomplete` says what is missing, or does not belong together
  Catalogue catalogue;
};

// The counts, verdicts and order are those that one run of the whole plan would have given. Seconds are those
// of the longest part. `unreadable`: why a report could not be read, each in a line; the whole is then
// incomplete. `catalogue` gives the order of the requirements; what is not in it comes last.
Merged merge(const std::vector<ReadReport>& reports, const std::vector<std::string>& unreadable,
             const Catalogue& catalogue);

}  // namespace clusterspec
