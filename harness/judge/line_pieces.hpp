// Which declared line a piece of output belongs to, when several processes wrote into one another's lines.
#pragma once

#include <string>

#include "model/cluster.hpp"

namespace clusterspec {

// By the words of the declared line that stand in the piece, unless it is all of another; a piece without any
// may be of every line.
bool is_piece_of(const std::string& text, LineKind line, const LogPatterns& log);

}  // namespace clusterspec
