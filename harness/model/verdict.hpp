// What was decided: findings of one case, its verdict, and the results of a run as reports render them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/event.hpp"
#include "model/scenario.hpp"

namespace clusterspec {

// error: the harness failed, not the server.
enum class Verdict { pass, fail, skip, error };
template <>
struct Names<Verdict> {
  static constexpr std::array table{std::pair{Verdict::pass, "pass"}, std::pair{Verdict::fail, "fail"},
                                    std::pair{Verdict::skip, "skip"}, std::pair{Verdict::error, "error"}};
};

// One thing that is not as required.
struct Finding {
  RequirementId requirement;
  std::string expected;
  std::string actual;
  std::vector<int> evidence;  // event numbers
  std::string hint;
  Location where;  // the expectation or step in the scenario
  friend bool operator==(const Finding&, const Finding&) = default;
};

struct Judgement {
  Verdict verdict = Verdict::pass;
  std::string reason;  // of a skip or an error
  std::vector<Finding> findings;
  std::map<RequirementId, Verdict> requirements;  // each that the case verifies
  friend bool operator==(const Judgement&, const Judgement&) = default;
};

// What became of a group of connections, also where nothing was wrong with it.
struct GroupResult {
  std::string group;
  std::map<Outcome, int> outcomes;
  Duration slowest{};  // from a connection's beginning to its outcome
  int slow = 0;        // connections that took longer than k_slow
};
inline constexpr Duration k_slow = std::chrono::milliseconds(500);

// An event as a report told it: all that is left of the evidence where there is no journal.
struct ToldEvent {
  double ms = 0;  // since the case began
  std::string text;
};

struct CaseResult {
  std::string id;
  std::string scenario;  // name
  std::string title;
  Location scenario_at;
  std::string implementation;
  Combination combination;
  std::vector<std::string> arguments;  // argv of the server; empty if it was never launched
  Judgement judgement;
  double seconds = 0;
  int repetition = 0;  // 0: the only one, else 1 to N of --repeat
  bool became_ready = false;
  std::vector<GroupResult> groups;  // in the order of their first outcomes
  std::string journal_file;         // where it was kept; may be empty
  std::string capsule_file;         // of a failure, once for each case of the run
  Journal journal;                  // kept for cases that did not pass
  std::map<int, ToldEvent> told;    // by event number, of a case that was read from a report
  std::string command;  // likewise, of the server: its arguments are no longer the bytes they were
  std::string
      known;  // why this failure was expected, by the baseline or the implementation's file; else empty
  int attempts = 1;  // with --retries: how often it failed in a row
  // A failure that the run answers for, flaky cases aside.
  bool counts() const { return judgement.verdict == Verdict::fail && known.empty(); }
};

enum class RequirementVerdict { pass, fail, skip, error, untested };
template <>
struct Names<RequirementVerdict> {
  static constexpr std::array table{
      std::pair{RequirementVerdict::pass, "pass"}, std::pair{RequirementVerdict::fail, "fail"},
      std::pair{RequirementVerdict::skip, "skip"}, std::pair{RequirementVerdict::error, "error"},
      std::pair{RequirementVerdict::untested, "untested"}};
};

struct RequirementResult {
  Requirement requirement;
  RequirementVerdict verdict = RequirementVerdict::untested;
  int passed = 0, failed = 0, skipped = 0, errors = 0;  // cases
  std::vector<std::string> reasons;                     // of skips, each once
};

// What a run makes of a case that both passed and failed over its repetitions.
enum class FlakyPolicy {
  fail,    // a failure like any other
  report,  // told in a section of its own, and no reason for exit code 1
};
template <>
struct Names<FlakyPolicy> {
  static constexpr std::array table{std::pair{FlakyPolicy::fail, "fail"},
                                    std::pair{FlakyPolicy::report, "report"}};
};

// A part of a plan: the case with index i of the plan is in shard i mod count + 1.
struct Shard {
  int index = 0, count = 0;  // from 1; 0 of 0: the whole plan
  int planned = 0;           // cases of the whole plan
  std::string plan;          // a hash of the ids of the whole plan: shards of one run have the same
};

// What the baseline names and what passes now: the entry can go.
struct FixedFailure {
  RequirementId requirement;
  std::string cases;  // glob of case ids, as the baseline has it
  std::string reason;
};

struct RunResult {
  std::string version;  // of clusterspec
  std::string implementation, implementation_version;
  std::string started;  // ISO 8601, UTC
  std::string host, isolation, observation;
  std::vector<std::string> notes;
  double seconds = 0;
  double time_scale = 1;
  bool interrupted = false;
  FlakyPolicy flaky = FlakyPolicy::fail;
  int retries = 0;  // so often a failing case was run again
  Shard shard;
  std::vector<std::string> incomplete;  // why cases of the plan are not here, each in a line
  std::string baseline;                 // its file; empty: none
  bool strict_baseline = false;         // a fixed failure that the baseline still names fails the run
  std::vector<FixedFailure> fixed;
  std::vector<CaseResult> cases;                // in the order of the plan
  std::vector<RequirementResult> requirements;  // in the order of the catalogue
  std::vector<std::string> unexpected;          // stated as known violations, and met: a sentence each

  int count(Verdict verdict) const;
  int known() const;  // failures that the baseline names
};

// A case that both passed and failed, over its repetitions.
struct FlakyCase {
  std::string id;
  int passed = 0, failed = 0;
  const CaseResult* first_failed = nullptr;  // in the run that it was made from
};
// In the order of the plan.
std::vector<FlakyCase> flaky_cases(const RunResult& run);

// For each requirement that some case verifies: the worst of its cases (error, fail, pass, skip).
std::vector<RequirementResult> summarise(const Catalogue& catalogue, const std::vector<CaseResult>& cases);

// 0 all passed; 1 a case failed; 3 no case became ready; 4 nothing selected; 5 cases of the plan are missing;
// 77 all skipped; 99 harness fault; 130 interrupted. Cases of level `may` never fail a run (their verdict is
// already pass with findings), flaky ones only if the run's policy says so, known ones never. With a strict
// baseline a known failure that is fixed fails it.
int exit_code(const RunResult& run);

}  // namespace clusterspec
