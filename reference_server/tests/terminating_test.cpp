// Document, section Terminating, against the program itself.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <memory>
#include <vector>

#include "reference_server/tests/client.hpp"
#include "reference_server/tests/download.hpp"
#include "reference_server/tests/running_cluster.hpp"

using namespace test;
using namespace std::chrono_literals;

TEST_CASE("an interrupt of the group ends all, announced once by each, with exit code 0") {
  RunningCluster cluster({"-w", "2"});
  const auto workers = cluster.workers(2);
  cluster.until_all_serve(3);
  cluster.interrupt_group();
  CHECK(cluster.wait_status() == 0);
  const auto output = cluster.all_output();
  CHECK(count_of(output, " > terminating gracefully\n") == 3);
  for (const pid_t pid : workers) {
    CHECK(count_of(output, " < worker " + std::to_string(pid) + " stopped\n") == 1);
  }
  const Client refused(cluster.port());
  CHECK(refused.error() == ECONNREFUSED);
}

TEST_CASE(
    "requests in flight are answered in full, whichever process handles them, despite further interrupts") {
  RunningCluster cluster({"-w", "2"});
  cluster.workers(2);
  cluster.until_all_serve(3);
  std::vector<std::unique_ptr<Download>> downloads;
  for (int i = 0; i < 30; ++i) downloads.push_back(std::make_unique<Download>(cluster.port()));
  cluster.interrupt_group();
  CHECK(cluster.saw(" > terminating gracefully\n", 3));
  for (int i = 0; i < 20; ++i) cluster.interrupt_group();
  for (auto& download : downloads) {
    CHECK(download->client.receive_all() == "xx");
    CHECK(download->client.error() == 0);
  }
  CHECK(cluster.wait_status() == 0);
  CHECK(count_of(cluster.all_output(), " > terminating gracefully\n") == 3);
}

TEST_CASE("the launcher serves until its last worker has ended, then closes") {
  RunningCluster cluster({"-w", "1"});
  const auto workers = cluster.workers(1);
  cluster.until_all_serve(2);
  const auto download = download_from(cluster, workers[0]);
  cluster.interrupt_group();
  CHECK(cluster.saw(" > terminating gracefully\n", 2));
  // The worker says it before it closes its listener, so the next connection may still be its.
  const auto deadline = Clock::now() + k_patience;
  while (server_pid(get(cluster.port(), "/")) != cluster.launcher()) REQUIRE(Clock::now() < deadline);
  CHECK(download->client.receive_all() == "xx");
  CHECK(cluster.wait_status() == 0);
}

TEST_CASE("an interrupt of the launcher alone waits for the workers without telling them") {
  RunningCluster cluster({"-w", "2"});
  const auto workers = cluster.workers(2);
  cluster.until_all_serve(3);
  kill(cluster.launcher(), SIGINT);
  CHECK(cluster.saw(" > terminating gracefully\n"));
  cluster.until_all_serve(3);
  kill(workers[0], SIGINT);
  CHECK(cluster.saw(" < worker " + std::to_string(workers[0]) + " stopped\n"));
  cluster.until_all_serve(2);
  kill(workers[1], SIGKILL);
  CHECK(cluster.wait_status() == 0);
  const auto output = cluster.all_output();
  CHECK(count_of(output, " failed with 9\n") == 1);
  CHECK(count_of(output, " > terminating gracefully\n") == 2);
}

TEST_CASE("connections without a request do not delay the end, and end without an error") {
  RunningCluster cluster({});
  cluster.until_all_serve(1);
  Client silent(cluster.port());
  Client idle(cluster.port());
  idle.send(request("/"));
  CHECK_THAT(idle.receive_until("role single\n"), Catch::StartsWith("HTTP/1.1 200 OK\r\n"));
  cluster.interrupt_group();
  CHECK(cluster.wait_status() == 0);
  CHECK(silent.receive_all().empty());
  CHECK(silent.error() == 0);
  CHECK(idle.receive_all().empty());
  CHECK(idle.error() == 0);
}

TEST_CASE("pipelined requests are answered, and the last answer says that the connection closes") {
  RunningCluster cluster({});
  cluster.until_all_serve(1);
  Client client(cluster.port());
  client.send(request("/body?bytes=4&chunk=2&delay_ms=100") + request("/slow?ms=10") + request("/"));
  client.receive_until("\r\n\r\nxx");
  cluster.interrupt_group();
  const auto rest = client.receive_all();
  CHECK(client.error() == 0);
  CHECK(count_of(rest, "HTTP/1.1 200 OK\r\n") == 2);
  CHECK(count_of(rest, "\r\nConnection: close\r\n") == 1);
  CHECK_THAT(rest, Catch::EndsWith("role single\n"));
  CHECK(cluster.wait_status() == 0);
}

TEST_CASE("an upload under way completes") {
  RunningCluster cluster({});
  cluster.until_all_serve(1);
  Client client(cluster.port());
  client.send("POST /upload HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100000\r\n\r\n");
  CHECK(client.receive_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  cluster.interrupt_group();
  CHECK(cluster.saw(" > terminating gracefully\n"));
  client.send(std::string(100'000, 'y'));
  CHECK_THAT(client.receive_all(), Catch::EndsWith("\r\n\r\n100000\n"));
  CHECK(cluster.wait_status() == 0);
}

TEST_CASE("a large response that is read late arrives in full") {
  RunningCluster cluster({});
  cluster.until_all_serve(1);
  Download download(cluster.port(), "/body?bytes=20000000");
  cluster.interrupt_group();
  CHECK(cluster.saw(" > terminating gracefully\n"));
  CHECK(download.client.receive_all().size() == 20'000'000 - 2);
  CHECK(download.client.error() == 0);
  CHECK(cluster.wait_status() == 0);
}

TEST_CASE("an interrupt at any moment of start-up leaves no worker and no wait") {
  // The moments are set by what has been announced so far, and by chance within it.
  for (std::size_t announced = 0; announced <= 6; ++announced) {
    for (int round = 0; round < 5; ++round) {
      RunningCluster cluster({"-w", "6"});
      // With none announced: as soon as it listens, which is before its first worker.
      if (announced == 0) {
        const auto deadline = Clock::now() + k_patience;
        while (!Client(cluster.port()).connected()) REQUIRE(Clock::now() < deadline);
      } else {
        cluster.workers(announced);
      }
      cluster.interrupt_group();
      REQUIRE(cluster.wait_status() == 0);
      const auto output = cluster.all_output();
      CAPTURE(output);
      CHECK(count_of(output, " started\n") == count_of(output, " stopped\n"));
      CHECK(count_of(output, " > terminating gracefully\n") == count_of(output, " started\n") + 1);
    }
  }
}

TEST_CASE("malformed input is answered with 400 and closed without a reset") {
  RunningCluster cluster({});
  cluster.until_all_serve(1);
  Client client(cluster.port());
  client.send("nonsense\r\n\r\n" + std::string(200'000, 'z'));
  CHECK_THAT(client.receive_until("400 Bad Request\n"), Catch::StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  client.stop_sending();
  CHECK(client.receive_all().empty());
  CHECK(client.error() == 0);
}

TEST_CASE("a server with a fault is started with it in its workers too") {
  RunningCluster cluster({"--fault", "worker-exits-nonzero", "-w", "1"}, FAULTY_SERVER);
  cluster.workers(1);
  cluster.until_all_serve(2);
  cluster.interrupt_group();
  CHECK(cluster.wait_status() == 0);
  CHECK(cluster.saw(" failed with 256\n"));
}
