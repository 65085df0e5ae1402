// What became of a case's connections, in a few lines: by the phase in which each was begun, with the first
// and the last of each outcome, and by the process that held them.
#pragma once

#include <string>
#include <vector>

#include "model/cluster.hpp"

namespace clusterspec {

// "before the signal    64: 60 answered (-12.1 to +803.4 ms), 4 reset-queued (+0.9 to +1.2 ms) at worker 2".
// Times are those of the outcomes, after the first signal that the scenario sent or typed; without one, since
// the case began. Safe for any report. Empty for a journal without connections.
std::vector<std::string> connection_summary(const Journal& journal, const Cluster& cluster);

}  // namespace clusterspec
