// Clusters drawn from a seed: launched, served, interrupted and ended as a healthy one is, or with one fault.
// What happened is a plan; how it became known is another matter. Events that do not cause one another come
// in any order, pids are whatever the kernel gave, the clock stands anywhere. No verdict may depend on that.
#pragma once

#include <cstdint>
#include <set>

#include "journal_builder.hpp"

namespace clusterspec::tests {

enum class Fault {
  none,
  connection_reset,      // one of those in flight at the interrupt
  stopped_line_missing,  // of one worker
  started_line_twice,
  terminating_line_twice,
  failure_code,  // a worker ends with exit code 1, and that is announced
  crash,         // a worker ends by SIGSEGV, and that is announced
  launcher_closes_first,
  argument_lost,
  clustering_argument_passed_on,
  variable_lost,
  own_session,
  grandchild,
  worker_added,
  no_reuse_port,
  listener_inherited,
  idle_process,  // one process answers nothing
  signal_relayed,
  zombie_left,
  listener_left,
  port_answered,
};
}  // namespace clusterspec::tests

template <>
struct clusterspec::Names<clusterspec::tests::Fault> {
  static constexpr std::array table{
      std::pair{clusterspec::tests::Fault::none, "none"},
      std::pair{clusterspec::tests::Fault::connection_reset, "connection reset"},
      std::pair{clusterspec::tests::Fault::stopped_line_missing, "stopped line missing"},
      std::pair{clusterspec::tests::Fault::started_line_twice, "started line twice"},
      std::pair{clusterspec::tests::Fault::terminating_line_twice, "terminating line twice"},
      std::pair{clusterspec::tests::Fault::failure_code, "failure code"},
      std::pair{clusterspec::tests::Fault::crash, "crash"},
      std::pair{clusterspec::tests::Fault::launcher_closes_first, "launcher closes first"},
      std::pair{clusterspec::tests::Fault::argument_lost, "argument lost"},
      std::pair{clusterspec::tests::Fault::clustering_argument_passed_on, "clustering argument passed on"},
      std::pair{clusterspec::tests::Fault::variable_lost, "variable lost"},
      std::pair{clusterspec::tests::Fault::own_session, "own session"},
      std::pair{clusterspec::tests::Fault::grandchild, "grandchild"},
      std::pair{clusterspec::tests::Fault::worker_added, "worker added"},
      std::pair{clusterspec::tests::Fault::no_reuse_port, "no reuse port"},
      std::pair{clusterspec::tests::Fault::listener_inherited, "listener inherited"},
      std::pair{clusterspec::tests::Fault::idle_process, "idle process"},
      std::pair{clusterspec::tests::Fault::signal_relayed, "signal relayed"},
      std::pair{clusterspec::tests::Fault::zombie_left, "zombie left"},
      std::pair{clusterspec::tests::Fault::listener_left, "listener left"},
      std::pair{clusterspec::tests::Fault::port_answered, "port answered"}};
};

namespace clusterspec::tests {

// What happens.
struct ClusterPlan {
  int workers = 0;
  int killed = 0;        // this worker is killed by the harness before the interrupt; 0: none
  int quick = 0;         // connections in all, over every process in turn
  int slow = 0;          // in flight at the interrupt
  bool to_each = false;  // the interrupt goes to each process, not to the group
  Fault fault = Fault::none;
  int victim = 1;  // the worker that is at fault
};
ClusterPlan draw_plan(std::uint32_t seed, Fault fault);

// How it became known.
struct Telling {
  std::uint32_t order = 0;  // which of the possible orders
  std::uint32_t pids = 0;   // which pids; 0: one after the other
  std::int64_t shift = 0;   // ns
  bool company = false;     // a second instance comes and goes meanwhile
};
Journal journal_of(const ClusterPlan& plan, const Telling& telling);

// All that is expected of such a case, each under a requirement of its own.
Scenario scenario_of(const ClusterPlan& plan);

// The requirements that the plan's fault breaks, and no other.
std::set<RequirementId> broken_by(const ClusterPlan& plan);

}  // namespace clusterspec::tests
