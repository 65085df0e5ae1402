#include "observe/processes.hpp"

#include <algorithm>
#include <cerrno>

#include "linux/process.hpp"
#include "linux/readiness.hpp"

namespace clusterspec {

ProcessWatch::~ProcessWatch() {
  for (auto& [pid, watched] : m_watched) m_loop.forget(watched.pidfd.get());
}

void ProcessWatch::appeared(Pid pid, Source source) {
  const auto stat = read_stat(pid);
  if (!stat) return;
  m_recorder.record(
      source, Appeared{pid, stat->parent, stat->group, stat->session, m_nested ? innermost_pid(pid) : 0});
}

bool ProcessWatch::track(Pid pid) {
  if (m_watched.contains(pid)) return false;
  Watched watched{open_pidfd(pid), false};
  if (!watched.pidfd && errno == ESRCH) {
    m_recorder.record(Source::procfs, Exited{pid, std::nullopt});
    m_recorder.record(Source::procfs, Reaped{pid});
    return true;
  }
  // No descriptors left: it lives, and is followed by nobody.
  if (!watched.pidfd) return false;
  m_loop.watch(watched.pidfd.get(), k_readable, [this, pid](std::uint32_t events) { on_event(pid, events); });
  m_watched.emplace(pid, std::move(watched));
  return true;
}

int ProcessWatch::pidfd(Pid pid) const {
  const auto it = m_watched.find(pid);
  return it == m_watched.end() ? -1 : it->second.pidfd.get();
}

void ProcessWatch::ended(Pid pid, Watched& watched) {
  watched.ended = true;
  m_due.erase(pid);
  m_recorder.record(Source::pidfd, Exited{pid, exit_status(pid, watched.pidfd.get())});
  // Ours only if it is our child or an orphan that fell to us; then nobody else will do it.
  const ProcessState* process = m_recorder.cluster().process(pid);
  const bool child_of_another = process && process->parent != 0 && process->parent != own_pid();
  watched.adopted = reap_child(pid) && child_of_another;
  if (watched.adopted) m_recorder.record(Source::pidfd, Reaped{pid, true});
  m_loop.modify(watched.pidfd.get(),
                0);  // from here only the hang-up counts: it has been waited for (Linux 6.9)
}

void ProcessWatch::on_event(Pid pid, std::uint32_t events) {
  const auto it = m_watched.find(pid);
  if (it == m_watched.end()) return;
  if (!it->second.ended) ended(pid, it->second);
  if (!is_hangup(events)) return;
  if (!it->second.adopted) m_recorder.record(Source::pidfd, Reaped{pid, {}});
  m_loop.forget(it->second.pidfd.get());
  m_watched.erase(it);
}

void ProcessWatch::sweep() {
  std::vector<int> fds;
  std::vector<Pid> pids;
  for (const auto& [pid, watched] : m_watched) {
    if (watched.ended) continue;
    pids.push_back(pid);
    fds.push_back(watched.pidfd.get());
  }
  const std::vector<std::uint32_t> events = events_now(fds);
  // Who has been waited for ended before the one that waited for it: of those whose ends are found together
  // they come first.
  for (const bool waited_for : {true, false})
    for (std::size_t i = 0; i < pids.size(); ++i)
      if (is_readable(events[i]) && is_hangup(events[i]) == waited_for) ended(pids[i], m_watched.at(pids[i]));
}

bool ProcessWatch::anything_new(std::vector<int> also) const {
  for (const auto& [pid, watched] : m_watched)
    if (!watched.ended) also.push_back(watched.pidfd.get());
  const std::vector<std::uint32_t> events = events_now(also);
  return std::any_of(events.begin(), events.end(), is_readable);
}

void ProcessWatch::describe_if_due(Pid pid, Source source) {
  if (!m_due.contains(pid)) return;
  if (auto description = describe_process(pid)) {
    m_due.erase(pid);
    m_recorder.record(source, std::move(*description));
  }
}

void ProcessWatch::description_due_after_execve(Pid pid) {
  const auto stat = read_stat(pid);
  m_due[pid] = stat ? stat->image : Image{};
}

void ProcessWatch::describe_all_due() {
  for (const auto& [pid, old_image] : std::map<Pid, Image>(m_due)) {
    const auto stat = old_image == Image{} ? std::nullopt : read_stat(pid);
    if (stat && (stat->image == old_image || stat->image == Image{})) continue;
    describe_if_due(pid, Source::procfs);
  }
}

void ProcessWatch::look(const std::string& occasion) {
  ProcessesSeen seen{occasion, descendants_of(own_pid())};
  for (const ProcessSeen& process : seen.processes) {
    if (m_watched.contains(process.pid) || process.state == 'Z' || full()) continue;
    appeared(process.pid, Source::procfs);
    track(process.pid);
  }
  describe_all_due();
  m_recorder.record(Source::procfs, std::move(seen));
}

bool ProcessWatch::full() const { return m_watched.size() >= m_most; }

std::vector<Pid> ProcessWatch::alive() const {
  std::vector<Pid> pids;
  for (const auto& [pid, watched] : m_watched)
    if (!watched.ended) pids.push_back(pid);
  return pids;
}

}  // namespace clusterspec
