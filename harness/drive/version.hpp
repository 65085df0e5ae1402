// The version that a program prints of itself.
#pragma once

#include <string>

#include "model/implementation.hpp"

namespace clusterspec {

// First line that it prints with the implementation's `version` arguments; empty if it says nothing within
// two seconds.
std::string program_version(const Implementation& implementation, const std::string& executable);

}  // namespace clusterspec
