#include "cli/gate_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gate/known.hpp"
#include "gate/shard.hpp"
#include "load/did_you_mean.hpp"
#include "model/units.hpp"

namespace clusterspec {

Loaded<Baseline> read_baseline(const std::string& file, const Catalogue* catalogue) {
  auto source = read_source(file);
  if (!source) {
    source.error().hint = "`clusterspec baseline REPORT.json --reason WHY` writes a baseline";
    return tl::unexpected(std::vector{source.error()});
  }
  return load_baseline(*source, catalogue);
}

Loaded<GateRun> GateRun::open(const GateArguments& arguments, const Catalogue& catalogue) {
  GateRun gate;
  gate.m_arguments = arguments;
  if (!arguments.baseline.empty()) {
    auto baseline = read_baseline(arguments.baseline, &catalogue);
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

void GateRun::check_baseline(const std::vector<std::string>& ids, std::vector<std::string>& notes) const {
  // One baseline may serve several implementations: whose cases an entry is about is not asked.
  const auto without_implementation = [](const std::string& id) { return id.substr(0, id.rfind('@')); };
  std::vector<std::string> known;
  for (const std::string& id : ids) known.push_back(without_implementation(id));
  for (const KnownFailure& entry : m_baseline.known) {
    const std::string cases = without_implementation(entry.cases);
    const bool any = std::any_of(ids.begin(), ids.end(), [&](const std::string& id) {
      return glob_matches(entry.cases, id) || glob_matches(cases, without_implementation(id));
    });
    if (!any)
      notes.push_back(fmt::format("{}:{}: no case is named {}: the entry excuses nothing. {}",
                                  entry.where.file, entry.where.line, entry.cases,
                                  did_you_mean(cases, known)));
  }
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
