// What was found out as an implementation file to go on from, and as an account for a terminal.
#pragma once

#include <string>

#include "learn/conclusions.hpp"

namespace clusterspec {

// load_implementation takes it. Whatever the server printed or was called stands escaped in it.
std::string implementation_text(const ServerCommand& command, const Conclusions& found);

// What was found, and what was not.
std::string account_text(const Conclusions& found);

}  // namespace clusterspec
