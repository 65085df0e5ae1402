// The body of a cell process: one case from its first event to its last.
#pragma once

#include "drive/case_driver.hpp"

namespace clusterspec {

// Writes the journal's lines to options.journal and returns the cell's exit code: 0 when the journal is
// complete.
int run_cell(const Case& one, const CellOptions& options);

}  // namespace clusterspec
