// What happens in a generated cluster by its plan, and what of it causes what.
#pragma once

#include <map>

#include "causal_order.hpp"
#include "generated_cluster.hpp"

namespace clusterspec::tests {

class ClusterTeller {
 public:
  // Refers to both as long as it lives.
  ClusterTeller(const ClusterPlan& plan, const Telling& telling);

  // Once.
  Journal journal();

 private:
  using After = CausalOrder::After;

  // Worker 0 is the launcher.
  Pid pid(int worker) const { return m_pids[static_cast<std::size_t>(worker)]; }
  static SocketCookie socket(int worker) { return 500 + static_cast<SocketCookie>(worker); }
  int workers() const { return m_plan.workers + (m_plan.fault == Fault::worker_added ? 1 : 0); }
  bool at_fault(int worker, Fault fault) const { return m_plan.fault == fault && m_plan.victim == worker; }

  // Each gives the event after which what is told next may come.
  template <class T>
  int add(Source source, After after, T what) {
    return m_events.add(source, std::move(after), What(std::move(what)));
  }
  int print(Pid writer, After after, const std::string& text);
  int look_at_listeners(const std::string& occasion, After after);
  int look_at_processes(const std::string& occasion, After after);
  int tell_start(int worker, int after);
  int tell_connections(const std::string& group, int count, int begun, const After& after, After& concluded);
  int tell_kill(int before);
  int tell_interrupt(int before);

  void tell();
  void tell_launch();
  void tell_worker_end(int worker, const After& after);
  void tell_launcher_end();
  void tell_company();

  // Keeps what a look would find now.
  void note(const What& what);

  const ClusterPlan& m_plan;
  const Telling& m_telling;
  std::vector<Pid> m_pids;  // launcher, workers, and those of nobody yet
  CausalOrder m_events;
  int m_connections = 0;
  std::vector<ListenerSeen> m_open;
  std::vector<ProcessSeen> m_seen;
  int m_begun = 0, m_ready = 0;  // the case; the cluster, as the step says
  After m_started;               // what the cluster is ready after
  After m_interrupted;
  std::map<int, After> m_slow;  // by worker: what it must conclude before it ends
  After m_ended, m_gone;        // what the launcher closes after; what the case ends after
  int m_launcher_closed = -1;   // if it closes first
};

}  // namespace clusterspec::tests
