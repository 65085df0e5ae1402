// What a result looks like to someone who does not know the case (report.hpp: explain), with or without
// colours.
#pragma once

#include <string>

#include "model/verdict.hpp"
#include "paint.hpp"

namespace clusterspec {

// Several lines, each ended. Prose is broken at `columns`; events and commands are not, so that they can be
// copied.
std::string explained(const CaseResult& result, const Catalogue& catalogue, const Paint& paint,
                      std::size_t columns);

// "FAIL ", "ERROR", "pass ", "skip ": all of one width, painted.
std::string verdict_word(Verdict verdict, const Paint& paint);

}  // namespace clusterspec
