// Document, sections Overview and Launching, against the program itself.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "reference_server/tests/client.hpp"
#include "reference_server/tests/running_cluster.hpp"

using namespace test;

namespace {

std::string of(pid_t pid, const std::string& file) { return "/proc/" + std::to_string(pid) + "/" + file; }

std::string joined(const std::vector<std::string>& arguments) {
  std::string text;
  for (const auto& argument : arguments) text += argument + '\0';
  return text;
}

// The value of a line "Name:\tvalue" of /proc/PID/status.
std::string status_line(pid_t pid, const std::string& name) {
  const auto text = file_text(of(pid, "status"));
  const auto at = text.find("\n" + name + ":");
  return at == std::string::npos ? "" : text.substr(at + 1, text.find('\n', at + 1) - at - 1);
}

// Without 32 and 33, which glibc's posix_spawn leaves ignored and which only glibc itself uses.
unsigned long long ignored_signals(pid_t pid) {
  const auto line = status_line(pid, "SigIgn");
  return std::strtoull(line.c_str() + line.find('\t') + 1, nullptr, 16) & ~0x180000000ULL;
}

}  // namespace

TEST_CASE("launcher and workers all serve the port, each with its own listener") {
  RunningCluster cluster({"-w", "3"});
  const auto workers = cluster.workers(3);
  cluster.until_all_serve(4);
  for (const pid_t pid : workers) {
    CHECK(std::filesystem::read_symlink(of(pid, "exe")) ==
          std::filesystem::read_symlink(of(cluster.launcher(), "exe")));
    CHECK(getpgid(pid) == cluster.launcher());
    CHECK(std::filesystem::read_symlink(of(pid, "fd/0")) == "/dev/null");
    CHECK(std::filesystem::read_symlink(of(pid, "fd/1")) ==
          std::filesystem::read_symlink(of(cluster.launcher(), "fd/1")));
    CHECK(std::filesystem::read_symlink(of(pid, "cwd")) == std::filesystem::current_path());
    // Blocked and ignored signals are what they would be had the worker been started by hand.
    CHECK(status_line(pid, "SigBlk") == status_line(cluster.launcher(), "SigBlk"));
    CHECK(ignored_signals(pid) == ignored_signals(cluster.launcher()));
    CHECK(file_text(of(pid, "environ")) == file_text(of(cluster.launcher(), "environ")));
  }
}

TEST_CASE("workers get all arguments but the clustering ones, byte for byte") {
  const std::vector<std::string> kept{"--label",  "-w", "",   "a b", "\xff",
                                      "--label=", "--", "-w", "2",   "--workers=3"};
  auto given = kept;
  given.insert(given.begin() + 2, {"-w", "9", "--workers=2"});
  RunningCluster cluster(given);
  auto workers = cluster.workers(2);
  // Its own image and arguments are there as soon as it serves.
  cluster.until_all_serve(3);
  auto expected = kept;
  expected.insert(expected.begin(), {"-p", std::to_string(cluster.port())});
  for (const pid_t pid : workers) {
    const auto cmdline = file_text(of(pid, "cmdline"));
    CHECK(cmdline.substr(cmdline.find('\0') + 1) == joined(expected));
  }
  CHECK(workers.size() == 2);
}

TEST_CASE("a worker's end is announced with its raw wait status, and the rest goes on") {
  RunningCluster cluster({"-w", "2"});
  const auto workers = cluster.workers(2);
  cluster.until_all_serve(3);
  kill(workers[0], SIGKILL);
  CHECK(cluster.saw(" ! worker process " + std::to_string(workers[0]) + " failed with 9\n"));
  kill(workers[1], SIGTERM);
  CHECK(cluster.saw(" ! worker process " + std::to_string(workers[1]) + " failed with 15\n"));
  CHECK_FALSE(std::filesystem::exists(of(workers[0], "")));
  CHECK(server_pid(get(cluster.port(), "/")) == cluster.launcher());
  cluster.interrupt_group();
  CHECK(cluster.wait_status() == 0);
}

TEST_CASE("a wrong count ends with exit code 2 and starts nothing") {
  RunningCluster cluster({"-w", "many"}, nullptr, [] { dup2(STDOUT_FILENO, STDERR_FILENO); });
  CHECK(WEXITSTATUS(cluster.wait_status()) == 2);
  CHECK(cluster.all_output() ==
        "reference_server: count of workers \"many\" is not a number from 0 to 1024\n");
}

TEST_CASE("a port that is taken ends with exit code 1, names the address, and starts nothing") {
  const int taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(listen(taken, 1) == 0);  // binds to a free port, without SO_REUSEPORT
  std::array<char, 64> name{};
  socklen_t size = name.size();
  getsockname(taken, reinterpret_cast<sockaddr*>(name.data()), &size);
  const auto port =
      std::to_string((static_cast<unsigned char>(name[2]) << 8) | static_cast<unsigned char>(name[3]));
  RunningCluster late({"-p", port, "-w", "2"}, nullptr, [] { dup2(STDOUT_FILENO, STDERR_FILENO); });
  CHECK(WEXITSTATUS(late.wait_status()) == 1);
  CHECK(late.all_output() ==
        "reference_server: cannot listen on 0.0.0.0:" + port + ": Address already in use\n");
  close(taken);
}

TEST_CASE("a deleted executable still starts its workers from the same image") {
  const auto copy = std::filesystem::temp_directory_path() / ("reference_server." + std::to_string(getpid()));
  std::filesystem::copy_file(REFERENCE_SERVER, copy, std::filesystem::copy_options::overwrite_existing);
  // Deleted while the workers are being started, so that some find the path gone.
  RunningCluster cluster({"-w", "200"}, copy.c_str());
  cluster.workers(1);
  std::filesystem::remove(copy);
  cluster.workers(200);
  cluster.interrupt_group();
  CHECK(cluster.wait_status() == 0);
  const auto output = cluster.all_output();
  CHECK(count_of(output, " stopped\n") == 200);
  CHECK(count_of(output, " > terminating gracefully\n") == 201);
}

TEST_CASE("a closed standard output ends nothing") {
  RunningCluster cluster({"-w", "2"}, nullptr, [] { close(STDOUT_FILENO); });
  cluster.until_all_serve(3);
  cluster.interrupt_group();
  CHECK(cluster.wait_status() == 0);
}
