// The watched calls of the cluster (linux/seccomp.hpp) as events, exact and in order, and the gates at them.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "observe/gated_call.hpp"
#include "observe/gates.hpp"
#include "observe/listeners.hpp"

namespace clusterspec {

class CallObserver {
 public:
  struct Surroundings {
    std::function<void()> drain;  // records everything that happened before: output written, processes ended
    // A process is about to close these listeners, and stands still.
    std::function<void(Pid, const std::vector<SocketCookie>&)> closing;
    bool shared_listeners = false;  // every process of the cluster holds all of them
  };
  CallObserver(Loop& loop, Recorder& recorder, ProcessWatch& processes, ListenerWatch& listeners,
               Gates& gates, Surroundings around);
  ~CallObserver();
  CallObserver(const CallObserver&) = delete;
  CallObserver& operator=(const CallObserver&) = delete;

  Result<void> attach(Fd notifications);

  // Somebody stands in a watched call that has not been looked at yet.
  bool any_waits() const;
  int held_at(const std::string& gate) const;
  // Lets everyone at the gate go on, and everyone who comes later pass.
  void release(const std::string& gate, bool at_deadline);

 private:
  struct Held {
    Notifications* source;
    Notification notification;
    Pid pid;
    std::string gate;
  };
  void on_ready(Notifications& source, std::uint32_t events);
  Pid caller(const Notification& notification);
  void handle(Notifications& source, const Notification& n);
  void birth(Notifications& source, const Notification& n);
  void perform(Notifications& source, const Notification& n, Pid pid);
  void record_execution(const Notification& n, Pid pid);
  void about_to_exit(Pid pid);
  void about_to_close(const Notification& n, Pid pid);
  bool perform_listen(Notifications& source, const Notification& n, Pid pid);
  bool record_signal(const SentSignal& sent, Pid pid);  // true: it must not happen
  bool stopped_at_gate(Notifications& source, const Notification& n, Pid pid, Call call);

  Loop& m_loop;
  Recorder& m_recorder;
  ProcessWatch& m_processes;
  ListenerWatch& m_listeners;
  Gates& m_gates;
  Surroundings m_around;
  std::vector<std::unique_ptr<Notifications>> m_sources;
  std::vector<Held> m_held;
  std::map<Pid, Pid> m_process_of_thread;
};

}  // namespace clusterspec
