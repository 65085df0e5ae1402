#include "linux/process.hpp"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <string_view>

#include "linux/pass.hpp"
#include "linux/procfs.hpp"
#include "linux/seccomp.hpp"

namespace clusterspec {
namespace {

// Newer than Debian 12's headers: include/uapi/linux/pidfd.h of Linux 6.15.
struct PidfdInfo {
  std::uint64_t mask = 0;
  std::uint64_t cgroup = 0;
  std::uint32_t pid = 0, tgid = 0, ppid = 0, ruid = 0, rgid = 0, euid = 0, egid = 0, suid = 0, sgid = 0,
                fsuid = 0, fsgid = 0;
  std::int32_t exit_code = 0;
};
constexpr std::uint64_t k_pidfd_info_exit = 1 << 3;
constexpr unsigned long k_pidfd_get_info = _IOWR(0xFF, 11, PidfdInfo);

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> list;
  list.reserve(strings.size() + 1);
  for (const std::string& s : strings) list.push_back(const_cast<char*>(s.c_str()));
  list.push_back(nullptr);
  return list;
}

// fork(2), the child in new namespaces. Not clone3: containers refuse it, since a filter cannot see its
// flags.
pid_t fork_with(unsigned long namespaces) {
  return static_cast<pid_t>(::syscall(SYS_clone, namespaces | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
}

[[noreturn]] void cannot(const char* what) {
  ::dprintf(2, "clusterspec: %s: %s\n", what, ::strerror(errno));
  ::_exit(127);
}

[[noreturn]] void become_the_server(const SpawnRequest& request, char* const* arguments,
                                    char* const* environment, int channel) {
  if (request.helper)
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  else
    ::setsid();
  if (request.terminal) ::ioctl(request.input, TIOCSCTTY, 0);
  ::dup2(request.input, 0);
  ::dup2(request.output, 1);
  ::dup2(request.error, 2);
  if (request.first_process &&
      (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
       ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0))
    cannot("mounting /proc");
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  for (const Signal signal : request.ignored) ::signal(signal.number, SIG_IGN);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  if (request.files) {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = *request.files;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  if (!request.directory.empty() && ::chdir(request.directory.c_str()) != 0) ::perror("clusterspec: chdir");
  // dup2 cleared close-on-exec on 0 to 2 alone: whatever else is open here stays ours.
  ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
  if (request.watched) {
    const int notifications = request.watched->install();
    pass(channel, 0, notifications, true);
    // While anyone holds it a call waits for an answer: should the observer die, ours must not be the copy
    // that keeps this process standing in its execve for ever.
    ::close(notifications);
  }
  ::execve(request.executable.c_str(), arguments, environment);
  ::dprintf(2, "clusterspec: cannot execute %s: %s\n", request.executable.c_str(), ::strerror(errno));
  ::_exit(127);
}

}  // namespace

Result<Spawned> spawn(const SpawnRequest& request) {
  auto channel = make_socket_pair(false);
  if (!channel) return tl::unexpected(channel.error());
  const auto arguments = pointers(request.arguments);
  const auto environment = pointers(request.environment);
  const pid_t pid = request.first_process ? fork_with(CLONE_NEWPID | CLONE_NEWNS) : ::fork();
  if (pid < 0) return system_failure("fork");
  if (pid == 0) become_the_server(request, arguments.data(), environment.data(), channel->theirs.get());
  channel->theirs.reset();
  Spawned spawned;
  spawned.pid = pid;
  // Nobody but us can reap it, so the pid cannot have passed to another process yet.
  spawned.pidfd = open_pidfd(pid);
  if (request.watched)
    if (auto passed = receive_passed(channel->ours.get(), true))
      spawned.notifications = std::move(passed->fd);
  return spawned;
}

FileLimit raise_file_limit() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return {};
  const FileLimit before{files.rlim_cur, files.rlim_max};
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  return before;
}

Fd open_pidfd(Pid pid) { return Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

bool has_ended(int pidfd) {
  pollfd poll{pidfd, POLLIN, 0};
  return ::poll(&poll, 1, 0) == 1;
}

std::optional<int> exit_status(Pid pid, int pidfd) {
  // Zombie first, then the record: between the two it can only go from the one to the other.
  if (const auto stat = read_stat(pid); stat && stat->state == 'Z' && has_ended(pidfd))
    return stat->exit_status;
  PidfdInfo info;
  info.mask = k_pidfd_info_exit;
  if (::ioctl(pidfd, k_pidfd_get_info, &info) == 0 && (info.mask & k_pidfd_info_exit)) return info.exit_code;
  return std::nullopt;
}

void reap_children() {
  while (::waitpid(-1, nullptr, WNOHANG) > 0) {
  }
}

bool reap_child(Pid pid) { return ::waitpid(pid, nullptr, WNOHANG) == pid; }

std::vector<std::string> own_environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable; ++variable) variables.emplace_back(*variable);
  return variables;
}

int wait_for_child(Pid pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

void adopt_orphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }

namespace {

// To everybody at once: who is born while its parent's group is signalled gets the signal too (copy_process
// in Linux's kernel/fork.c), so nobody slips through between a look at /proc and the signal.
void signal_together(const std::vector<ProcessSeen>& processes, int signal) {
  if (own_pid() == 1) {
    ::kill(-1, signal);
    return;
  }
  std::set<Pid> groups;
  for (const ProcessSeen& process : processes)
    if (const auto stat = read_stat(process.pid); stat && stat->group > 1) groups.insert(stat->group);
  groups.erase(::getpgrp());  // a child of ours before its setsid
  for (const Pid group : groups) ::kill(-group, signal);
}

}  // namespace

void stop_descendants() {
  if (own_pid() == 1)
    signal_together({}, SIGSTOP);
  else
    freeze_descendants();
}

std::vector<ProcessSeen> freeze_descendants() {
  if (own_pid() == 1) signal_together({}, SIGSTOP);
  const auto still = [](const ProcessSeen& process) {
    return std::string_view("TtZX").find(process.state) != std::string_view::npos;
  };
  const std::int64_t deadline = now_ns() + 1'000'000'000;
  std::vector<ProcessSeen> before;
  for (;;) {
    auto all = descendants_of(own_pid());
    // Who stood still before its children were listed has them all. A vfork(2) whose child stands still does
    // not stop itself: it shows in the same state again and again.
    const bool over = std::all_of(all.begin(), all.end(), still) || now_ns() > deadline;
    const bool waiting = std::all_of(all.begin(), all.end(), [&](const ProcessSeen& process) {
      return still(process) || process.state == 'D';
    });
    if (over || (waiting && all.size() == before.size())) return all;
    before = std::move(all);
    signal_together(before, SIGSTOP);
  }
}

bool kill_descendants() {
  const std::int64_t deadline = now_ns() + 5'000'000'000;
  // Again and again: a server that forks without end makes new ones between our look and our signal.
  for (;;) {
    const auto left = descendants_of(own_pid());
    if (left.empty()) return true;
    if (now_ns() > deadline) return false;
    signal_together(left, SIGKILL);
    std::vector<Fd> pidfds;
    for (const ProcessSeen& process : left) {
      Fd pidfd = open_pidfd(process.pid);
      if (pidfd && process.state != 'Z') {
        send_signal_by_pidfd(pidfd.get(), Signal{SIGKILL});
        pidfds.push_back(std::move(pidfd));
      }
    }
    for (const Fd& pidfd : pidfds) {
      pollfd poll{pidfd.get(), POLLIN, 0};
      ::poll(&poll, 1, 1000);
    }
    reap_children();
  }
}

void end_process(int code) { ::_exit(code); }

bool send_signal(Pid target, Signal signal) { return ::kill(target, signal.number) == 0; }

bool send_signal_by_pidfd(int pidfd, Signal signal) {
  return ::syscall(SYS_pidfd_send_signal, pidfd, signal.number, nullptr, 0) == 0;
}

}  // namespace clusterspec
