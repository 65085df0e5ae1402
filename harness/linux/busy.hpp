// Processes that keep processors busy while cases run: a race that needs a late process shows more often.
#pragma once

#include <vector>

#include "linux/fd.hpp"
#include "model/units.hpp"

namespace clusterspec {

class BusyProcesses {
 public:
  // Forked from here, with the priority that we have. The kernel ends them with us (PR_SET_PDEATHSIG,
  // prctl(2)). The caller must have one thread.
  static Result<BusyProcesses> start(int number);

  BusyProcesses() = default;
  BusyProcesses(BusyProcesses&&) = default;
  BusyProcesses& operator=(BusyProcesses&&) = delete;
  ~BusyProcesses() { end(); }

  // Returns when they are gone.
  void end();

 private:
  struct Process {
    Pid pid = 0;
    Fd pidfd;
  };
  std::vector<Process> m_processes;
};

}  // namespace clusterspec
