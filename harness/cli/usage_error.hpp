// What is wrong with a command line, and what was probably meant.
#pragma once

#include <string>
#include <vector>

#include "model/error.hpp"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace clusterspec {

// `words`: what was given, without the program's name. What is no slip of a name is said as CLI11 says it.
Error usage_error(const CLI::App& app, const std::vector<std::string>& words, const CLI::ParseError& error);

}  // namespace clusterspec
