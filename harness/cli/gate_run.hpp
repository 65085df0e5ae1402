// What `run` does for a CI gate: known failures, shards, retries, the stop after the first failure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "drive/scheduler.hpp"
#include "load/load.hpp"
#include "model/verdict.hpp"

namespace clusterspec {

class GateRun {
 public:
  // `catalogue`: the requirements that a baseline may name.
  static Loaded<GateRun> open(const GateArguments& arguments, const Catalogue& catalogue);

  // Notes each entry of the baseline that names none of all the cases there are: it excuses nothing.
  void check_baseline(const std::vector<std::string>& ids, std::vector<std::string>& notes) const;

  // Leaves the cases of the shard.
  void begin(RunResult& run, std::vector<Case>& cases);

  // Of a case that has ended, before anybody is told of it: whether its failure is known, and which attempt
  // it is. False: it failed once more when it was run again, which only the first attempt's result says.
  bool hold(CaseResult& result, std::vector<CaseResult>& earlier);

  // No further case is to start.
  bool stops_after(const CaseResult& result) const;

  // Runs what failed again, up to as often as was asked for. As Scheduler::run.
  Result<bool> run_again(Scheduler& scheduler, const std::vector<Case>& cases);

  // The cases that were to run, with repetitions; `stopped`: after the first failure, on purpose.
  void end(RunResult& run, int planned, bool stopped) const;

 private:
  GateArguments m_arguments;
  Baseline m_baseline;
  Shard m_shard;
  int m_attempt = 1;
  std::map<std::string, int> m_failed;  // id -> index of its first result
};

// `catalogue` may be null, as for load_baseline.
Loaded<Baseline> read_baseline(const std::string& file, const Catalogue* catalogue);

}  // namespace clusterspec
