// The rolling reload and the lossless close of listeners (README.md), against the program itself.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <set>
#include <thread>
#include <vector>

#include "reference_server/tests/client.hpp"
#include "reference_server/tests/download.hpp"
#include "reference_server/tests/running_cluster.hpp"

using namespace test;

namespace {

// New connections without a pause until it is stopped; each must be answered.
class Load {
 public:
  explicit Load(std::uint16_t port) {
    for (int i = 0; i < 4; ++i) {
      m_clients.emplace_back([this, port] {
        while (!m_stopped) {
          (get(port, "/").starts_with("HTTP/1.1 200 OK\r\n") ? m_answered : m_lost)++;
        }
      });
    }
  }
  ~Load() { stop(); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  void stop() {
    m_stopped = true;
    for (auto& client : m_clients) client.join();
    m_clients.clear();
  }
  int answered() const { return m_answered; }
  int lost() const { return m_lost; }

 private:
  std::atomic<bool> m_stopped = false;
  std::atomic<int> m_answered = 0;
  std::atomic<int> m_lost = 0;
  std::vector<std::thread> m_clients;
};

}  // namespace

TEST_CASE(
    "--reload: every worker is replaced, the new one before the old one, and the completion announced") {
  RunningCluster cluster({"-w", "2", "--reload", "--forward"});
  const auto before = cluster.workers(2);
  cluster.until_all_serve(3);
  const auto download = download_from(cluster, before[0]);
  kill(cluster.launcher(), SIGUSR2);
  CHECK(cluster.saw(" > reload complete\n"));
  for (const pid_t pid : before) CHECK(kill(pid, 0) == -1);
  CHECK(download->client.receive_all() == "xx");
  cluster.until_all_serve(3);
  const auto all = cluster.workers(4);
  CHECK(std::set<pid_t>(all.begin(), all.end()).size() == 4);
  kill(cluster.launcher(), SIGINT);
  CHECK(cluster.wait_status() == 0);
  const auto output = cluster.all_output();
  // The new worker of the first place is announced before the old one says that it drains.
  CHECK(output.find(" > worker " + std::to_string(all[2]) + " started") < output.find(" > terminating"));
  CHECK(count_of(output, " started\n") == 4);
  CHECK(count_of(output, " stopped\n") == 4);
  CHECK(count_of(output, " > reloading\n") == 1);
}

TEST_CASE("--reload: asked for many times during one, one more follows") {
  RunningCluster cluster({"-w", "2", "--reload", "--forward"});
  cluster.workers(2);
  cluster.until_all_serve(3);
  for (int i = 0; i < 50; ++i) kill(-cluster.launcher(), SIGUSR2);
  CHECK(cluster.saw(" > reload complete\n"));
  cluster.until_all_serve(3);
  kill(cluster.launcher(), SIGINT);
  CHECK(cluster.wait_status() == 0);
  const auto output = cluster.all_output();
  INFO(output);
  CHECK(count_of(output, " > reloading\n") <= 3);
  CHECK(count_of(output, " started\n") == count_of(output, " stopped\n"));
}

TEST_CASE("--reload: fills the place of a worker that has died") {
  RunningCluster cluster({"-w", "2", "--reload", "--forward"});
  const auto before = cluster.workers(2);
  cluster.until_all_serve(3);
  kill(before[0], SIGKILL);
  CHECK(cluster.saw(" failed with 9\n"));
  kill(cluster.launcher(), SIGUSR2);
  CHECK(cluster.saw(" > reload complete\n"));
  cluster.until_all_serve(3);
  kill(cluster.launcher(), SIGINT);
  CHECK(cluster.wait_status() == 0);
}

TEST_CASE(
    "--reload: an old worker that is stopped is killed after the grace period, and the reload completes") {
  RunningCluster cluster({"-w", "2", "--reload", "--forward", "--grace-period", "0.3"});
  const auto before = cluster.workers(2);
  cluster.until_all_serve(3);
  kill(before[0], SIGSTOP);
  kill(cluster.launcher(), SIGUSR2);
  CHECK(cluster.saw(" ! grace period is over, worker " + std::to_string(before[0]) + " killed\n"));
  CHECK(cluster.saw(" > reload complete\n"));
  kill(cluster.launcher(), SIGINT);
  CHECK(cluster.wait_status() == 0);
}

TEST_CASE("--reload: an interrupt in the middle ends all") {
  for (std::size_t started = 4; started <= 6; ++started) {
    RunningCluster cluster({"-w", "3", "--production"});
    cluster.workers(3);
    cluster.until_all_serve(4);
    kill(cluster.launcher(), SIGUSR2);
    cluster.workers(started);
    kill(cluster.launcher(), SIGINT);
    CHECK(cluster.wait_status() == 0);
    const auto output = cluster.all_output();
    CHECK(count_of(output, " started\n") == count_of(output, " stopped\n"));
  }
}

TEST_CASE("--lossless-close: reloads and the end of single workers lose no connection under load") {
  RunningCluster cluster({"-w", "2", "--production"});
  cluster.workers(2);
  cluster.until_all_serve(3);
  Load load(cluster.port());
  for (int round = 1; round <= 5; ++round) {
    kill(cluster.launcher(), SIGUSR2);
    REQUIRE(cluster.saw(" > reload complete\n", round));
  }
  const auto workers = cluster.workers(12);
  kill(workers[10], SIGTERM);
  CHECK(cluster.saw(" < worker " + std::to_string(workers[10]) + " stopped\n"));
  load.stop();
  CHECK(load.answered() > 0);
  CHECK(load.lost() == 0);
  kill(cluster.launcher(), SIGTERM);
  CHECK(cluster.wait_status() == 0);
}

TEST_CASE("--lossless-close: new connections come back to the workers when one has died while it closed") {
  RunningCluster cluster({"-w", "2", "--production"});
  const auto workers = cluster.workers(2);
  cluster.until_all_serve(3);
  // It asks a launcher that does not run, and is dead by the time the launcher reads it.
  kill(cluster.launcher(), SIGSTOP);
  kill(workers[0], SIGTERM);
  CHECK(cluster.saw(" > terminating gracefully\n"));
  kill(workers[0], SIGKILL);
  kill(cluster.launcher(), SIGCONT);
  cluster.workers(3);
  cluster.until_all_serve(3);
  kill(cluster.launcher(), SIGTERM);
  CHECK(WEXITSTATUS(cluster.wait_status()) == 3);
}

TEST_CASE(
    "--lossless-close: what the kernel has completed at the very end is answered or never was connected") {
  for (int round = 0; round < 5; ++round) {
    RunningCluster cluster({"--production"});
    cluster.until_all_serve(1);
    std::atomic<int> reset = 0;
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back([&] {
        while (true) {
          Client client(cluster.port());
          if (!client.connected()) return;
          client.send("GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
          if (!client.receive_all().starts_with("HTTP/1.1 200 OK\r\n")) ++reset;
        }
      });
    }
    cluster.until_all_serve(1);
    kill(cluster.launcher(), SIGTERM);
    CHECK(cluster.wait_status() == 0);
    for (auto& client : clients) client.join();
    CHECK(reset == 0);
  }
}
