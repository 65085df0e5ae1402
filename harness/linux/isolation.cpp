#include "linux/isolation.hpp"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace clusterspec {
namespace {

// A runaway server in its own pid namespace is stopped here instead of at the machine's limit.
constexpr int k_process_limit = 3000;

bool write_file(const char* path, const std::string& text) {
  const Fd fd(::open(path, O_WRONLY | O_CLOEXEC));
  return fd && ::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

// Identity mapping: the server sees itself as the user who started us, without capabilities after its execve.
Result<void> map_user(unsigned user, unsigned group) {
  if (!write_file("/proc/self/setgroups", "deny") ||
      !write_file("/proc/self/uid_map", fmt::format("{0} {0} 1", user)) ||
      !write_file("/proc/self/gid_map", fmt::format("{0} {0} 1", group)))
    return system_failure("mapping the user into a user namespace");
  return {};
}

Result<void> bring_loopback_up() {
  const Fd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::snprintf(request.ifr_name, sizeof request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (!fd || ::ioctl(fd.get(), SIOCSIFFLAGS, &request) != 0) return system_failure("bringing loopback up");
  return {};
}

// kernel.pid_max belongs to the pid namespace since Linux 6.14; before, writing it would change the host.
void cap_processes() {
  utsname name{};
  if (::uname(&name) != 0) return;
  char* end = nullptr;
  const long major = std::strtol(name.release, &end, 10);
  const long minor = *end == '.' ? std::strtol(end + 1, nullptr, 10) : 0;
  if (major > 6 || (major == 6 && minor >= 14))
    write_file("/proc/sys/kernel/pid_max", std::to_string(k_process_limit));
}

// connect(2) looks for a free port of its own, and where most of them are taken it looks through all: of the
// usual 28,000 ports ten thousand clients have made the next one wait. Best effort, as everything works
// without.
void widen_port_range() { write_file("/proc/sys/net/ipv4/ip_local_port_range", "10000 65535"); }

void close_all_but(std::vector<int> keep) {
  std::sort(keep.begin(), keep.end());
  unsigned from = 3;
  for (const int fd : keep) {
    const auto kept = static_cast<unsigned>(fd);
    if (kept > from) ::syscall(SYS_close_range, from, kept - 1, 0U);
    from = std::max(from, kept + 1);
  }
  ::syscall(SYS_close_range, from, ~0U, 0U);
}

}  // namespace

Result<CellProcess> start_cell(Isolation isolation, const std::vector<int>& keep,
                               const std::function<int()>& body) {
  int pidfd = -1;
  unsigned long flags = CLONE_PIDFD | SIGCHLD;
  if (isolation != Isolation::none) flags |= CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWNS;
  if (isolation == Isolation::user_namespace) flags |= CLONE_NEWUSER;
  const unsigned user = ::geteuid(), group = ::getegid();
  // Not clone3: containers refuse it, since a filter cannot see its flags.
  const long pid = ::syscall(SYS_clone, flags, nullptr, &pidfd, nullptr, nullptr);
  if (pid < 0) return system_failure("clone");
  if (pid > 0) return CellProcess{static_cast<Pid>(pid), Fd(pidfd)};

  if (isolation != Isolation::none) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The scheduler's end closes the journal's pipe: the lifeline tells, and a write must not kill us before we
  // clean up.
  ::signal(SIGPIPE, SIG_IGN);
  // Ctrl-C at the user's terminal is for the scheduler alone.
  ::setsid();
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  close_all_but(keep);
  if (isolation == Isolation::user_namespace && !map_user(user, group)) ::_exit(99);
  ::_exit(body());
}

Result<void> enter_isolation(Isolation isolation) {
  if (isolation == Isolation::none) return {};
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return system_failure("making mounts private");
  if (::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0)
    return system_failure("mounting /proc");
  cap_processes();
  widen_port_range();
  return bring_loopback_up();
}

Result<std::string> make_case_directory(Isolation isolation) {
  if (isolation != Isolation::none) {
    // Only an empty directory is mounted over, so that no program or file of the user's disappears.
    for (const char* path : {"/mnt", "/media", "/srv", "/var/empty", "/opt"}) {
      std::error_code status;
      if (!std::filesystem::is_empty(path, status) || status) continue;
      if (::mount("clusterspec", path, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") == 0)
        return std::string(path);
    }
  }
  std::error_code status;
  std::string path = std::filesystem::temp_directory_path(status) / "clusterspec-XXXXXX";
  if (status) {
    errno = status.value();
    return system_failure("the directory for temporary files (TMPDIR)");
  }
  if (!::mkdtemp(path.data())) return system_failure("mkdtemp");
  return path;
}

void remove_directory(const std::string& path) {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

}  // namespace clusterspec
