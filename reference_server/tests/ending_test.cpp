// The options that say when and how all ends (README.md, In production), each against the program itself.
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "reference_server/tests/client.hpp"
#include "reference_server/tests/download.hpp"
#include "reference_server/tests/running_cluster.hpp"

using namespace test;

namespace {

std::string stopped(pid_t pid) { return " < worker " + std::to_string(pid) + " stopped\n"; }

// The test itself may have been started under nohup.
void hear_hangup() { signal(SIGHUP, SIG_DFL); }

}  // namespace

TEST_CASE("without options SIGTERM, SIGHUP and SIGUSR2 end the launcher as ever") {
  for (const int signal : {SIGTERM, SIGHUP, SIGUSR2}) {
    RunningCluster cluster({"-w", "1"}, nullptr, hear_hangup);
    cluster.workers(1);
    cluster.until_all_serve(2);
    kill(cluster.launcher(), signal);
    const int status = cluster.wait_status();
    CHECK((WIFSIGNALED(status) && WTERMSIG(status) == signal));
    kill(cluster.workers(1)[0], SIGKILL);
  }
}

TEST_CASE("--graceful-term: SIGTERM to the group ends all gracefully") {
  RunningCluster cluster({"-w", "2", "--graceful-term"});
  const auto workers = cluster.workers(2);
  cluster.until_all_serve(3);
  const auto download = download_from(cluster, workers[0]);
  kill(-cluster.launcher(), SIGTERM);
  CHECK(download->client.receive_all() == "xx");
  CHECK(cluster.wait_status() == 0);
  const auto output = cluster.all_output();
  CHECK(count_of(output, " > terminating gracefully\n") == 3);
  for (const pid_t pid : workers) CHECK(count_of(output, stopped(pid)) == 1);
}

TEST_CASE("--graceful-hangup: SIGHUP ends gracefully, unless it was ignored at the start") {
  RunningCluster cluster({"--graceful-hangup"}, nullptr, hear_hangup);
  cluster.until_all_serve(1);
  kill(cluster.launcher(), SIGHUP);
  CHECK(cluster.wait_status() == 0);
  CHECK(cluster.saw(" > terminating gracefully\n"));

  RunningCluster ignoring({"--graceful-hangup"}, nullptr, [] { signal(SIGHUP, SIG_IGN); });
  ignoring.until_all_serve(1);
  kill(ignoring.launcher(), SIGHUP);
  ignoring.until_all_serve(1);
  kill(ignoring.launcher(), SIGINT);
  CHECK(ignoring.wait_status() == 0);
  CHECK(count_of(ignoring.all_output(), " > terminating gracefully\n") == 1);
}

TEST_CASE("--forward: signalling the launcher alone ends its workers gracefully") {
  RunningCluster cluster({"-w", "2", "--forward"});
  const auto workers = cluster.workers(2);
  cluster.until_all_serve(3);
  const auto download = download_from(cluster, workers[1]);
  kill(cluster.launcher(), SIGINT);
  CHECK(download->client.receive_all() == "xx");
  CHECK(cluster.wait_status() == 0);
  const auto output = cluster.all_output();
  CHECK(count_of(output, " > terminating gracefully\n") == 3);
  for (const pid_t pid : workers) CHECK(count_of(output, stopped(pid)) == 1);
}

TEST_CASE("--forward: workers that the terminal has interrupted too are not forced by being told") {
  for (int round = 0; round < 5; ++round) {
    RunningCluster cluster({"-w", "2", "--forward", "--force"});
    const auto workers = cluster.workers(2);
    cluster.until_all_serve(3);
    const auto download = download_from(cluster, workers[0]);
    cluster.interrupt_group();
    CHECK(download->client.receive_all() == "xx");
    CHECK(cluster.wait_status() == 0);
    CHECK(count_of(cluster.all_output(), " > terminating gracefully\n") == 3);
  }
}

TEST_CASE("--force: a second SIGINT to the launcher kills its workers and ends at once, with 4") {
  RunningCluster cluster({"-w", "2", "--forward", "--force"});
  const auto workers = cluster.workers(2);
  cluster.until_all_serve(3);
  const auto download = download_from(cluster, workers[0], k_endless);
  kill(cluster.launcher(), SIGINT);
  CHECK(cluster.saw(" > terminating gracefully\n", 3));
  kill(cluster.launcher(), SIGINT);
  CHECK(exit_code(cluster.wait_status()) == 4);
  for (const pid_t pid : workers) CHECK(RunningCluster::until_ended(pid));
  CHECK(cluster.until_refused());
  CHECK(count_of(cluster.all_output(), " ! the end is forced\n") == 1);
}

TEST_CASE("--force: repeating SIGTERM does not force") {
  RunningCluster cluster({"-w", "1", "--forward", "--force", "--graceful-term"});
  const auto workers = cluster.workers(1);
  cluster.until_all_serve(2);
  const auto download = download_from(cluster, workers[0]);
  for (int i = 0; i < 20; ++i) kill(-cluster.launcher(), SIGTERM);
  CHECK(download->client.receive_all() == "xx");
  CHECK(cluster.wait_status() == 0);
}

TEST_CASE("--grace-period: requests that outlive it are cut") {
  RunningCluster cluster({"-w", "1", "--forward", "--grace-period", "0.2"});
  const auto workers = cluster.workers(1);
  cluster.until_all_serve(2);
  const auto of_worker = download_from(cluster, workers[0], k_endless);
  const auto of_launcher = download_from(cluster, cluster.launcher(), k_endless);
  kill(cluster.launcher(), SIGINT);
  CHECK(cluster.wait_status() == 0);
  const auto output = cluster.all_output();
  CHECK(count_of(output, " ! grace period is over, ") == 2);
  CHECK(count_of(output, " requests cut\n") == 2);
  CHECK(count_of(output, stopped(workers[0])) == 1);
}

TEST_CASE("--grace-period: workers that do not end are killed") {
  RunningCluster cluster({"-w", "2", "--forward", "--grace-period=0.2", "--failure-exit-code"});
  const auto workers = cluster.workers(2);
  cluster.until_all_serve(3);
  kill(workers[0], SIGSTOP);
  kill(cluster.launcher(), SIGINT);
  CHECK(exit_code(cluster.wait_status()) == 3);
  const auto output = cluster.all_output();
  const auto pid = std::to_string(workers[0]);
  CHECK(count_of(output, " ! grace period is over, worker " + pid + " killed\n") == 1);
  CHECK(count_of(output, " ! worker process " + pid + " failed with 9\n") == 1);
  CHECK(count_of(output, stopped(workers[1])) == 1);
}

TEST_CASE("--announce-close: a launcher that waits for its workers keeps no connection alive") {
  RunningCluster cluster({"-w", "1", "--announce-close"});
  const auto workers = cluster.workers(1);
  cluster.until_all_serve(2);
  const auto idle = download_from(cluster, cluster.launcher(), "/body?bytes=2");
  const auto busy = download_from(cluster, cluster.launcher());
  busy->client.send(request("/"));
  kill(cluster.launcher(), SIGINT);
  CHECK(idle->client.receive_all().empty());
  CHECK(idle->client.error() == 0);
  const auto rest = busy->client.receive_all();
  CHECK(count_of(rest, "\r\nConnection: close\r\n") == 1);
  // It still serves, and waits.
  const auto late = download_from(cluster, cluster.launcher(), "/body?bytes=2");
  CHECK(count_of(late->head, "\r\nConnection: close\r\n") == 1);
  kill(workers[0], SIGINT);
  CHECK(cluster.wait_status() == 0);
}
