// Two reports of one server, an earlier and a later: what changed.
#pragma once

#include <string>
#include <vector>

#include "gate/read_report.hpp"

namespace clusterspec {

// Of a case over its repetitions: the worst of them, or that it was not there.
enum class CaseState { absent, skip, pass, known, flaky, fail, error };
template <>
struct Names<CaseState> {
  static constexpr std::array table{
      std::pair{CaseState::absent, "not there"},   std::pair{CaseState::skip, "skipped"},
      std::pair{CaseState::pass, "passed"},        std::pair{CaseState::known, "known failure"},
      std::pair{CaseState::flaky, "flaky"},        std::pair{CaseState::fail, "failed"},
      std::pair{CaseState::error, "harness error"}};
};

struct Change {
  std::string id, title;
  CaseState before = CaseState::absent, after = CaseState::absent;
  std::vector<RequirementId> requirements;  // that fail now and did not, or that failed and do no more
  std::string actual;                       // of the first finding, of a case that fails now
};

struct Comparison {
  std::vector<Change> worse;          // fails now, and did not, or not these requirements
  std::vector<Change> better;         // failed, and passes now
  std::vector<Change> lost;           // was judged, and is not now: skipped, or not there
  std::vector<Change> gained;         // was not judged, and passes now
  std::vector<Change> failing;        // fails as before
  int same = 0;                       // all others
  std::vector<std::string> warnings;  // why the two may not be comparable
};

Comparison compare(const ReadReport& before, const ReadReport& after);

// 0: nothing is worse and nothing was lost; 1: something is.
int exit_code(const Comparison& comparison);

std::string comparison_text(const Comparison& comparison);
std::string comparison_markdown(const Comparison& comparison);

}  // namespace clusterspec
