#pragma once
// A request in flight at a process of choice, for tests.
#include <sys/types.h>

#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "reference_server/tests/client.hpp"
#include "reference_server/tests/running_cluster.hpp"

namespace test {

// A body under way: the head and the first bytes have come, the rest takes the given time.
struct Download {
  explicit Download(std::uint16_t port, const std::string& target = "/body?bytes=4&chunk=2&delay_ms=300")
      : client(port) {
    client.send(request(target));
    head = client.receive_until("\r\n\r\nxx");
    pid = server_pid(head);
  }
  Client client;
  std::string head;
  int pid;
};

// The rest of it comes so late that no test waits for it.
inline constexpr const char* k_endless = "/body?bytes=4&chunk=2&delay_ms=600000";

// A download from that process.
inline std::unique_ptr<Download> download_from(
    const RunningCluster& cluster, pid_t pid,
    const std::string& target = "/body?bytes=4&chunk=2&delay_ms=300") {
  const auto deadline = Clock::now() + k_patience;
  while (Clock::now() < deadline) {
    auto download = std::make_unique<Download>(cluster.port(), target);
    if (download->pid == pid) return download;
  }
  FAIL("the process never answered");
  return nullptr;
}

}  // namespace test
