// Failures that are one failure seen in several combinations: only the first needs to be told in full.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "model/verdict.hpp"

namespace clusterspec {

class SimilarFailures {
 public:
  // The case in which this failure was told first, as a reader of this one should be told of it: its variant,
  // or its whole id if it is of another scenario. Nothing if there is something new in this one. Findings are
  // alike if the same expectation of the same scenario failed, harness faults if they have one reason.
  std::optional<std::string> told_before(const CaseResult& result);

 private:
  struct First {
    std::string scenario, variant, label;
  };
  std::map<std::string, First> m_first;
};

// The differing part of a failure on one line: what was actually there, or the reason of a fault.
std::string actual_line(const CaseResult& result, std::size_t columns);

}  // namespace clusterspec
