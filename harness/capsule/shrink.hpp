// Delta debugging of a scenario: smaller ones are tried for as long as one still fails the same way.
#pragma once

#include <functional>

#include "capsule/candidates.hpp"
#include "model/requirement.hpp"

namespace clusterspec {

struct Shrinking {
  // Does it still fail the same way? Runs the case.
  std::function<bool(const Scenario& scenario)> fails;
  // Asked of what has just failed and whose timing is another than that of `start`: does it every time?
  std::function<bool(const Scenario& scenario)> fails_every_time = [](const Scenario&) { return true; };
  std::function<bool()> out_of_time = [] { return false; };
  std::function<void(const std::string& what)> kept = [](const std::string&) {};
};

struct Shrunk {
  Scenario scenario;  // without a matrix, read from its written form; `start` if nothing was kept
  int tried = 0, kept = 0;
  bool finished = false;  // nothing smaller fails; false: no time was left
};

// `start` fails. Only what the loader accepts is tried, each text once.
Shrunk shrink(const Scenario& start, const Catalogue& catalogue, const Shrinking& by);

}  // namespace clusterspec
