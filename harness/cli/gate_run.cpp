#include "cli/gate_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gate/known.hpp"
#include "gate/shard.hpp"

namespace clusterspec {

Loaded<Baseline> read_baseline(const std::string& file) {
  const auto source = read_source(file);
  if (!source) return tl::unexpected(std::vector{source.error()});
  return load_baseline(*source);
}

Loaded<GateRun> GateRun::open(const GateArguments& arguments) {
  GateRun gate;
  gate.m_arguments = arguments;
  if (!arguments.baseline.empty()) {
    auto baseline = read_baseline(arguments.baseline);
    if (!baseline) return tl::unexpected(baseline.error());
    gate.m_baseline = std::move(*baseline);
  }
  if (!arguments.shard.empty()) {
    const auto shard = parse_shard(arguments.shard);
    if (!shard) return tl::unexpected(std::vector{shard.error()});
    gate.m_shard = *shard;
  }
  return gate;
}

void GateRun::begin(RunResult& run, std::vector<Case>& cases) {
  if (m_shard.count > 0) take_shard(cases, m_shard);
  run.shard = m_shard;
  run.baseline = m_baseline.file;
  run.strict_baseline = m_arguments.strict_baseline;
  run.retries = m_arguments.retries;
  if (run.retries > 0) run.flaky = FlakyPolicy::report;
}

bool GateRun::hold(CaseResult& result, std::vector<CaseResult>& earlier) {
  if (result.known.empty()) result.known = known_reason(result, m_baseline);
  if (m_arguments.retries == 0) return true;
  if (m_attempt == 1) {
    if (!result.counts()) return true;
    result.repetition = 1;
    m_failed[result.id] = static_cast<int>(earlier.size());
    return true;
  }
  const auto it = m_failed.find(result.id);
  if (result.counts() && it != m_failed.end()) {
    ++earlier[static_cast<std::size_t>(it->second)].attempts;
    return false;
  }
  m_failed.erase(result.id);
  result.repetition = m_attempt;
  return true;
}

bool GateRun::stops_after(const CaseResult& result) const {
  return m_arguments.fail_fast && (result.counts() || result.judgement.verdict == Verdict::error);
}

Result<bool> GateRun::run_again(Scheduler& scheduler, const std::vector<Case>& cases) {
  for (int retry = 0; retry < m_arguments.retries && !m_failed.empty(); ++retry) {
    ++m_attempt;
    std::vector<Case> failed;
    for (const Case& one : cases)
      if (m_failed.contains(one.id)) failed.push_back(one);
    const auto whole = scheduler.run(failed, m_attempt);
    if (!whole || !*whole) return whole;
  }
  return true;
}

void GateRun::end(RunResult& run, int planned, bool stopped) const {
  const int ended = static_cast<int>(run.cases.size());
  if (stopped && ended < planned)
    run.incomplete.push_back(
        fmt::format("{} of {} cases were not run: --fail-fast stopped after the first failure",
                    planned - ended, planned));
  hold_against(run, m_baseline);
}

}  // namespace clusterspec
