// The cluster as known from a journal so far: the one place that says who is the launcher, which process is
// worker N, which listeners are open. The driver keeps one up to date while it runs, the judge folds a
// finished journal into one, so that a wait and a verdict can never mean different things.
//
// Worker N is the N-th direct child of the launcher that was executed (or, where workers are forks or only
// polling saw it, that appeared) and is none of its helpers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/event.hpp"

namespace clusterspec {

inline constexpr int k_never = -1;  // an event number that does not exist

struct ProcessState {
  Pid pid = 0, parent = 0, group = 0, session = 0;
  Pid own_pid = 0;       // what it and its lines call it, if that is not `pid`
  std::string instance;  // whose descendant
  bool launcher = false;
  bool helper = false;  // by its command line: no worker, and nobody who should not be there
  int ordinal = 0;      // worker number, 0: no worker
  int executions = 0;   // successful ones
  std::optional<Described> described;
  int appeared_at = k_never, exiting_at = k_never, exited_at = k_never, reaped_at = k_never;
  std::optional<int> status;
  bool adopted = false;  // its parent has not waited for it
  bool alive() const { return exited_at == k_never; }
};

struct ListenerState {
  Listening facts;
  int opened_at = k_never;
  int closed_at = k_never;  // earliest event that proves it closed
  bool open() const { return closed_at == k_never; }
};

struct InstanceState {
  std::string name;
  Launched launched;
  int launched_at = k_never;
};

class Cluster {
 public:
  // `number` is the event's index in the journal. Events must come in order.
  void apply(const Event& event, int number);

  static Cluster of(const Journal& journal);

  const std::vector<ProcessState>& processes() const { return m_processes; }
  const std::vector<ListenerState>& listeners() const { return m_listeners; }
  const std::vector<InstanceState>& instances() const { return m_instances; }

  const ProcessState* process(Pid pid) const;
  // What we call the process that a line of the server calls `named`: another pid where the server is the
  // first process of a pid namespace. 0: it has no such process.
  Pid pid_of_named(long named) const;
  const ProcessState* launcher(std::string_view instance = k_first_instance) const;
  const InstanceState* instance(std::string_view name = k_first_instance) const;
  const ListenerState* listener(SocketCookie socket) const;

  // The processes a target means, in order of their start; `group` and `all` mean launcher and workers.
  std::vector<const ProcessState*> of(const Target& target) const;
  // Listeners on the instance's port that these processes opened.
  std::vector<const ListenerState*> listeners_of(const Target& target) const;

  // Open listeners on the instance's port are as many as expected, and the expected workers are there.
  bool ready(std::string_view instance = k_first_instance) const;

  // "launcher", "worker 2", "process" and its pid: "worker 2 (pid 17)". Unknown pids: "process 17".
  std::string name(Pid pid) const;

 private:
  ProcessState& known(Pid pid, int number);
  void reaped(const Reaped& event, int number);
  ProcessState& ending(Pid pid, int number);
  void adopt(ProcessState& process);
  bool is_helper(const ProcessState& process, const Executed& execution) const;

  std::vector<ProcessState> m_processes;
  std::vector<ListenerState> m_listeners;
  std::vector<InstanceState> m_instances;
};

// Does `text` match a declared line (literal, {pid}, {status}, *)? Gives the numbers found.
struct LineMatch {
  std::optional<long> pid;
  std::optional<long> status;
};
std::optional<LineMatch> match_line(std::string_view pattern, std::string_view text);

// The declared pattern of a kind, if the implementation has one.
const std::optional<std::string>& pattern_of(const LogPatterns& log, LineKind kind);

}  // namespace clusterspec
