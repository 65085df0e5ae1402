#include "reference_server/spawn.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <vector>

#include "reference_server/policy.hpp"

namespace reference_server {
namespace {

constexpr const char* k_self = "/proc/self/exe";

bool is_same_file(const char* one, const char* other) {
  struct stat a {};
  struct stat b {};
  return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

std::error_code error_of(int number) { return {number, std::generic_category()}; }

// What posix_spawn is told, freed on every way out.
class Attributes {
 public:
  explicit Attributes(const Launch& launch) {
    posix_spawnattr_init(&m_attributes);
    posix_spawn_file_actions_init(&m_actions);
    posix_spawn_file_actions_addopen(&m_actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);

    sigset_t defaults;
    sigemptyset(&defaults);
    if (launch.restore_pipe_signal) sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigdefault(&m_attributes, &defaults);

    posix_spawnattr_setsigmask(&m_attributes, &launch.signal_mask);
    posix_spawnattr_setflags(&m_attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  ~Attributes() {
    posix_spawn_file_actions_destroy(&m_actions);
    posix_spawnattr_destroy(&m_attributes);
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;

  const posix_spawnattr_t* attributes() const { return &m_attributes; }
  const posix_spawn_file_actions_t* actions() const { return &m_actions; }

 private:
  posix_spawnattr_t m_attributes{};
  posix_spawn_file_actions_t m_actions{};
};

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

  const Attributes attributes(launch);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, launch.path.c_str(), attributes.actions(), attributes.attributes(),
                                argv.data(), environ);
  if (error != 0) return tl::unexpected(error_of(error));
  return pid;
}

bool parent_runs_same_executable() {
  const auto parent = "/proc/" + std::to_string(getppid()) + "/exe";
  return is_same_file(parent.c_str(), k_self);
}

}  // namespace reference_server
