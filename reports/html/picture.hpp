// What happened in a case, as the timeline page draws it: processes, listeners, signals, steps, gates, output
// and connections as spans and marks on one axis of time. A pure function of the journal.
#pragma once

#include <nlohmann/json.hpp>

#include "model/verdict.hpp"

namespace clusterspec {

// Times are whole microseconds since the case began; `null` where it never came to that. Events are named by
// their number. Every text is safe for a terminal and bounded.
nlohmann::ordered_json picture(const CaseResult& result);

}  // namespace clusterspec
