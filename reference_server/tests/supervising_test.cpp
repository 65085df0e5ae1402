// The options by which a launcher and its workers look after each other, and what --production has to bear
// (README.md, In production), each against the program itself.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <memory>
#include <vector>

#include "reference_server/tests/client.hpp"
#include "reference_server/tests/download.hpp"
#include "reference_server/tests/running_cluster.hpp"

using namespace test;

namespace {

// A process whose parent ends before it does, so that process 1 inherits it, and that ends with 7.
void leave_orphan() {
  const pid_t parent = fork();
  if (parent != 0) {
    waitpid(parent, nullptr, 0);
    return;
  }
  if (fork() == 0) {
    // Until process 1 is its parent.
    while (getppid() != 1) sched_yield();
    _exit(7);
  }
  _exit(0);
}

}  // namespace

TEST_CASE("--restart: a worker that has died is replaced, at once and again and again") {
  RunningCluster cluster({"-w", "2", "--restart", "--forward"});
  auto workers = cluster.workers(2);
  cluster.until_all_serve(3);
  kill(workers[0], SIGKILL);
  workers = cluster.workers(3);
  cluster.until_all_serve(3);
  kill(workers[2], SIGKILL);
  CHECK(cluster.saw(" > another worker starts in 100 ms\n"));
  workers = cluster.workers(4);
  cluster.until_all_serve(3);
  kill(cluster.launcher(), SIGINT);
  CHECK(cluster.wait_status() == 0);
  CHECK(cluster.workers(4).size() == 4);
}

TEST_CASE("--restart: an end while all ends is not replaced") {
  RunningCluster cluster({"-w", "3", "--restart"});
  cluster.workers(3);
  cluster.until_all_serve(4);
  cluster.interrupt_group();
  CHECK(cluster.wait_status() == 0);
  const auto output = cluster.all_output();
  CHECK(count_of(output, " started\n") == 3);
  CHECK(count_of(output, " stopped\n") == 3);
}

TEST_CASE("--end-with-launcher: workers drain when the launcher has died") {
  RunningCluster cluster({"-w", "2", "--end-with-launcher"});
  const auto workers = cluster.workers(2);
  cluster.until_all_serve(3);
  const auto download = download_from(cluster, workers[0]);
  kill(cluster.launcher(), SIGKILL);
  CHECK(cluster.until_refused());
  CHECK(download->client.receive_all() == "xx");
  for (const pid_t pid : workers) CHECK(RunningCluster::until_ended(pid));
  CHECK(count_of(cluster.all_output(), " > terminating gracefully\n") == 2);
}

TEST_CASE("--end-with-launcher: the death of a launcher that is still starting leaves nothing") {
  for (std::size_t announced = 1; announced <= 4; ++announced) {
    RunningCluster cluster({"-w", "8", "--end-with-launcher"});
    cluster.workers(announced);
    kill(cluster.launcher(), SIGKILL);
    // It ends when the last process that holds the pipe has ended.
    const auto output = cluster.all_output();
    CHECK(cluster.until_refused());
  }
}

TEST_CASE("--failure-exit-code: 3 if a worker has failed, else 0") {
  for (const bool fails : {false, true}) {
    RunningCluster cluster({"-w", "2", "--failure-exit-code"});
    const auto workers = cluster.workers(2);
    cluster.until_all_serve(3);
    if (fails) {
      kill(workers[0], SIGKILL);
      CHECK(cluster.saw(" failed with 9\n"));
    }
    cluster.interrupt_group();
    CHECK(exit_code(cluster.wait_status()) == (fails ? 3 : 0));
  }
}

TEST_CASE("workers that cannot be started are reported, in the exit code too, and the rest goes on") {
  // Twelve descriptors are not enough for all channels of 8 workers.
  RunningCluster cluster({"-w", "8", "--production"}, nullptr, [] {
    dup2(STDOUT_FILENO, STDERR_FILENO);
    const rlimit few{12, 12};
    setrlimit(RLIMIT_NOFILE, &few);
  });
  CHECK(cluster.saw("cannot start a worker: "));
  kill(cluster.launcher(), SIGTERM);
  CHECK(exit_code(cluster.wait_status()) == 3);
}

TEST_CASE("--production: a storm of signals is one graceful end") {
  RunningCluster cluster({"-w", "2", "--production"});
  const auto workers = cluster.workers(2);
  cluster.until_all_serve(3);
  const auto download = download_from(cluster, workers[0]);
  for (int i = 0; i < 100; ++i) {
    kill(cluster.launcher(), i % 4 == 0 ? SIGTERM : i % 4 == 1 ? SIGHUP : i % 4 == 2 ? SIGWINCH : SIGCHLD);
  }
  CHECK(download->client.receive_all() == "xx");
  CHECK(cluster.wait_status() == 0);
  CHECK(count_of(cluster.all_output(), " > terminating gracefully\n") == 3);
}

TEST_CASE("--production: holds without descriptors to accept with, and ends all the same") {
  RunningCluster cluster({"--production"}, nullptr, [] {
    const rlimit few{16, 16};
    setrlimit(RLIMIT_NOFILE, &few);
  });
  cluster.until_all_serve(1);
  std::vector<std::unique_ptr<Client>> idle;
  for (int i = 0; i < 40; ++i) idle.push_back(std::make_unique<Client>(cluster.port()));
  idle.clear();
  cluster.until_all_serve(1);
  for (int i = 0; i < 40; ++i) {
    idle.push_back(std::make_unique<Client>(cluster.port()));
    idle.back()->send(request("/"));
  }
  kill(cluster.launcher(), SIGTERM);
  // Those that were not accepted yet are so as the others close.
  for (auto& client : idle) CHECK_THAT(client->receive_all(), Catch::EndsWith("role single\n"));
  CHECK(cluster.wait_status() == 0);
}

TEST_CASE("--production: a full standard output delays nothing") {
  RunningCluster cluster({"-w", "2", "--production"}, nullptr, [] {
    std::array<int, 2> full{};
    if (pipe2(full.data(), O_NONBLOCK) != 0) _exit(125);
    const std::array<char, 4096> bytes{};
    while (write(full[1], bytes.data(), bytes.size()) > 0) {
    }
    fcntl(full[1], F_SETFL, 0);
    dup2(full[1], STDOUT_FILENO);
  });
  cluster.until_all_serve(3);
  kill(cluster.launcher(), SIGUSR2);
  cluster.until_all_serve(3);
  kill(cluster.launcher(), SIGTERM);
  CHECK(cluster.wait_status() == 0);
}

TEST_CASE("--production: serves and ends as process 1 of a pid namespace") {
  if (geteuid() != 0) return;
  // Stands for the server outside of the namespace: passes SIGTERM on, and takes its exit code.
  RunningCluster cluster({"-w", "2", "--production"}, nullptr, [] {
    static pid_t s_first = 0;
    if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) _exit(125);
    s_first = fork();
    if (s_first == 0) {
      // Namespaces and /proc belong together.
      mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
      if (mount("proc", "/proc", "proc", 0, nullptr) != 0) _exit(124);
      leave_orphan();
      return;
    }
    signal(SIGTERM, [](int signal) { kill(s_first, signal); });
    int status = 0;
    while (waitpid(s_first, &status, 0) < 0 && errno == EINTR) {
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 126);
  });
  cluster.workers(2);
  cluster.until_all_serve(3);
  kill(cluster.launcher(), SIGTERM);
  CHECK(cluster.wait_status() == 0);
  const auto output = cluster.all_output();
  CHECK(count_of(output, " > terminating gracefully\n") == 3);
  CHECK(count_of(output, " stopped\n") == 2);
  // The orphan is none of its workers.
  CHECK(count_of(output, " failed ") == 0);
}
