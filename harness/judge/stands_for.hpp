// Which requirement is broken when a step could not be done.
#pragma once

#include <string>
#include <vector>

#include "judge/case_view.hpp"

namespace clusterspec {

// A step is done or it shows that something is broken that the rest of the case takes for granted: that the
// server starts, that it prints what it declares, that an interrupt ends it. What the scenario is about has
// then not been tried, so the finding names the requirement that the step stands for, and the scenario's own
// are not judged. `verifies` of the step comes first; a step that stands for nothing belongs to what the
// scenario verifies. `index`: of the step; `until`: the event at which it was given up.
std::vector<RequirementId> stands_for(int index, int until, const CaseView& view);

}  // namespace clusterspec
