// Argument lists as a shell takes them: what is shown can be pasted and gives the same bytes (bash, zsh,
// ksh).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/verdict.hpp"

namespace clusterspec {

// As it is where that is safe, else in quotes; with control characters or bytes beyond ASCII that a terminal
// must not get, in $'…' with escapes. On one line, always safe for a terminal.
std::string shell_quoted(std::string_view argument);

std::string command_line(const std::vector<std::string>& arguments);

// The same for reading: when it is longer than `limit` bytes, whole arguments are left out and counted.
std::string short_command_line(const std::vector<std::string>& arguments, std::size_t limit = 1000);

// Of the case's server; empty if it was never launched.
std::string command_of(const CaseResult& result);

}  // namespace clusterspec
