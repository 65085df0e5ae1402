// The fallback where calls cannot be watched: processes and listeners are looked for again and again. Every
// time it records is an upper bound, and what happens between two looks can be missed; the journal says so by
// its source.
#pragma once

#include "observe/listeners.hpp"

namespace clusterspec {

class PollingObserver {
 public:
  PollingObserver(Loop& loop, Recorder& recorder, ProcessWatch& processes, ListenerWatch& listeners);
  ~PollingObserver();
  PollingObserver(const PollingObserver&) = delete;
  PollingObserver& operator=(const PollingObserver&) = delete;

  void look_now();

 private:
  void again();
  void describe_if_changed(Pid pid);

  Loop& m_loop;
  Recorder& m_recorder;
  ProcessWatch& m_processes;
  ListenerWatch& m_listeners;
  std::map<Pid, std::vector<std::string>> m_described;  // by the arguments last seen: an execve changes them
  Loop::TimerId m_timer = 0;
};

}  // namespace clusterspec
