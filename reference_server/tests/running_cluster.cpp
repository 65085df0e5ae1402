#include "reference_server/tests/running_cluster.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "reference_server/tests/client.hpp"

namespace test {

ReservedPort::ReservedPort() : m_fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), m_number(0) {
  const int on = 1;
  setsockopt(m_fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  socklen_t size = sizeof address;
  REQUIRE(bind(m_fd, reinterpret_cast<sockaddr*>(&address), size) == 0);
  getsockname(m_fd, reinterpret_cast<sockaddr*>(&address), &size);
  m_number = ntohs(address.sin_port);
}

ReservedPort::~ReservedPort() { close(m_fd); }

RunningCluster::RunningCluster(std::vector<std::string> arguments, const char* program,
                               const std::function<void()>& in_child) {
  const std::string path = program == nullptr ? REFERENCE_SERVER : program;
  arguments.insert(arguments.begin(), {path, "-p", std::to_string(port())});
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::array<int, 2> ends{};
  REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
  const pid_t test_process = getpid();
  m_launcher = fork();
  REQUIRE(m_launcher >= 0);
  if (m_launcher == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // The parent may have died before the line above.
    if (getppid() != test_process) _exit(126);
    setpgid(0, 0);
    dup2(ends[1], STDOUT_FILENO);
    if (in_child) in_child();
    execv(path.c_str(), argv.data());
    _exit(127);
  }
  // In both, because either may come first.
  setpgid(m_launcher, m_launcher);
  close(ends[1]);
  m_output = ends[0];
}

RunningCluster::~RunningCluster() {
  // The group's number stays taken while its leader is not reaped, so this can hit no other.
  if (!m_reaped) {
    kill(-m_launcher, SIGKILL);
    waitpid(m_launcher, nullptr, 0);
  }
  close(m_output);
}

bool RunningCluster::read_more() {
  if (!await(m_output, POLLIN, Clock::now() + k_patience)) return false;
  std::array<char, 4096> buffer{};
  const auto got = read(m_output, buffer.data(), buffer.size());
  if (got <= 0) return false;
  m_text.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

std::vector<pid_t> RunningCluster::workers(std::size_t count) {
  while (true) {
    std::vector<pid_t> pids;
    std::istringstream lines(m_text);
    for (std::string line; std::getline(lines, line);) {
      int pid = 0;
      if (std::sscanf(line.c_str(), " > worker %d started", &pid) == 1) pids.push_back(pid);
    }
    if (pids.size() >= count) return pids;
    REQUIRE(read_more());
  }
}

void RunningCluster::until_all_serve(std::size_t processes) {
  const auto deadline = Clock::now() + k_patience;
  std::set<int> seen;
  // Each turn waits for an answer; the kernel picks the process.
  while (seen.size() < processes) {
    REQUIRE(Clock::now() < deadline);
    seen.insert(server_pid(get(port(), "/")));
    seen.erase(0);
  }
}

bool RunningCluster::saw(const std::string& text, int times) {
  while (count_of(m_text, text) < times) {
    if (!read_more()) return false;
  }
  return true;
}

bool RunningCluster::until_refused() const {
  const auto deadline = Clock::now() + k_patience;
  while (Clock::now() < deadline) {
    if (Client(port()).error() == ECONNREFUSED) return true;
  }
  return false;
}

void RunningCluster::interrupt_group() { REQUIRE(kill(-m_launcher, SIGINT) == 0); }

bool RunningCluster::until_ended(pid_t pid) {
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (pidfd < 0) return true;  // reaped
  const bool ended = await(pidfd, POLLIN, Clock::now() + k_patience);
  close(pidfd);
  return ended;
}

int RunningCluster::wait_status() {
  if (!until_ended(m_launcher)) return -1;
  int status = 0;
  waitpid(m_launcher, &status, 0);
  m_reaped = true;
  return status;
}

std::string RunningCluster::all_output() {
  while (read_more()) {
  }
  return m_text;
}

int exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }

int count_of(const std::string& text, const std::string& part) {
  int count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace test
