// Cases against one implementation: made ready, run, judged, their journals and capsules kept. What `run` and
// `matrix` have in common.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/gate_run.hpp"
#include "cli/sources.hpp"
#include "drive/machine.hpp"
#include "model/timings.hpp"
#include "model/verdict.hpp"
#include "reports/report.hpp"

namespace clusterspec {

struct Prepared {
  Library library;
  std::shared_ptr<const Implementation> implementation;
  std::string executable;  // empty: it is not there, and every case is skipped with that reason
  std::vector<Case> cases;
  MachineFacts machine;
};
// Everything up to the first case; a program that has to be built is built.
Loaded<Prepared> prepare(const RunArguments& arguments);

// Of all cases that there are, selected or not.
std::vector<std::string> every_case_id(const Prepared& prepared);

// Told while cases run.
struct Audience {
  std::function<void(const Case&)> begun;
  std::function<void()> tick;
  std::function<void(const CaseResult&)> ended;
  std::function<void(CaseTimings)> timed = {};  // not set: nobody asks
};

struct Session {
  RunResult run;
  std::optional<Error> fault;  // of the harness; what was seen by then is in `run`
};
// The facts of a run that are known before it, and what reports are told of it first.
RunResult facts_of(const Prepared& prepared, const RunArguments& arguments);
Plan plan_of(const Prepared& prepared, const RunArguments& arguments, const RunResult& facts);

// Runs and judges all cases, as often as the arguments and the gate say.
Session run_cases(const Prepared& prepared, const RunArguments& arguments, RunResult facts, GateRun& gate,
                  const Audience& audience);

}  // namespace clusterspec
