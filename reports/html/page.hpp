// The page as embed.cmake made it: @TITLE@ and @DATA@ stand where the run goes.
#pragma once

#include <string_view>

namespace clusterspec {

extern const std::string_view k_page;

}  // namespace clusterspec
