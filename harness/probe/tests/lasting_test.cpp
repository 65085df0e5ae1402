// Connections that outlast their exchange, are ended by us or repeated, and what is written to them.
#include "linux/tests/children.hpp"
#include "scripted_server.hpp"

using namespace clusterspec;

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

TEST_CASE("A connection that is still to be told to send, closed by the server, is closed-idle") {
  Stage stage;
  ScriptedServer server(stage.loop, {}, {});
  stage.probe.connect(stage.plan(server.port), true);
  REQUIRE(stage.until(
      [&] { return server.peers.size() == 1 && stage.probe.reached("group", Phase::connected); }));
  server.close_all();
  REQUIRE(stage.until_phase(Phase::concluded));
  CHECK(stage.concluded.at(0).outcome == Outcome::closed_idle);
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
  int client = -1;
  stage.holder = [&](int fd) { return client = fd, Holder{}; };
  Connection& connection = stage.probe.connect(stage.plan(*port), false);
  REQUIRE(stage.until_phase(Phase::sent));
  // Outside the loop, so that the probe has not looked at it yet.
  const Fd peer(::accept(occupied->get(), nullptr, nullptr));
  REQUIRE(::send(peer.get(), k_answer.data(), k_answer.size(), MSG_NOSIGNAL) > 0);
  REQUIRE(tests::wait_readable(client));
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
  stage.probe.start_load(stage.plan(server.port), {3, 0});
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
  stage.probe.start_load(stage.plan(*port), {2, 0});
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
