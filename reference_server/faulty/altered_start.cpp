#include "reference_server/faulty/altered_start.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>
#include <vector>

#include "reference_server/channel.hpp"
#include "reference_server/faulty/faulty_program.hpp"

namespace faulty_server {
namespace {

constexpr int k_exit_not_executed = 127;
constexpr unsigned k_left_behind_seconds = 5;

std::error_code last_error() { return {errno, std::generic_category()}; }

int most_descriptors() { return static_cast<int>(std::min(sysconf(_SC_OPEN_MAX), 65536L)); }

bool is_listener(int fd) {
  int listens = 0;
  socklen_t size = sizeof listens;
  return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0;
}

void open_null_as_input() {
  const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (fd > STDIN_FILENO) dup2(fd, STDIN_FILENO);
}

void set_signals(const reference_server::Launch& launch) {
  if (launch.restore_pipe_signal) signal(SIGPIPE, SIG_DFL);
  sigprocmask(SIG_SETMASK, &launch.signal_mask, nullptr);
}

// What options ask of a start.
void tie_to_launcher(const reference_server::Launch& launch, pid_t launcher) {
  if (launch.death_signal != 0) {
    prctl(PR_SET_PDEATHSIG, launch.death_signal);
    if (getppid() != launcher) _exit(0);
  }
  if (launch.channel < 0) return;
  dup2(launch.channel, reference_server::k_channel);
  fcntl(reference_server::k_channel, F_SETFD, 0);  // dup2 of a descriptor to itself leaves it close-on-exec
}

}  // namespace

std::function<tl::expected<pid_t, std::error_code>(const reference_server::Launch&)> start_with(
    std::function<void()> in_child, Input input) {
  return [in_child = std::move(in_child),
          input](const reference_server::Launch& launch) -> tl::expected<pid_t, std::error_code> {
    std::vector<char*> argv;
    for (const auto& argument : launch.arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    // Closed by execve: like posix_spawn this returns only when the new image is there, or says why it is
    // not.
    std::array<int, 2> executed{};
    if (pipe2(executed.data(), O_CLOEXEC) != 0) return tl::unexpected(last_error());
    const pid_t launcher = getpid();
    const pid_t pid = fork();
    if (pid != 0) {
      const auto error = last_error();
      close(executed[1]);
      int failed = 0;
      while (pid > 0 && read(executed[0], &failed, sizeof failed) < 0 && errno == EINTR) {
      }
      close(executed[0]);
      if (pid < 0) return tl::unexpected(error);
      if (failed == 0) return pid;
      waitpid(pid, nullptr, 0);
      return tl::unexpected(std::error_code(failed, std::generic_category()));
    }
    tie_to_launcher(launch, launcher);
    if (input == Input::null) open_null_as_input();
    set_signals(launch);
    in_child();
    execv(launch.path.c_str(), argv.data());
    const int failed = errno;
    [[maybe_unused]] const auto told = write(executed[1], &failed, sizeof failed);
    _exit(k_exit_not_executed);
  };
}

tl::expected<pid_t, std::error_code> start_by_fork(const reference_server::Launch& launch) {
  const pid_t pid = fork();
  if (pid < 0) return tl::unexpected(last_error());
  if (pid > 0) return pid;
  // The fault is the missing execve alone: what it would have closed is closed.
  open_null_as_input();
  close_range(STDERR_FILENO + 1, ~0U, 0);
  set_signals(launch);
  _exit(run(launch.arguments));
}

void live_on() {
  // By itself and in good order: how it ends is no part of the fault.
  std::signal(SIGALRM, [](int) { _exit(0); });
  std::signal(SIGHUP, SIG_IGN);  // of the terminal
  alarm(k_left_behind_seconds);
  while (true) pause();
}

void leave_process_behind(bool with_listeners) {
  std::signal(SIGHUP, SIG_IGN);  // of a terminal that goes away with the launcher
  if (fork() != 0) return;
  const int most = most_descriptors();
  for (int fd = 0; fd < most; ++fd) {
    if (!with_listeners || !is_listener(fd)) close(fd);
  }
  live_on();
}

void give_listeners_to(unsigned user) {
  const int most = most_descriptors();
  for (int fd = STDERR_FILENO + 1; fd < most; ++fd) {
    if (is_listener(fd)) [[maybe_unused]]
      const int changed = fchown(fd, user, user);
  }
}

void let_listeners_be_inherited() {
  const int most = most_descriptors();
  for (int fd = STDERR_FILENO + 1; fd < most; ++fd) {
    if (is_listener(fd)) fcntl(fd, F_SETFD, 0);
  }
}

}  // namespace faulty_server
