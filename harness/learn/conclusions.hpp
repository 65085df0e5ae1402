// From the facts of all exploring runs to the words of an implementation file, each with the fact that it
// rests on; and what could not be found out, with the reason.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "learn/exploration.hpp"
#include "learn/run_facts.hpp"

namespace clusterspec {

struct Run {
  Trial trial;
  Journal journal;
};

struct Conclusions {
  ServingFacts serving;  // of a run with the usual number of workers
  Dialect dialect;
  LogPatterns log;
  bool option_stands_first = false;  // the option with the count may stand before all other arguments
  // By "TABLE.KEY": the fact behind the value that stands there, or why there is none.
  std::map<std::string, std::string> because, unknown;
  std::vector<std::string> signals;  // what each signal did, one line each
  std::vector<std::string> lines;    // what it printed first
};

// Runs in the order of trials_of.
Conclusions conclude(const ServerCommand& command, const std::vector<Run>& runs);

// A count for numbers of workers as it stands in a file: "{workers + 1}". Empty: these are no multiple of the
// number, nor it and a constant.
std::string count_expression(int at_two, int at_three);

}  // namespace clusterspec
