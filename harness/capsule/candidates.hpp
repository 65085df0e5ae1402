// Scenarios one step smaller than a given one: what a `shrink` tries. They need not be sensible, nor even
// valid; who tries them finds out. Nothing here knows a key by its name: all comes from the lists in
// `describe`, so that a new key needs no change.
#pragma once

#include <string>
#include <vector>

#include "model/scenario.hpp"

namespace clusterspec {

struct Candidate {
  std::string what;  // "without step 3": for the person who waits
  Scenario scenario;
};

// Combinations with a smaller number on one axis. Numbers that a scenario computes from it follow.
std::vector<Combination> smaller_combinations(const Combination& combination);

// Each list with the boldest first.
std::vector<Candidate> fewer_expectations(const Scenario& scenario);
std::vector<Candidate> fewer_steps(const Scenario& scenario);
// Workers, connections, bytes: in the launch and the steps, and where the same number stands in several
// places, expectations too, all of them together.
std::vector<Candidate> smaller_numbers(const Scenario& scenario);
// Without one of its delays. A shorter one is no candidate: the shortest with which a case still fails is a
// measurement of this machine, and at that edge it fails only sometimes.
std::vector<Candidate> no_delay(const Scenario& scenario);
// Elements of lists, and whatever has a default: environment, values, flags.
std::vector<Candidate> plainer(const Scenario& scenario);

}  // namespace clusterspec
