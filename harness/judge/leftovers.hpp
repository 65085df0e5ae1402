// What outlived its launcher.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "judge/case_view.hpp"

namespace clusterspec {

// Processes that their launcher did not wait for before it ended, those that are left, zombies, and
// listeners. While a launcher runs its workers are no leftovers; the launcher itself is one if it was asked
// to end and had to be killed. A case that ends with a cluster that nobody asked to end leaves nothing over:
// it is the harness that ends it then.
std::optional<Violation> leftovers(const CaseView& view);

}  // namespace clusterspec
