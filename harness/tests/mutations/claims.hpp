// What an expectation claims, one thing at a time: `lines = "stopped"` with `count` and `real-status` claims
// two.
#pragma once

#include <string>
#include <vector>

#include "model/scenario.hpp"

namespace clusterspec::tests {

struct Claim {
  std::string name;            // "lines real-status", "order: every worker exited, launcher exited"
  ExpectationSubject subject;  // this claim alone
};

// In the order of the vocabulary. Keys that say of what and when something is claimed stand in every claim.
std::vector<Claim> claims_of(const ExpectationSubject& subject);

}  // namespace clusterspec::tests
