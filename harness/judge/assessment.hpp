// What one expectation came to: what is violated, and what could not be judged.
#pragma once

#include <string>
#include <vector>

namespace clusterspec {

// Does a violation rest on something that was observed, or on something that did not come? In a case that was
// given up in the middle only the first kind counts: what did not come may have been on its way.
enum class Proof { seen, missing };

struct Violation {
  std::string expected;
  std::string actual;
  std::vector<int> evidence;  // event numbers
  std::string hint;           // unless the scenario has a better one
  Proof proof = Proof::seen;
};

// Neither: it holds.
struct Assessment {
  std::vector<Violation> violations;
  std::vector<std::string> unknown;  // reasons; the verdict is then an error of the harness, not a failure

  void violated(Violation violation) { violations.push_back(std::move(violation)); }
  void not_observed(std::string reason) { unknown.push_back(std::move(reason)); }
};

}  // namespace clusterspec
