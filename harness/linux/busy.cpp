#include "linux/busy.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "linux/process.hpp"

namespace clusterspec {
namespace {

[[noreturn]] void spin(Pid parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(0);  // it ended before the kernel was asked
  // Ctrl-C at the user's terminal is for the scheduler, and a pipe that is held open here would not end.
  ::setsid();
  ::syscall(SYS_close_range, 0U, ~0U, 0U);
  for (;;) __asm__ volatile("");
}

}  // namespace

Result<BusyProcesses> BusyProcesses::start(int number) {
  BusyProcesses busy;
  const Pid self = ::getpid();
  for (int i = 0; i < number; ++i) {
    int pidfd = -1;
    const long pid = ::syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, nullptr, &pidfd, nullptr, nullptr);
    if (pid < 0) return system_failure("starting a busy process");
    if (pid == 0) spin(self);
    busy.m_processes.push_back({static_cast<Pid>(pid), Fd(pidfd)});
  }
  return busy;
}

void BusyProcesses::end() {
  for (const Process& process : m_processes) send_signal_by_pidfd(process.pidfd.get(), Signal{SIGKILL});
  for (const Process& process : m_processes) wait_for_child(process.pid);
  m_processes.clear();
}

}  // namespace clusterspec
