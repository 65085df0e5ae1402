// The runs by which a server is explored: a scenario and an implementation that know nothing of it but its
// command line. What they show is read from their journals (learn/run_facts.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "load/load.hpp"
#include "model/case.hpp"

namespace clusterspec {

struct ServerCommand {
  std::string name;                // of the implementation
  std::vector<std::string> words;  // the program first; {port} {host} {workers} {dir} {address} are filled in
  std::string quick = "/";         // a path that is answered at once
  std::string slow;                // one that is answered after {delay} ms; empty: none is known
};

inline constexpr int k_usual_workers = 3;

// One run: the server serves, is looked at, and gets a signal.
struct Trial {
  int workers = k_usual_workers;
  Signal signal;
  Target to;
  bool option_first = false;  // the option with the count stands before all other arguments

  friend bool operator==(const Trial&, const Trial&) = default;
};

// The first of them is the one by which the server's standing is told.
std::vector<Trial> trials_of(const ServerCommand& command);

Loaded<Case> case_of(const ServerCommand& command, const Trial& trial);

// The arguments that carry {workers}, if they are an option: ["-w", "{workers}"] or ["--workers={workers}"].
std::optional<std::vector<std::string>> count_option(const std::vector<std::string>& words);

// The command without its program, and without that option.
std::vector<std::string> other_arguments(const std::vector<std::string>& words);

// Some word has {workers} in it.
bool names_count(const std::vector<std::string>& words);

}  // namespace clusterspec
