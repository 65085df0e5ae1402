// Processes that lose their parent: in a container they are process 1's children from then on
// (pid_namespaces(7)).
#pragma once

#include <vector>

#include "linux/fd.hpp"
#include "model/units.hpp"

namespace clusterspec {

class Orphans {
 public:
  // The exit code with which they end.
  static constexpr int k_code = 7;

  // `count` of them in the pid namespace of that process, whose parent has ended when this returns; they
  // stand still until `let_go`. Errors: those of setns and fork.
  static Result<Orphans> leave(Pid inside, int count);

  const std::vector<Pid>& pids() const { return m_pids; }
  void let_go() { m_lifeline.reset(); }

 private:
  Orphans(Fd lifeline, std::vector<Pid> pids) : m_lifeline(std::move(lifeline)), m_pids(std::move(pids)) {}

  Fd m_lifeline;
  std::vector<Pid> m_pids;
};

}  // namespace clusterspec
