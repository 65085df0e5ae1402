#include "observe/polling.hpp"

#include "linux/procfs.hpp"

namespace clusterspec {
namespace {

constexpr Duration k_interval = std::chrono::milliseconds(2);

}  // namespace

PollingObserver::PollingObserver(Loop& loop, Recorder& recorder, ProcessWatch& processes,
                                 ListenerWatch& listeners)
    : m_loop(loop), m_recorder(recorder), m_processes(processes), m_listeners(listeners) {
  again();
}

PollingObserver::~PollingObserver() { m_loop.cancel(m_timer); }

void PollingObserver::again() {
  look_now();
  m_timer = m_loop.after(k_interval, [this] { again(); });
}

void PollingObserver::look_now() {
  m_processes.sweep();
  for (const ProcessSeen& process : descendants_of(own_pid())) {
    if (process.state == 'Z') continue;
    if (!m_processes.known(process.pid)) {
      if (m_processes.full()) continue;
      m_processes.appeared(process.pid, Source::polling);
      m_processes.track(process.pid);
    }
    describe_if_changed(process.pid);
  }
  m_listeners.poll();
}

void PollingObserver::describe_if_changed(Pid pid) {
  auto description = describe_process(pid);
  if (!description || description->arguments.empty()) return;
  const auto it = m_described.find(pid);
  if (it != m_described.end() && it->second == description->arguments) return;
  m_described[pid] = description->arguments;
  m_recorder.record(Source::polling, std::move(*description));
}

}  // namespace clusterspec
