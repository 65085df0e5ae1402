#include "linux/census.hpp"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <vector>

#include "linux/procfs.hpp"

namespace clusterspec {
namespace {

// Of a pid namespace: so many are asked for by number, in a millisecond. More is a server that starts
// processes all the time, or a kernel without a pid_max for each namespace, where they grow as long as the
// case.
constexpr Pid k_least_pids = 3000, k_most_pids = 20'000;

}  // namespace

Census::Census() : m_loadavg(::open("/proc/loadavg", O_RDONLY | O_CLOEXEC)) {}

// The last field of /proc/loadavg (proc_loadavg(5)). Opened anew for each look, a server of processes that
// all look at themselves in /proc made one look in three last 45 to 300 ms (harness/tests/hostile_servers.py;
// Intel Xeon, 2 processors, Linux 6.18.44).
Pid Census::last_pid() const {
  char text[128];
  const ssize_t got = m_loadavg ? ::pread(m_loadavg.get(), text, sizeof text, 0) : 0;
  if (got <= 0) return 0;
  std::string_view load(text, static_cast<std::size_t>(got));
  load.remove_prefix(load.rfind(' ') + 1);
  Pid pid = 0;
  std::from_chars(load.data(), load.data() + load.size(), pid);
  return pid;
}

Population Census::count(int most, Sweep sweep) const {
  Population population;
  if (own_pid() == 1) {
    // Not by a list of /proc, whose names are waited for like a file that is opened.
    const Pid last = last_pid();
    if (last > 1 && last <= k_most_pids) {
      // Pids come round at pid_max, which is lower than this where a cell can set it.
      const Pid to = sweep == Sweep::all_pids ? std::max(last, k_least_pids) : last;
      for (Pid pid = 2; pid <= to; ++pid) {
        if (::kill(pid, 0) != 0 && errno == ESRCH) continue;
        ++population.threads;
        if (::syscall(SYS_tgkill, pid, pid, 0) == 0 || errno != ESRCH) ++population.processes;
      }
      return population;
    }
  }
  const std::vector<ProcessSeen> all = descendants_of(own_pid());
  population.processes = static_cast<int>(all.size());
  if (population.processes > most) return population;
  for (const ProcessSeen& process : all)
    if (const auto stat = read_stat(process.pid)) population.threads += stat->threads;
  return population;
}

}  // namespace clusterspec
