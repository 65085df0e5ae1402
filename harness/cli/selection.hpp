// What was asked for, held against the cases that there are.
#pragma once

#include <memory>
#include <vector>

#include "cli/gate_options.hpp"
#include "cli/sources.hpp"
#include "plan/plan.hpp"

namespace clusterspec {

// Each pattern and each tag that no case has, or that nothing is left of all together: a gate must not grow
// smaller by a slip of the pen. Errors of kind `selection`, with their place if a settings file said it.
std::vector<Error> unselected(const Selection& selection, const Library& library,
                              const std::shared_ptr<const Implementation>& implementation,
                              const SaidAt& said_at = {});

}  // namespace clusterspec
