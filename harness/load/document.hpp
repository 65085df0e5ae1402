// A file's text as a TOML table. Exceptions of toml++ end here.
#pragma once

#include <toml++/toml.h>

#include <optional>

#include "load/mistakes.hpp"

namespace clusterspec {

// Nothing: it is no TOML, and `mistakes` says where.
std::optional<toml::table> parse_document(const SourceText& source, Mistakes& mistakes);

}  // namespace clusterspec
