// What the signals of the exploring runs mean: which is the graceful one, which end it fast, which reloads
// it.
#pragma once

#include "learn/conclusions.hpp"

namespace clusterspec {

void conclude_signals(const ServerCommand& command, const std::vector<Run>& runs, Conclusions& it);

// The run that ended with the signal that was found to be graceful; null: there is none.
const Run* graceful_run(const std::vector<Run>& runs, const Dialect& dialect);

// "SIGHUP to the launcher: exit code 0 after 31 ms, the request in flight was answered".
std::string signal_text(const Trial& trial, const SignalFacts& facts);

}  // namespace clusterspec
