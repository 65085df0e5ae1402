#include "reference_server/spawn.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "reference_server/channel.hpp"
#include "reference_server/policy.hpp"
#include "reference_server/signals.hpp"

namespace reference_server {
namespace {

constexpr const char* k_self = "/proc/self/exe";

bool is_same_file(const char* one, const char* other) {
  struct stat a {};
  struct stat b {};
  return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

std::error_code error_of(int number) { return {number, std::generic_category()}; }

// Those pending in this process of the signals that end it.
unsigned long long own_pending(unsigned long long bits) {
  sigset_t own;
  if (sigpending(&own) != 0) return bits;
  unsigned long long found = 0;
  for (int signal = 1; signal < SIGRTMIN + 1; ++signal) {
    const auto bit = 1ULL << (signal - 1);
    if ((bits & bit) != 0 && sigismember(&own, signal) == 1) found |= bit;
  }
  return found;
}

// Between vfork and exec: only system calls. True if the launcher has an interrupt pending that this process
// has not. It came before the birth, so nobody else will tell this process: it must not begin. One that comes
// from here on reaches it by itself if it is meant for the group, and is none of its business if it is not.
bool interrupted_before_birth(const char* status_of_parent) {
  const auto ending = ending_signal_bits();
  const int file = open(status_of_parent, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  std::array<char, 4096> text{};
  const ssize_t length = read(file, text.data(), text.size() - 1);
  close(file);
  const char* pending = length > 0 ? std::strstr(text.data(), "ShdPnd:") : nullptr;
  if (!pending) return false;
  const auto parents = std::strtoull(pending + std::strlen("ShdPnd:"), nullptr, 16) & ending;
  return (parents & ~own_pending(ending)) != 0;
}

struct Birth {
  const Launch& launch;
  char* const* argv;
  const char* status_of_parent;
  pid_t parent;
  volatile int error = 0;  // told to the parent, whose memory this is until exec (vfork(2))
};

[[noreturn, gnu::noinline]] void become_worker(Birth& birth) {
  if (interrupted_before_birth(birth.status_of_parent)) {
    birth.error = ECANCELED;
    _exit(0);
  }
  if (birth.launch.death_signal != 0) {
    // It survives execve (prctl(2)), and is sent when the launcher's thread ends that called vfork: its only
    // one. Had the launcher died before, nothing would be sent: then there is no parent of its number any
    // more.
    prctl(PR_SET_PDEATHSIG, birth.launch.death_signal);
    if (getppid() != birth.parent) _exit(0);
  }
  if (birth.launch.channel >= 0) {
    dup2(birth.launch.channel, k_channel);
    fcntl(k_channel, F_SETFD, 0);  // dup2 of a descriptor to itself leaves it close-on-exec
  }
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null >= 0 && null != STDIN_FILENO) dup2(null, STDIN_FILENO);
  if (birth.launch.restore_pipe_signal) signal(SIGPIPE, SIG_DFL);
  sigprocmask(SIG_SETMASK, &birth.launch.signal_mask, nullptr);
  execve(birth.launch.path.c_str(), birth.argv, environ);
  birth.error = errno;
  _exit(127);
}

}  // namespace

tl::expected<std::string, std::error_code> own_executable() {
  std::array<char, PATH_MAX> buffer{};
  const ssize_t length = readlink(k_self, buffer.data(), buffer.size() - 1);
  if (length < 0) return tl::unexpected(error_of(errno));
  // The link of a deleted file ends in " (deleted)", and the path may name another file by now: compare
  // files.
  if (is_same_file(buffer.data(), k_self)) return std::string(buffer.data());
  return std::string(k_self);
}

tl::expected<pid_t, std::error_code> spawn(const Launch& launch) {
  std::vector<char*> argv;
  argv.reserve(launch.arguments.size() + 1);
  for (const auto& argument : launch.arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

  const auto status = "/proc/" + std::to_string(getpid()) + "/status";
  Birth birth{launch, argv.data(), status.c_str(), getpid()};
  // The launcher stands still until exec: its pending interrupts cannot be read by anyone before the child
  // has looked.
  const pid_t pid = vfork();
  if (pid == 0) become_worker(birth);
  if (pid < 0) return tl::unexpected(error_of(errno));
  if (birth.error == 0) return pid;
  waitpid(pid, nullptr, 0);
  return tl::unexpected(error_of(birth.error));
}

bool parent_runs_same_executable() {
  const auto parent = "/proc/" + std::to_string(getppid()) + "/exe";
  return is_same_file(parent.c_str(), k_self);
}

}  // namespace reference_server
