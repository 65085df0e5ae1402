// The end of a case: what is left, what the port does, and then nothing may be left.
#include <fmt/format.h>

#include <algorithm>

#include "drive/case_driver.hpp"
#include "drive/timings.hpp"
#include "linux/process.hpp"
#include "linux/procfs.hpp"

namespace clusterspec {
namespace {

// Ends that are under way are waited for this long: so they are told as ends, and not as what the harness had
// to end.
constexpr Duration k_settle = std::chrono::milliseconds(250);
constexpr Duration k_probe_deadline = std::chrono::seconds(2);

}  // namespace

void CaseDriver::probe_port(const std::string& occasion) {
  // Asked only where somebody wants to know: a connection more can change what a server does.
  const auto& expectations = m_case.scenario.expectations;
  const bool wanted = std::any_of(expectations.begin(), expectations.end(), [&](const Expectation& one) {
    const auto* port = std::get_if<ExpectPort>(&one.subject);
    return port && port->at == occasion;
  });
  if (!wanted) return;
  Outcome outcome = Outcome::hung;
  Connection::Surroundings around;
  around.now = [this] { return m_recorder.since_begin(); };
  around.holder = [](int) { return Holder{}; };
  around.concluded = [&](const Concluded& concluded) { outcome = concluded.outcome; };
  Probe probe(m_loop, std::move(around));
  probe.connect(plan_connections({"port", "quick", Duration{}, 0, false, 1, k_probe_deadline}), false);
  wait([&] { return probe.all_concluded("port"); }, 2 * k_probe_deadline);
  m_recorder.record(Source::probe, PortProbed{occasion, outcome == Outcome::refused    ? PortState::refused
                                                        : outcome == Outcome::answered ? PortState::answered
                                                                                       : PortState::silent});
}

void CaseDriver::end_case() {
  m_probe->close_all();
  for (const std::string& gate : m_gates.closed_gates())
    if (m_calls) m_calls->release(gate, false);
  // Who has called exit has ended, and what it leaves is its doing: whether that was quicker than the scenario
  // is the machine's.
  const auto& processes = m_recorder.cluster().processes();
  const auto is_exiting = [](const auto& process) { return process.alive() && process.exiting_at != k_never; };
  wait([&] { return std::none_of(processes.begin(), processes.end(), is_exiting); }, k_settle);
  // Only what outlives its launcher is left over: a cluster that the scenario leaves running is ended by us.
  const bool all_ended =
      !m_instances.empty() && std::all_of(m_instances.begin(), m_instances.end(),
                                          [&](const auto& one) { return launcher_ended(one->name); });
  if (all_ended) wait([&] { return m_processes.alive().empty(); }, k_settle);
  // A runaway stands still, and its processes are recorded already: they may be too many to take up each of
  // them.
  if (!stopped_runaway()) {
    look_at_all("end");
    probe_port("end");
  }

  drain_outputs();
  for (const auto& instance : m_instances) {
    if (instance->out) instance->out->finish();
    if (instance->err) instance->err->finish();
  }
  if (m_options.marks) m_options.marks->drained = now_ns();
  // From here on what processes do is our doing, and not recorded: how they die and what they still print.
  CleanedUp cleaned;
  const std::vector<ProcessSeen> left = descendants_of(own_pid());
  if (all_ended) cleaned.killed = left;
  if (!all_ended && !left.empty())
    m_recorder.record(
        Source::driver,
        Note{fmt::format("the scenario ends with {} processes running: the harness ends them", left.size())});
  cleaned.complete = kill_descendants();
  m_recorder.record(Source::procfs, std::move(cleaned));
}

void CaseDriver::abandon() {
  kill_descendants();
  if (m_remove_directory) remove_directory(m_directory);
}

}  // namespace clusterspec
