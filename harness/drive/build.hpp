// Programs that are built on demand.
#pragma once

#include <string>

#include "model/implementation.hpp"

namespace clusterspec {

struct BuiltProgram {
  std::string path;    // absolute
  std::string absent;  // instead of a path: what it is built with is not installed, a sentence for a skip
};

// The program of an implementation with a `build`: as it was kept, else built now, which takes as long as its
// compiler takes. It is kept in $XDG_CACHE_HOME/clusterspec (else ~/.cache/clusterspec; XDG Base Directory
// Specification) under a name made from the content of its sources, so that a change builds anew and two
// versions do not meet. Runs side by side wait for the one that builds. An error names the first cause and
// where the build's whole output is.
Result<BuiltProgram> built_program(const Implementation& implementation);

}  // namespace clusterspec
