#pragma once
// The parts of the table of faults.
#include <span>

#include "reference_server/faulty/faults.hpp"

namespace faulty_server {

std::span<const Fault> starting_faults();
std::span<const Fault> tracking_faults();
std::span<const Fault> ending_faults();
std::span<const Fault> production_faults();
std::span<const Fault> production_ending_faults();
std::span<const Fault> surroundings_faults();
std::span<const Fault> deployment_faults();

}  // namespace faulty_server
