#include "judge/case_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "judge/wording.hpp"

namespace clusterspec {

CaseView::CaseView(const Scenario& scenario, const Implementation& implementation,
                   std::span<const Event> events)
    : m_scenario(scenario), m_implementation(implementation), m_events(events) {
  for (std::size_t i = 0; i < events.size(); ++i) m_cluster.apply(events[i], static_cast<int>(i));
  for (const auto& begun : all<CaseBegun>())
    if (std::isfinite(begun->time_scale) && begun->time_scale > 0) m_time_scale = begun->time_scale;
}

const ProcessState* CaseView::bearer(Pid pid, int number) const {
  const ProcessState* found = nullptr;
  for (const ProcessState& process : m_cluster.processes())
    if (process.pid == pid && process.appeared_at <= number) found = &process;
  return found;
}

int CaseView::described_at(const ProcessState& process) const {
  int found = k_never;
  for (const auto& described : all<Described>())
    if (described->pid == process.pid && bearer(process.pid, described.number) == &process)
      found = described.number;
  return found;
}

bool CaseView::ended_by_cleaning(const ProcessState& process) const {
  if (m_cluster.process(process.pid) != &process) return false;
  const auto cleanings = all<CleanedUp>();
  return std::any_of(cleanings.begin(), cleanings.end(), [&](const Observed<CleanedUp>& cleaning) {
    return std::any_of(cleaning->killed.begin(), cleaning->killed.end(), [&](const ProcessSeen& killed) {
      return killed.pid == process.pid && killed.state != 'Z';
    });
  });
}

int CaseView::expected_number(const Target& target) const {
  const InstanceState* instance = m_cluster.instance(target.instance);
  const int workers = instance ? std::max(0, instance->launched.workers) : 0;
  switch (target.role) {
    case Role::launcher:
    case Role::worker:
      return 1;
    case Role::workers:
      return workers;
    case Role::servers:
      return workers + (m_implementation.dialect.launcher_serves ? 1 : 0);
    case Role::group:
    case Role::all:
      break;
  }
  return workers + 1;
}

std::vector<const ProcessState*> CaseView::some_of(const Target& target, Assessment& assessment) const {
  auto processes = m_cluster.of(target);
  if (processes.empty() && expected_number(target) > 0) {
    std::vector<int> evidence;
    if (const InstanceState* instance = m_cluster.instance(target.instance))
      evidence.push_back(instance->launched_at);
    assessment.violated(
        {.expected = fmt::format("{} to be there", who(target)),
         .actual = "no such process was ever started",
         .evidence = evidence,
         .hint = "Look at standard error of the server: it may have refused its arguments, or failed to "
                 "execute its workers.",
         .proof = Proof::missing});
  }
  return processes;
}

bool CaseView::asked_for(const ProcessState& process) const {
  const InstanceState* instance = m_cluster.instance(process.instance);
  return m_implementation.dialect.restarts_workers || !instance ||
         process.ordinal <= instance->launched.workers;
}

std::string CaseView::names(const std::vector<const ProcessState*>& processes) const {
  return list(texts_of(processes, [&](const ProcessState* process) { return name(*process); }));
}

bool alive_at(const ProcessState& process, int number) {
  return process.appeared_at <= number && (process.exited_at == k_never || process.exited_at > number);
}

bool hits(const CaseView& view, const Observed<Signalled>& signal, const ProcessState& process) {
  return alive_at(process, signal.number) && aimed_at(view, signal, process);
}

bool aimed_at(const CaseView& view, const Observed<Signalled>& signal, const ProcessState& process) {
  const Pid target = signal->target;
  if (target > 0) return target == process.pid;
  if (target == -1) return process.pid != signal->by;
  if (target < 0) return process.group != 0 && process.group == -target;
  // 0 is the group of who called; for a key, the terminal's foreground group, which is the launcher's.
  const ProcessState* caller =
      signal->by != 0 ? view.bearer(signal->by, signal.number) : view.cluster().launcher(process.instance);
  return caller && caller->group != 0 && caller->group == process.group;
}

bool exited_by_itself(int status) { return (status & 0x7f) == 0; }
int exit_code_of(int status) { return (status >> 8) & 0xff; }
int ending_signal_of(int status) { return status & 0x7f; }

}  // namespace clusterspec
