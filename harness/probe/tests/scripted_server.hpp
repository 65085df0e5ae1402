// A server in the test's own loop that does to each connection what the test says, and the probe beside it.
#pragma once

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "linux/readiness.hpp"
#include "linux/tcp.hpp"
#include "probe/probe.hpp"

namespace clusterspec {

using std::chrono::milliseconds;

inline const std::string k_answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

inline std::int64_t deadline() { return now_ns() + 10'000'000'000; }

// Accepts, and does to each connection what the test says.
class ScriptedServer {
 public:
  struct Peer {
    Fd fd;
    std::string received;
    int answered = 0;

    void say(const std::string& text) const {
      REQUIRE(::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
    }
    void reset() {
      const linger at_once{1, 0};
      ::setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
  };
  // Called with everything received by then; true: close the connection.
  using Script = std::function<bool(Peer&)>;

  ScriptedServer(Loop& loop, Script on_accept, Script on_request)
      : m_loop(loop), m_on_accept(std::move(on_accept)), m_on_request(std::move(on_request)) {
    const auto found = free_port("127.0.0.1");
    REQUIRE(found);
    port = *found;
    auto listener = occupy_port("127.0.0.1", port, false);
    REQUIRE(listener);
    m_listener = std::move(*listener);
    m_loop.watch(m_listener.get(), k_readable, [this](std::uint32_t) { accept_one(); });
  }
  ~ScriptedServer() {
    m_loop.forget(m_listener.get());
    for (auto& [fd, peer] : peers) m_loop.forget(fd);
  }

  void close(int fd) {
    m_loop.forget(fd);
    peers.erase(fd);
  }
  void close_all() {
    while (!peers.empty()) close(peers.begin()->first);
  }

  int port = 0;
  std::function<void(std::size_t)> on_piece;  // told of each read
  std::map<int, Peer> peers;

 private:
  void accept_one() {
    Fd accepted(::accept4(m_listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!accepted) return;
    const int fd = accepted.get();
    Peer& peer = peers[fd];
    peer.fd = std::move(accepted);
    if (m_on_accept && m_on_accept(peer)) return close(fd);
    m_loop.watch(fd, k_readable, [this, fd](std::uint32_t) { read_from(fd); });
  }
  void read_from(int fd) {
    char piece[4096];
    const long got = receive_some(fd, piece, sizeof piece);
    if (got == -EAGAIN) return;
    if (got <= 0) return close(fd);
    Peer& peer = peers[fd];
    if (on_piece) on_piece(static_cast<std::size_t>(got));
    peer.received.append(piece, static_cast<std::size_t>(got));
    if (peer.received.find("\r\n\r\n") != std::string::npos && m_on_request && m_on_request(peer)) close(fd);
  }

  Loop& m_loop;
  Script m_on_accept, m_on_request;
  Fd m_listener;
};

// A probe whose conclusions are kept.
struct Stage {
  explicit Stage(int crowded = std::numeric_limits<int>::max()) : crowded_from(crowded) {}

  Loop loop;
  int crowded_from;
  std::vector<Concluded> concluded;
  std::function<Holder(int)> holder = [](int) { return Holder{}; };
  bool listening = false, looked_at_close = false;
  ResetBy reset_by = ResetBy::unknown;
  Probe probe{loop,
              {.now = [] { return now_ns(); },
               .holder = [this](int client) { return holder(client); },
               .listening = [this](SocketCookie) { return listening; },
               .reset_by = [this](int, std::int64_t) { return reset_by; },
               .looked_at_close = [this](SocketCookie socket) { return socket != 0 && looked_at_close; },
               .keeper = {},
               .crowded_from = crowded_from,
               .progressed = {},
               .concluded = [this](const Concluded& one) { concluded.push_back(one); }}};

  std::shared_ptr<ConnectionPlan> plan(int port) const {
    ConnectionPlan plan;
    plan.group = "group";
    plan.request = "quick";
    plan.host = "127.0.0.1";
    plan.port = port;
    plan.bytes = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    return std::make_shared<ConnectionPlan>(plan);
  }
  bool until(const std::function<bool()>& condition) { return loop.run_until(condition, deadline()); }
  bool until_phase(Phase phase, int count = 1) {
    return until([&] { return probe.reached("group", phase) >= count; });
  }
  // Lets time pass that is part of what is tested.
  void pass(milliseconds time) {
    bool over = false;
    loop.after(time, [&] { over = true; });
    REQUIRE(until([&] { return over; }));
  }
  // The one conclusion, of one connection with this plan.
  Concluded conclusion(const std::shared_ptr<ConnectionPlan>& plan) {
    probe.connect(plan, false);
    REQUIRE(until([&] { return !concluded.empty(); }));
    REQUIRE(concluded.size() == 1);
    return concluded.front();
  }
  Concluded conclusion_of(ScriptedServer::Script on_request, ScriptedServer::Script on_accept = {}) {
    ScriptedServer server(loop, std::move(on_accept), std::move(on_request));
    return conclusion(plan(server.port));
  }
};

}  // namespace clusterspec
