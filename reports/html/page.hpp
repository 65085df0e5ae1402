// Pages as embed.cmake made them of their frames, styles and scripts. @NAME@ stands where a run goes: @DATA@ in the
// timeline; @FACTS@, @VERDICTS@, @TABLE@ and @UNEXPECTED@ in the matrix.
#pragma once

#include <string_view>

namespace clusterspec {

extern const std::string_view k_timeline_page;
extern const std::string_view k_matrix_page;

}  // namespace clusterspec
