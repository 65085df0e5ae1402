// Every outcome that one exchange can have.
#include "linux/tests/children.hpp"
#include "scripted_server.hpp"

using namespace clusterspec;

TEST_CASE("A reset that the request meets is a reset, and no connection closed unanswered") {
  Stage stage;
  const auto port = free_port("127.0.0.1");
  REQUIRE(port);
  auto listener = occupy_port("127.0.0.1", *port, false);
  REQUIRE(listener);
  int client = -1;
  stage.holder = [&](int fd) { return client = fd, Holder{}; };
  Connection& connection = stage.probe.connect(stage.plan(*port), true);
  REQUIRE(stage.until_phase(Phase::connected));
  // Outside the loop, so that it is the write that finds it.
  listener->reset();
  REQUIRE(tests::wait_readable(client));
  connection.send();
  REQUIRE(stage.concluded.size() == 1);
  CHECK(stage.concluded[0].outcome == Outcome::reset);
  CHECK(stage.concluded[0].errno_value == ECONNRESET);
}

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
      if (accepted) connection->note(ServerEnd::accepted, 0, {});
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
