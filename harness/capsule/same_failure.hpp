// Is a failure of a smaller case the failure that was recorded? Numbers, times and names of processes differ,
// and a scenario from which too much was taken fails too, for another reason.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "capsule/capsule.hpp"

namespace clusterspec {

// A finding without its numbers.
struct Symptom {
  RequirementId requirement;
  std::string at;  // the expectation or step: its first key with its value; empty for a standing expectation
  std::set<std::string> expected, actual;  // words
};
std::vector<Symptom> symptoms(const Scenario& scenario, const std::vector<RecordedFinding>& findings);
std::vector<Symptom> symptoms(const Scenario& scenario, const std::vector<Finding>& findings);

// The same requirements fail, and each finding is one of those recorded: of the same place, with the same
// expected, and its actual says nothing that the recorded one did not.
bool same_failure(const std::vector<Symptom>& recorded, const std::vector<Symptom>& seen);

// "fail, terminate.announced, terminate.nothing-left": a verdict with the requirements that it names.
std::string outcome_text(Verdict verdict, const std::vector<RecordedFinding>& findings);
std::string outcome_text(const Judgement& judgement);

}  // namespace clusterspec
