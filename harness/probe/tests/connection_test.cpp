// Every outcome that a connection of the probe can have, against a scripted server in the same loop.
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "linux/readiness.hpp"
#include "linux/tcp.hpp"
#include "probe/probe.hpp"

using namespace clusterspec;
using std::chrono::milliseconds;

namespace {

const std::string k_answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

std::int64_t deadline() { return now_ns() + 10'000'000'000; }

// Accepts, and does to each connection what the test says.
class ScriptedServer {
 public:
  struct Peer {
    Fd fd;
    std::string received;

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
    peer.received.append(piece, static_cast<std::size_t>(got));
    if (peer.received.find("\r\n\r\n") != std::string::npos && m_on_request && m_on_request(peer)) close(fd);
  }

  Loop& m_loop;
  Script m_on_accept, m_on_request;
  Fd m_listener;
};

// A probe whose conclusions are kept.
struct Stage {
  Loop loop;
  std::vector<Concluded> concluded;
  std::function<Holder(int)> holder = [](int) { return Holder{}; };
  Probe probe{loop, [] { return now_ns(); }, [this](int client) { return holder(client); },
              [this](const Concluded& one) { concluded.push_back(one); }};

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

}  // namespace

TEST_CASE("A complete answer is answered, with its times in order") {
  Stage stage;
  stage.holder = [](int) { return Holder{77, 12}; };
  const Concluded one = stage.conclusion_of([](ScriptedServer::Peer& peer) {
    peer.say(k_answer);
    return true;
  });
  CHECK(one.outcome == Outcome::answered);
  CHECK(one.group == "group");
  CHECK(one.request == "quick");
  CHECK(one.connection == 1);
  CHECK(one.status == 200);
  CHECK(one.bytes == 5);
  CHECK(one.pid == 12);
  CHECK(one.listener == 77);
  CHECK(one.begun > 0);
  CHECK(one.begun <= one.connected);
  CHECK(one.connected <= one.sent);
  CHECK(one.sent <= one.first_byte);
  CHECK(one.first_byte <= one.ended);
}

TEST_CASE("An answer that ends with its connection is answered") {
  Stage stage;
  const Concluded one = stage.conclusion_of([](ScriptedServer::Peer& peer) {
    peer.say("HTTP/1.1 200 OK\r\n\r\nall there is");
    return true;
  });
  CHECK(one.outcome == Outcome::answered);
  CHECK(one.bytes == 12);
}

TEST_CASE("A port where nobody listens refuses") {
  Stage stage;
  const auto port = free_port("127.0.0.1");
  REQUIRE(port);
  const Concluded one = stage.conclusion(stage.plan(*port));
  CHECK(one.outcome == Outcome::refused);
  CHECK(one.errno_value == ECONNREFUSED);
  CHECK(one.connected == 0);
  CHECK(one.sent == 0);
}

TEST_CASE("A connection that is closed before any byte of an answer is closed-unanswered") {
  Stage stage;
  const Concluded one = stage.conclusion_of([](ScriptedServer::Peer&) { return true; });
  CHECK(one.outcome == Outcome::closed_unanswered);
  CHECK(one.sent > 0);
  CHECK(one.first_byte == 0);
}

TEST_CASE("An answer that stops in the middle is truncated, by an end and by a reset") {
  for (const bool reset : {false, true}) {
    Stage stage;
    const Concluded one = stage.conclusion_of([&](ScriptedServer::Peer& peer) {
      peer.say(k_answer.substr(0, k_answer.size() - 2));
      if (reset) peer.reset();
      return true;
    });
    INFO("reset " << reset);
    CHECK(one.outcome == Outcome::truncated);
    CHECK(one.status == 200);
    CHECK(one.bytes == 3);
  }
}

TEST_CASE("A reset before any answer is a reset, told apart where it is known to have been accepted") {
  for (const bool accepted : {false, true}) {
    Stage stage;
    Connection* connection = nullptr;
    ScriptedServer server(stage.loop, {}, [&](ScriptedServer::Peer& peer) {
      if (accepted) connection->note_accepted();
      peer.reset();
      return true;
    });
    connection = &stage.probe.connect(stage.plan(server.port), false);
    REQUIRE(stage.until_phase(Phase::concluded));
    INFO("accepted " << accepted);
    CHECK(stage.concluded.at(0).outcome == (accepted ? Outcome::reset_accepted : Outcome::reset));
    CHECK(stage.concluded.at(0).errno_value == ECONNRESET);
  }
}

TEST_CASE("A reset after the complete answer is a loss all the same") {
  Stage stage;
  const Concluded one = stage.conclusion_of([](ScriptedServer::Peer& peer) {
    peer.say(k_answer);
    peer.reset();
    return true;
  });
  CHECK(one.outcome == Outcome::reset_accepted);
  CHECK(one.detail == "after the complete answer");
}

TEST_CASE("Silence for as long as it is allowed is hung") {
  Stage stage;
  ScriptedServer server(stage.loop, {}, {});
  auto plan = stage.plan(server.port);
  plan->hung_after = milliseconds(30);
  const std::int64_t begun = now_ns();
  const Concluded one = stage.conclusion(plan);
  CHECK(one.outcome == Outcome::hung);
  CHECK(one.detail == "no byte for 30ms");
  CHECK(now_ns() - begun >= 30'000'000);
}

TEST_CASE("Silence in the middle of an answer is hung too") {
  Stage stage;
  ScriptedServer server(stage.loop, {}, [](ScriptedServer::Peer& peer) {
    peer.say(k_answer.substr(0, 20));
    return false;
  });
  auto plan = stage.plan(server.port);
  plan->hung_after = milliseconds(30);
  const Concluded one = stage.conclusion(plan);
  CHECK(one.outcome == Outcome::hung);
  CHECK(one.first_byte > 0);
}

TEST_CASE("Each byte of a slow answer starts the wait anew") {
  Stage stage;
  // Ten pieces, each well within the limit, all together beyond it.
  std::size_t said = 0;
  std::function<void()> say_more;
  ScriptedServer server(stage.loop, {}, [&](ScriptedServer::Peer&) {
    stage.loop.after(milliseconds(20), say_more);
    return false;
  });
  say_more = [&] {
    if (server.peers.empty()) return;
    server.peers.begin()->second.say(k_answer.substr(said, 5));
    said += 5;
    if (said < k_answer.size())
      stage.loop.after(milliseconds(20), say_more);
    else
      server.close_all();
  };
  auto plan = stage.plan(server.port);
  plan->hung_after = milliseconds(150);
  const Concluded one = stage.conclusion(plan);
  CHECK(one.outcome == Outcome::answered);
  CHECK(one.ended - one.sent > 150'000'000);
}

TEST_CASE("An answer that is no HTTP, or goes on after its end, or is an error, is malformed") {
  const std::pair<std::string, std::string> answers[] = {
      {"hello\r\n", ""},
      {k_answer + "more", "bytes after the end of the response"},
      {"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n", "HTTP status 500"}};
  for (const auto& [answer, detail] : answers) {
    Stage stage;
    const Concluded one = stage.conclusion_of([&, text = answer](ScriptedServer::Peer& peer) {
      peer.say(text);
      return true;
    });
    INFO(answer);
    CHECK(one.outcome == Outcome::malformed);
    CHECK_FALSE(one.detail.empty());
    if (!detail.empty()) CHECK(one.detail == detail);
  }
}

TEST_CASE("A connection kept open after its answer, then closed by the server, is closed-idle") {
  Stage stage;
  ScriptedServer server(stage.loop, {}, [](ScriptedServer::Peer& peer) {
    peer.say(k_answer);
    return false;
  });
  auto plan = stage.plan(server.port);
  plan->keep_alive = true;
  stage.probe.connect(plan, false);
  REQUIRE(stage.until_phase(Phase::answered));
  int later = 0;
  stage.loop.after(milliseconds(20), [&] { later = 1; });
  REQUIRE(stage.until([&] { return later == 1; }));
  CHECK(stage.concluded.empty());
  server.close_all();
  REQUIRE(stage.until_phase(Phase::concluded));
  CHECK(stage.concluded.at(0).outcome == Outcome::closed_idle);
  CHECK(stage.concluded.at(0).status == 200);
}

TEST_CASE("A connection that never sends, closed by the server, is closed-idle") {
  Stage stage;
  ScriptedServer server(stage.loop, {}, {});
  auto plan = stage.plan(server.port);
  plan->bytes.clear();
  plan->hung_after = milliseconds(20);  // idle is no silence to be counted
  stage.probe.connect(plan, false);
  REQUIRE(stage.until(
      [&] { return server.peers.size() == 1 && stage.probe.reached("group", Phase::connected); }));
  bool later = false;
  stage.loop.after(milliseconds(60), [&] { later = true; });
  REQUIRE(stage.until([&] { return later; }));
  CHECK(stage.concluded.empty());
  REQUIRE(server.peers.size() == 1);
  CHECK(server.peers.begin()->second.received.empty());
  server.close_all();
  REQUIRE(stage.until_phase(Phase::concluded));
  CHECK(stage.concluded.at(0).outcome == Outcome::closed_idle);
  CHECK(stage.concluded.at(0).sent == 0);
}

TEST_CASE("What we close ourselves is abandoned, unless its answer is complete") {
  Stage stage;
  bool answers = false;
  ScriptedServer server(stage.loop, {}, [&](ScriptedServer::Peer& peer) {
    if (answers) peer.say(k_answer);
    return false;
  });
  stage.probe.connect(stage.plan(server.port), false);
  REQUIRE(stage.until_phase(Phase::sent));
  stage.probe.close("group");
  REQUIRE(stage.concluded.size() == 1);
  CHECK(stage.concluded[0].outcome == Outcome::abandoned);

  answers = true;
  stage.probe.connect(stage.plan(server.port), false);
  REQUIRE(stage.until_phase(Phase::answered, 2));
  stage.probe.close_all();
  REQUIRE(stage.concluded.size() == 2);
  CHECK(stage.concluded[1].outcome == Outcome::answered);
  CHECK(stage.probe.all_concluded("group"));
}

TEST_CASE("What the server had said before we close counts") {
  Stage stage;
  const auto port = free_port("127.0.0.1");
  REQUIRE(port);
  auto occupied = occupy_port("127.0.0.1", *port, false);
  REQUIRE(occupied);
  Connection& connection = stage.probe.connect(stage.plan(*port), false);
  REQUIRE(stage.until_phase(Phase::sent));
  // Outside the loop, so that the probe has not looked at it yet.
  const Fd peer(::accept(occupied->get(), nullptr, nullptr));
  REQUIRE(::send(peer.get(), k_answer.data(), k_answer.size(), MSG_NOSIGNAL) > 0);
  connection.abandon();
  CHECK(stage.concluded.at(0).outcome == Outcome::answered);
}

TEST_CASE("A connection waits to send where it is told to") {
  Stage stage;
  ScriptedServer server(stage.loop, {}, [](ScriptedServer::Peer& peer) {
    peer.say(k_answer);
    return true;
  });
  Connection& connection = stage.probe.connect(stage.plan(server.port), true);
  REQUIRE(stage.until([&] { return server.peers.size() == 1 && connection.phase() == Phase::connected; }));
  CHECK(server.peers.begin()->second.received.empty());
  connection.send();
  REQUIRE(stage.until_phase(Phase::concluded));
  CHECK(stage.concluded.at(0).outcome == Outcome::answered);
}

TEST_CASE("A connection that is forgotten has no outcome and does not count") {
  Stage stage;
  ScriptedServer server(stage.loop, {}, {});
  Connection& connection = stage.probe.connect(stage.plan(server.port), true);
  const int number = connection.number();
  REQUIRE(stage.until_phase(Phase::connected));
  CHECK(stage.probe.find("group", number) == &connection);
  stage.probe.forget("group", number);
  CHECK(stage.probe.begun("group") == 0);
  CHECK(stage.probe.reached("group", Phase::connected) == 0);
  CHECK_FALSE(stage.probe.find("group", number));
  CHECK(stage.probe.all_concluded("group"));
  REQUIRE(stage.until([&] { return server.peers.empty(); }));
  CHECK(stage.concluded.empty());
}

TEST_CASE("The holder is asked for again until it is known") {
  Stage stage;
  int asked = 0;
  stage.holder = [&](int) { return ++asked < 2 ? Holder{} : Holder{5, 9}; };
  const Concluded one = stage.conclusion_of([](ScriptedServer::Peer& peer) {
    peer.say(k_answer);
    return true;
  });
  CHECK(asked == 2);
  CHECK(one.pid == 9);
}

TEST_CASE("A load makes one connection after another, until it is stopped; each has one outcome") {
  Stage stage;
  ScriptedServer server(stage.loop, {}, [](ScriptedServer::Peer& peer) {
    peer.say(k_answer);
    return true;
  });
  stage.probe.start_load(stage.plan(server.port), 3);
  REQUIRE(stage.until_phase(Phase::concluded, 50));
  CHECK(stage.probe.open_connections("group").size() <= 3);
  stage.probe.stop_load("group");
  REQUIRE(stage.until([&] { return stage.probe.all_concluded("group"); }));
  CHECK(static_cast<int>(stage.concluded.size()) == stage.probe.begun("group"));
  std::vector<bool> seen(stage.concluded.size() + 1);
  for (const Concluded& one : stage.concluded) {
    CHECK(one.outcome == Outcome::answered);
    CHECK_FALSE(seen.at(static_cast<std::size_t>(one.connection)));
    seen[static_cast<std::size_t>(one.connection)] = true;
  }
}

TEST_CASE("A load against a port that refuses goes on without end of its own, and can be stopped") {
  Stage stage;
  const auto port = free_port("127.0.0.1");
  REQUIRE(port);
  stage.probe.start_load(stage.plan(*port), 2);
  REQUIRE(stage.until_phase(Phase::concluded, 1000));
  stage.probe.stop_load("group");
  REQUIRE(stage.until([&] { return stage.probe.all_concluded("group"); }));
}

TEST_CASE("A request is written with its delay, size and body") {
  RequestKind kind;
  kind.method = "POST";
  kind.path = "/upload?ms={delay}&n={bytes}&again={bytes}";
  kind.headers = {"X-Test: 1"};
  kind.body_bytes = "{bytes}";
  CHECK(request_bytes(kind, "127.0.0.1:3000", milliseconds(250), 3, false) ==
        "POST /upload?ms=250&n=3&again=3 HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nX-Test: 1\r\nConnection: "
        "close\r\nContent-Length: 3\r\n\r\nxxx");
  kind = RequestKind{};
  CHECK(request_bytes(kind, "h", Duration{}, 0, true) == "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
}

TEST_CASE("A request larger than the socket takes at once is sent in full") {
  Stage stage;
  auto plan = stage.plan(0);
  plan->bytes = "POST / HTTP/1.1\r\nContent-Length: 8000000\r\n\r\n" + std::string(8'000'000, 'x');
  ScriptedServer server(stage.loop, {}, [&](ScriptedServer::Peer& peer) {
    if (peer.received.size() < plan->bytes.size()) return false;
    peer.say(k_answer);
    return true;
  });
  plan->port = server.port;
  const Concluded one = stage.conclusion(plan);
  CHECK(one.outcome == Outcome::answered);
  CHECK(one.sent > 0);
}
