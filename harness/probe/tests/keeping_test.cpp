// Connections that are kept by a thread while they wait: what becomes of them is no other.
#include <algorithm>
#include <filesystem>

#include "scripted_server.hpp"

using namespace clusterspec;

namespace {

constexpr int k_many = 50;

// The server's ends are ours too: one descriptor for each of those.
std::ptrdiff_t descriptors_beside(const ScriptedServer& server) {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all)) - static_cast<std::ptrdiff_t>(server.peers.size());
}

ScriptedServer::Script answers() {
  return [](ScriptedServer::Peer& peer) {
    peer.say(k_answer);
    return false;
  };
}

void open_many(Stage& stage, const std::shared_ptr<ConnectionPlan>& plan, ScriptedServer& server,
               Phase phase) {
  const std::ptrdiff_t before = descriptors_beside(server);
  // One after the other: the queue of that listener is short.
  for (int i = 1; i <= k_many; ++i) {
    stage.probe.connect(plan, false);
    REQUIRE(stage.until([&] { return server.peers.size() == static_cast<std::size_t>(i); }));
  }
  REQUIRE(stage.until_phase(phase, k_many));
  CHECK(descriptors_beside(server) < before + 10);
}

bool all_are(const std::vector<Concluded>& concluded, Outcome outcome) {
  return concluded.size() == k_many &&
         std::all_of(concluded.begin(), concluded.end(),
                     [&](const Concluded& one) { return one.outcome == outcome; });
}

}  // namespace

TEST_CASE("Connections that never send take up no descriptors of ours, and are seen to be closed") {
  Stage stage(0);
  ScriptedServer server(stage.loop, {}, {});
  auto plan = stage.plan(server.port);
  plan->bytes.clear();
  open_many(stage, plan, server, Phase::connected);
  CHECK(stage.concluded.empty());
  server.close_all();
  REQUIRE(stage.until_phase(Phase::concluded, k_many));
  CHECK(all_are(stage.concluded, Outcome::closed_idle));
}

TEST_CASE(
    "Connections that stay after their answer take up no descriptors of ours, and are seen to be reset") {
  Stage stage(0);
  ScriptedServer server(stage.loop, {}, answers());
  auto plan = stage.plan(server.port);
  plan->keep_alive = true;
  open_many(stage, plan, server, Phase::answered);
  for (auto& [fd, peer] : server.peers) peer.reset();
  server.close_all();
  REQUIRE(stage.until_phase(Phase::concluded, k_many));
  CHECK(all_are(stage.concluded, Outcome::reset_accepted));
}

TEST_CASE("A connection that is kept sends when it is told to, and is answered") {
  Stage stage(0);
  ScriptedServer server(stage.loop, {}, [](ScriptedServer::Peer& peer) {
    peer.say(k_answer);
    return true;
  });
  Connection& connection = stage.probe.connect(stage.plan(server.port), true);
  REQUIRE(stage.until([&] { return connection.phase() == Phase::connected; }));
  CHECK(connection.server_end_address()->local_port == server.port);
  connection.send();
  REQUIRE(stage.until_phase(Phase::concluded));
  CHECK(stage.concluded.at(0).outcome == Outcome::answered);
}

TEST_CASE("What the server said to a connection that is kept counts before we close it") {
  Stage stage(0);
  ScriptedServer server(stage.loop, {}, {});
  auto plan = stage.plan(server.port);
  plan->bytes.clear();
  for (int i = 0; i < 2; ++i) stage.probe.connect(plan, false);
  REQUIRE(stage.until(
      [&] { return server.peers.size() == 2 && stage.probe.reached("group", Phase::connected) == 2; }));
  server.close(server.peers.begin()->first);
  stage.probe.close_all();
  REQUIRE(stage.concluded.size() == 2);
  CHECK(std::count_if(stage.concluded.begin(), stage.concluded.end(),
                      [](const Concluded& one) { return one.outcome == Outcome::closed_idle; }) == 1);
  CHECK(std::count_if(stage.concluded.begin(), stage.concluded.end(),
                      [](const Concluded& one) { return one.outcome == Outcome::abandoned; }) == 1);
}

TEST_CASE("A connection that is kept is found to hang") {
  Stage stage(0);
  ScriptedServer server(stage.loop, {}, [](ScriptedServer::Peer&) { return false; });
  auto plan = stage.plan(server.port);
  plan->hung_after = milliseconds(20);
  CHECK(stage.conclusion(plan).outcome == Outcome::hung);
}
