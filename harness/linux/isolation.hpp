// The cell: a process that drives one case, process 1 of network, pid and mount namespaces of its own, so
// that each case has its own port and its own loopback, and everything in it dies with it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "linux/fd.hpp"
#include "model/names.hpp"
#include "model/units.hpp"

namespace clusterspec {

enum class Isolation {
  namespaces,      // as root
  user_namespace,  // as an ordinary user, in a user namespace
  none,            // the host's namespaces; orphans are adopted by the cell as subreaper
};
template <>
struct Names<Isolation> {
  static constexpr std::array table{std::pair{Isolation::namespaces, "namespaces"},
                                    std::pair{Isolation::user_namespace, "user-namespace"},
                                    std::pair{Isolation::none, "none"}};
};

struct CellProcess {
  Pid pid = 0;
  Fd pidfd;
};

// Runs `body` in a new process and ends it with the exit code that it returns; what the parent has open is
// closed there, except 0 to 2 and `keep`. The caller must have one thread. The cell is killed when its parent
// dies: the kernel does it (PR_SET_PDEATHSIG) when isolated; otherwise `body` watches the lifeline, so that
// it can clean up first.
Result<CellProcess> start_cell(Isolation isolation, const std::vector<int>& keep,
                               const std::function<int()>& body);

// In the cell, first of all: own /proc, loopback up. An error names the step that is not possible.
Result<void> enter_isolation(Isolation isolation);

// An empty directory for the case: in isolation a tmpfs that nobody else sees, mounted over an empty
// directory of the system; otherwise a new one under TMPDIR, which `remove_directory` takes away again.
Result<std::string> make_case_directory(Isolation isolation);
void remove_directory(const std::string& path);

}  // namespace clusterspec
