// A step as one line for the journal and for a finding.
#pragma once

#include <string>

#include "model/scenario.hpp"

namespace clusterspec {

std::string step_text(const Step& step);

}  // namespace clusterspec
