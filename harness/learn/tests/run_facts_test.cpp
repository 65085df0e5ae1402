#include "learn/run_facts.hpp"

#include "learn/tests/explored.hpp"
#include "model/cluster.hpp"

namespace clusterspec::tests {

TEST_CASE("Who lives, holds and accepts is told by name") {
  Server server;
  server.sockets = {{100, {10}}, {101, {11}}};
  server.accepting = {11};
  const ServingFacts facts = serving_facts(journal_of(server));
  CHECK(facts.trouble.empty());
  REQUIRE(facts.processes.size() == 4);
  CHECK(facts.processes[0].name == "launcher");
  CHECK(facts.processes[1].name == "child 1");
  CHECK(facts.processes[1].accepts);
  CHECK(facts.processes[1].holds_listener);
  CHECK_FALSE(facts.processes[2].holds_listener);
  CHECK(facts.processes[2].command == "server -w 3");  // a fork has its parent's
  REQUIRE(facts.listeners.size() == 2);
  CHECK(facts.listeners[1].holders == std::vector<std::string>{"child 1"});
}

TEST_CASE("A script in front of the server is told by what it executes, and by what comes and goes") {
  CHECK(serving_facts(journal_of({})).executes.empty());
  CHECK(serving_facts(journal_of({})).passing == 0);
  Server server;
  server.executes = {"/opt/shim", "/opt/server"};
  server.passing = {21, 22};
  const ServingFacts facts = serving_facts(journal_of(server));
  CHECK(facts.executes == "/opt/server");
  CHECK(facts.passing == 2);
  CHECK(facts.processes.size() == 4);
}

TEST_CASE("Where nothing is known of a server any process may open the first listener") {
  Journal journal = journal_of({});
  auto& launched = std::get<Launched>(journal.front().what);
  launched.listeners = 1;
  Listening listening;
  listening.pid = 12;
  listening.socket = 100;
  listening.port = launched.port;
  journal = Journal(journal.begin(), journal.begin() + 6);
  journal.push_back(Event{0, Source::notification, listening});
  CHECK_FALSE(Cluster::of(journal).ready());  // a launcher alone was asked for
  std::get<Launched>(journal.front().what).launcher_serves = false;
  CHECK(Cluster::of(journal).ready());
}

TEST_CASE("A connection is kept if it is open still, and not if the server closed it") {
  Server server;
  CHECK(serving_facts(journal_of(server)).keeps_alive);
  server.kept = Outcome::closed_announced;
  CHECK_FALSE(serving_facts(journal_of(server)).keeps_alive);
}

TEST_CASE("Without an answer it does not serve, and the step that failed says why") {
  Server server;
  server.status = 0;
  Journal journal = journal_of(server);
  journal.insert(journal.begin() + 5, Event{0, Source::driver, StepEnded{2, false, "0 of 5 connections"}});
  CHECK(serving_facts(journal).trouble == "0 of 5 connections");
}

TEST_CASE("An end is told with its status, its time and who outlived it") {
  End end;
  end.launcher = 15;
  end.left = 3;
  end.flight = Outcome::truncated;
  const SignalFacts facts = signal_facts(journal_of({}, end));
  CHECK(facts.sent);
  CHECK(facts.ended);
  CHECK(facts.status == 15);
  CHECK(facts.took_ms > 0);
  CHECK(facts.left == 3);
  CHECK(facts.flight == Outcome::truncated);
}

TEST_CASE("Of a launcher that lives on it is told who was replaced") {
  End end;
  end.launcher.reset();
  end.others = {{11, 0}, {12, 0}};
  end.come = {21, 22};
  const SignalFacts facts = signal_facts(journal_of({}, end));
  CHECK_FALSE(facts.ended);
  CHECK(facts.came == 2);
  CHECK(facts.remained == 1);
}

TEST_CASE("Lines about children are told with how these ended") {
  Server server;
  server.lines = {"worker 11 is up", "10 is the launcher", "a line of nobody"};
  End end;
  end.lines = {"worker 12 was killed"};
  end.others = {{12, 9}};
  const auto lines = lines_about_children(journal_of(server, end));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].pid == 11);
  CHECK_FALSE(lines[0].after_signal);
  CHECK_FALSE(lines[0].status);
  CHECK(lines[1].pid == 12);
  CHECK(lines[1].after_signal);
  CHECK(lines[1].status == 9);
}

TEST_CASE("Numbers that are no pids, and bytes that are no text, are no lines about children") {
  Server server;
  server.lines = {"worker 99999999999999999999 is up", "worker 11 \xff"};
  CHECK(lines_about_children(journal_of(server)).empty());
  CHECK(first_lines(journal_of(server), 1) == std::vector<std::string>{"worker 99999999999999999999 is up"});
}

}  // namespace clusterspec::tests
