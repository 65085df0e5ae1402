// Clients that come again and again, send several requests at once, or take their time.
#include <algorithm>

#include "linux/tests/children.hpp"
#include "scripted_server.hpp"

using namespace clusterspec;

namespace {

const std::string k_last_answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello";

int requests_in(const std::string& text) {
  int count = 0;
  for (std::size_t at = 0; (at = text.find("\r\n\r\n", at)) != std::string::npos; at += 4) ++count;
  return count;
}

// Answers every request, and closes after so many on a connection, having announced it.
ScriptedServer::Script answering(int most) {
  return [most](ScriptedServer::Peer& peer) {
    const int there = requests_in(peer.received);
    for (; peer.answered < std::min(there, most); ++peer.answered)
      peer.say(peer.answered + 1 == most ? k_last_answer : k_answer);
    return peer.answered == most;
  };
}

}  // namespace

TEST_CASE("Pipelined requests are answered when all of them are") {
  Stage stage;
  ScriptedServer server(stage.loop, {}, answering(3));
  auto plan = stage.plan(server.port);
  plan->bytes = plan->bytes + plan->bytes + plan->bytes;
  plan->requests = 3;
  const Concluded one = stage.conclusion(plan);
  CHECK(one.outcome == Outcome::answered);
  CHECK(one.answers == 3);
  CHECK(one.bytes == 15);
  CHECK(one.close_announced);
}

TEST_CASE("Pipelined requests left over are told apart by whether the close was announced") {
  for (const bool announced : {true, false}) {
    Stage stage;
    ScriptedServer server(stage.loop, {}, [&](ScriptedServer::Peer& peer) {
      peer.say(k_answer);
      peer.say(announced ? k_last_answer : k_answer);
      return true;
    });
    auto plan = stage.plan(server.port);
    plan->bytes = plan->bytes + plan->bytes + plan->bytes;
    plan->requests = 3;
    const Concluded one = stage.conclusion(plan);
    CHECK(one.outcome == (announced ? Outcome::closed_announced : Outcome::closed_unanswered));
    CHECK(one.answers == 2);
    CHECK(one.detail == "2 of 3 requests answered");
  }
}

TEST_CASE("A repeated connection asks again after each answer until it is finished") {
  Stage stage;
  ScriptedServer server(stage.loop, {}, answering(1'000'000));
  auto plan = stage.plan(server.port);
  plan->keep_alive = plan->repeat = true;
  stage.probe.start_load(plan, {2, 0});
  REQUIRE(stage.until([&] {
    return server.peers.size() == 2 &&
           std::all_of(server.peers.begin(), server.peers.end(),
                       [](const auto& peer) { return requests_in(peer.second.received) >= 20; });
  }));
  CHECK(stage.concluded.empty());
  stage.probe.stop_load("group");
  REQUIRE(stage.until([&] { return stage.concluded.size() == 2; }));
  for (const Concluded& one : stage.concluded) {
    CHECK(one.outcome == Outcome::answered);
    CHECK(one.answers >= 20);
  }
  CHECK(stage.probe.begun("group") == 2);
}

TEST_CASE("A repeated connection whose server announces the close is answered, and its client comes again") {
  Stage stage;
  ScriptedServer server(stage.loop, {}, answering(3));
  auto plan = stage.plan(server.port);
  plan->keep_alive = plan->repeat = true;
  stage.probe.start_load(plan, {1, 0});
  REQUIRE(stage.until([&] { return stage.concluded.size() >= 4; }));
  stage.probe.stop_load("group");
  REQUIRE(stage.until([&] { return stage.probe.all_concluded("group"); }));
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(stage.concluded[i].outcome == Outcome::answered);
    CHECK(stage.concluded[i].answers == 3);
  }
}

TEST_CASE("A repeated connection that is closed between two requests without a word was not answered") {
  Stage stage;
  ScriptedServer server(stage.loop, {}, [](ScriptedServer::Peer& peer) {
    if (requests_in(peer.received) == 1) peer.say(k_answer);
    return requests_in(peer.received) == 2;
  });
  auto plan = stage.plan(server.port);
  plan->keep_alive = plan->repeat = true;
  const Concluded one = stage.conclusion(plan);
  CHECK(one.outcome == Outcome::closed_unanswered);
  CHECK(one.detail == "1 of 2 requests answered");
}

TEST_CASE("Who is answered goes on before its connection has ended, and at most as many are left behind") {
  Stage stage;
  ScriptedServer server(stage.loop, {}, [](ScriptedServer::Peer& peer) {
    peer.say(k_answer);
    return false;  // and leaves it open
  });
  stage.probe.start_load(stage.plan(server.port), {3, 0});
  REQUIRE(stage.until_phase(Phase::answered, 6));
  CHECK(stage.concluded.empty());
  stage.pass(milliseconds(20));
  CHECK(stage.probe.begun("group") == 6);
  server.close(server.peers.rbegin()->first);  // one whose client has not gone on
  REQUIRE(stage.until_phase(Phase::answered, 7));
  stage.probe.stop_load("group");
  server.close_all();
  REQUIRE(stage.until([&] { return stage.probe.all_concluded("group"); }));
  for (const Concluded& one : stage.concluded) CHECK(one.outcome == Outcome::answered);
}

TEST_CASE("A load by rate opens what is due, whatever becomes of the former ones") {
  Stage stage;
  ScriptedServer server(stage.loop, {}, {});  // answers nobody
  auto plan = stage.plan(server.port);
  const std::int64_t began = now_ns();
  stage.probe.start_load(plan, {1000, 200});
  REQUIRE(stage.until([&] { return stage.probe.begun("group") >= 20; }));
  // The twentieth is due 95 ms after the first.
  CHECK(now_ns() - began >= 95'000'000);
  CHECK(stage.concluded.empty());
  stage.probe.stop_load("group");
  const int begun = stage.probe.begun("group");
  stage.pass(milliseconds(30));
  CHECK(stage.probe.begun("group") == begun);
}

TEST_CASE("A load by rate has at most so many open") {
  Stage stage;
  ScriptedServer server(stage.loop, {}, {});
  stage.probe.start_load(stage.plan(server.port), {3, 10'000});
  REQUIRE(stage.until([&] { return stage.probe.begun("group") == 3; }));
  stage.pass(milliseconds(20));
  CHECK(stage.probe.begun("group") == 3);
}

TEST_CASE("A slow writer sends its request in pieces, a slow reader takes the answer in pieces") {
  Stage stage;
  std::size_t most_at_once = 0;
  ScriptedServer server(stage.loop, {}, [&](ScriptedServer::Peer& peer) {
    peer.say(k_answer);
    return true;
  });
  server.on_piece = [&](std::size_t bytes) { most_at_once = std::max(most_at_once, bytes); };
  auto plan = stage.plan(server.port);
  plan->write_rate = 1000;
  plan->read_rate = 1000;
  const Concluded one = stage.conclusion(plan);
  CHECK(one.outcome == Outcome::answered);
  CHECK(most_at_once < plan->bytes.size());
  // 20 bytes each 20 ms: the last piece is sent after the pauses behind the ones before it, and so it is with
  // reading.
  const auto pauses = [](std::size_t bytes) {
    return static_cast<std::int64_t>((bytes - 1) / 20) * 20'000'000;
  };
  CHECK(one.sent - one.connected >= pauses(plan->bytes.size()));
  CHECK(one.ended - one.first_byte >= pauses(k_answer.size()));
}

namespace {

struct Known {
  ServerEnd last_look;
  bool listening = false;
  ResetBy reset_by = ResetBy::unknown;
  bool looked_at_close = false;
};

// Of a connection that its server resets.
Outcome outcome_where(const Known& known) {
  Stage stage;
  stage.listening = known.listening;
  stage.reset_by = known.reset_by;
  stage.looked_at_close = known.looked_at_close;
  stage.holder = [](int) { return Holder{5, 7}; };
  ScriptedServer server(stage.loop, {}, [](ScriptedServer::Peer& peer) {
    peer.reset();
    return true;
  });
  Connection& connection = stage.probe.connect(stage.plan(server.port), true);
  const int number = connection.number();
  REQUIRE(stage.until_phase(Phase::connected));
  stage.probe.find("group", number)->note(known.last_look, 0, {});
  stage.probe.find("group", number)->send();
  REQUIRE(stage.until_phase(Phase::concluded));
  CHECK(stage.concluded.at(0).listener == 5);
  return stage.concluded.at(0).outcome;
}

}  // namespace

TEST_CASE(
    "Where a connection was reset is known by the last look at the server's end, or because its listener is "
    "open") {
  CHECK(outcome_where({ServerEnd::unknown}) == Outcome::reset);
  CHECK(outcome_where({ServerEnd::handshake}) == Outcome::reset_handshake);
  CHECK(outcome_where({ServerEnd::queued}) == Outcome::reset_queued);
  CHECK(outcome_where({ServerEnd::accepted}) == Outcome::reset_accepted);
  CHECK(outcome_where({ServerEnd::unknown, true}) == Outcome::reset_accepted);
  CHECK(outcome_where({ServerEnd::queued, true}) == Outcome::reset_accepted);
  CHECK(outcome_where({ServerEnd::unknown, true, ResetBy::server_end}) == Outcome::reset_accepted);
}

TEST_CASE(
    "A connection is told with the listener that it was seen at, not with the one that its client heard "
    "from") {
  Stage stage;
  stage.holder = [](int) { return Holder{5, 7}; };
  ScriptedServer server(stage.loop, {}, [](ScriptedServer::Peer& peer) {
    peer.reset();
    return true;
  });
  stage.probe.connect(stage.plan(server.port), true);
  REQUIRE(stage.until_phase(Phase::connected));
  Connection& connection = *stage.probe.all_open().front();
  connection.note(ServerEnd::queued, 0, {});
  CHECK(connection.holder().listener == 5);
  connection.note(ServerEnd::queued, 0, {6, 8});
  connection.send();
  REQUIRE(stage.until_phase(Phase::concluded));
  CHECK(stage.concluded.at(0).listener == 6);
  CHECK(stage.concluded.at(0).pid == 8);
  CHECK(stage.concluded.at(0).outcome == Outcome::reset_queued);
}

TEST_CASE("Who was reset before it was seen to be connected is told with its listener all the same") {
  Stage stage;
  stage.looked_at_close = true;
  stage.reset_by = ResetBy::server_end;
  stage.holder = [](int) { return Holder{5, 7}; };
  const auto port = free_port("127.0.0.1");
  REQUIRE(port);
  auto listener = occupy_port("127.0.0.1", *port, false);
  REQUIRE(listener);
  stage.probe.connect(stage.plan(*port), true);
  REQUIRE(tests::wait_readable(listener->get()));
  listener->reset();
  REQUIRE(stage.until_phase(Phase::concluded));
  CHECK(stage.concluded.at(0).connected == 0);
  CHECK(stage.concluded.at(0).outcome == Outcome::reset_queued);
}

TEST_CASE("Who was reset by nobody had been in a handshake, whether its listener is open or not") {
  CHECK(outcome_where({ServerEnd::unknown, true, ResetBy::nobody}) == Outcome::reset_handshake);
  CHECK(outcome_where({ServerEnd::accepted, true, ResetBy::nobody}) == Outcome::reset_accepted);
}

TEST_CASE("Who came after the last look is told by the segment that reset it") {
  CHECK(outcome_where({ServerEnd::unknown, false, ResetBy::nobody}) == Outcome::reset_handshake);
  CHECK(outcome_where({ServerEnd::unknown, false, ResetBy::server_end, true}) == Outcome::reset_queued);
  CHECK(outcome_where({ServerEnd::handshake, false, ResetBy::server_end}) == Outcome::reset_queued);
  CHECK(outcome_where({ServerEnd::handshake, false, ResetBy::nobody}) == Outcome::reset_handshake);
}

TEST_CASE("A listener that nobody looked at before it was closed leaves open whether it had been accepted") {
  CHECK(outcome_where({ServerEnd::unknown, false, ResetBy::server_end, false}) == Outcome::reset);
  CHECK(outcome_where({ServerEnd::accepted, false, ResetBy::server_end, true}) == Outcome::reset_accepted);
}
