#include "reference_server/faulty/altered_decisions.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>

#include "reference_server/spawn.hpp"

namespace faulty_server {

using namespace reference_server;

namespace {

constexpr int k_first_descriptors = 64;

bool listens() {
  for (int fd = 0; fd < k_first_descriptors; ++fd) {
    int listening = 0;
    socklen_t size = sizeof listening;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0 && listening != 0) return true;
  }
  return false;
}

// With a listener the interrupt is raised once more and stays blocked behind the handler: who reads it from
// the signalfd finds it there, and all that follow.
void on_interrupt_before_loop(int signal, siginfo_t*, void* context) {
  if (!listens()) return;
  sigaddset(&static_cast<ucontext_t*>(context)->uc_sigmask, signal);
  raise(signal);
}

}  // namespace

int count_unless_worker(int count) { return parent_runs_same_executable() ? 0 : count; }

std::function<tl::expected<int, std::string>(std::span<const std::string_view>)> count_changed_by(
    int (*change)(int)) {
  return [change](std::span<const std::string_view> given) { return last_count(given).map(change); };
}

std::optional<WorkerEnd> look_without_reaping(std::span<const pid_t> living) {
  for (const pid_t pid : living) {
    siginfo_t info{};
    if (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0)
      continue;
    const int core = info.si_code == CLD_DUMPED ? 0x80 : 0;
    return WorkerEnd{pid, info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status | core};
  }
  return std::nullopt;
}

std::string line_with_exit_code(WorkerEnd end) {
  if (end.status == 0 || !WIFEXITED(end.status)) return documented_policy().ended_line(end);
  return documented_policy().ended_line({end.pid, WEXITSTATUS(end.status)});
}

bool write_terminating_in_halves(std::string_view line) {
  static std::string second_half;
  static bool line_is_open = false;
  if (is_launcher() && line.find("terminating") != std::string_view::npos && second_half.empty()) {
    const std::size_t half = line.find("terminating") + std::strlen("terminating");
    second_half = line.substr(half);
    line_is_open = true;
    std::atexit([] { (void)!write(STDOUT_FILENO, second_half.data(), second_half.size()); });
    return write(STDOUT_FILENO, line.data(), half) == static_cast<ssize_t>(half);
  }
  // Its other lines begin where lines begin: they are not what is broken.
  if (line_is_open) line_is_open = write(STDOUT_FILENO, "\n", 1) != 1;
  return documented_policy().write_line(line);
}

InterruptStep documented_step(const Interrupt& interrupt) {
  return documented_policy().on_interrupt(interrupt);
}

void open_null_as_output() {
  const int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
  dup2(fd, STDOUT_FILENO);
}

void let_interrupt_kill() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  signal(SIGINT, SIG_DFL);
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

void lose_interrupts_until_listening() {
  struct sigaction action {};
  action.sa_sigaction = on_interrupt_before_loop;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

std::optional<WorkerEnd> reap_exited_only(std::span<const pid_t> living) {
  while (auto end = documented_policy().next_ended(living)) {
    if (WIFEXITED(end->status)) return end;
  }
  return std::nullopt;
}

bool is_launcher() { return !parent_runs_same_executable(); }

}  // namespace faulty_server
