// [matrix]: the axes and their values.
#pragma once

#include "load/mistakes.hpp"

namespace clusterspec {

// Empty if the file has none. Mistakes are reported; what is good is returned all the same.
Matrix read_matrix(const toml::table& root, Mistakes& mistakes);

// Every combination, the last axis fastest; one, empty, for an empty matrix.
std::vector<Combination> combinations(const Matrix& matrix);

}  // namespace clusterspec
