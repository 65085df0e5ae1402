#include "journal_builder.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

ExpectListeners at_ready() {
  ExpectListeners expect;
  expect.at = "ready";
  return expect;
}

}  // namespace

TEST_CASE("As many listening sockets as processes") {
  auto expect = at_ready();
  expect.count = 3;
  holds(expect);
  JournalBuilder fewer;
  fewer.listeners("ready").listeners.pop_back();
  fails(expect, fewer, "2: 0.0.0.0:3000, socket 102 held by launcher (pid 2)");
  JournalBuilder unseen;
  unseen.remove<ListenersSeen>();
  cannot_be_judged(expect, unseen, "no look \"ready\"");
}

TEST_CASE("Listeners on other ports are none of the case's business") {
  auto expect = at_ready();
  expect.count = 3;
  expect.same_address = true;
  JournalBuilder other;
  auto& listeners = other.listeners("ready").listeners;
  listeners.push_back(listeners.front());
  listeners.back().socket = 900;
  listeners.back().port = 9000;
  holds(expect, other);
}

TEST_CASE("Launcher and workers hold one listener each") {
  auto expect = at_ready();
  expect.one_each = true;
  holds(expect);

  JournalBuilder without;
  without.listeners("ready").listeners.pop_back();
  fails(expect, without, "worker 2 (pid 4) holds none");

  JournalBuilder inherited;
  inherited.listeners("ready").listeners[2].holders = {k_launcher};
  fails(expect, inherited, "launcher (pid 2) holds 2 and worker 2 (pid 4) holds none");

  JournalBuilder unknown;
  unknown.listeners("ready").listeners[1].holders.clear();
  cannot_be_judged(expect, unknown, "who holds 0.0.0.0:3000, socket 103");
}

TEST_CASE("A listener with two holders is named with both") {
  auto expect = at_ready();
  expect.one_each = true;
  JournalBuilder shared;
  shared.listeners("ready").listeners[0].holders = {k_launcher, 99};
  const auto finding = fails(expect, shared, "socket 102 held by launcher (pid 2) and process 99");
  CHECK_THAT(finding.hint, Catch::Matchers::Contains("inherited"));
}

TEST_CASE("A launcher that does not serve needs no listener") {
  auto expect = at_ready();
  expect.one_each = true;
  JournalBuilder workers_only;
  auto& listeners = workers_only.listeners("ready").listeners;
  listeners.erase(listeners.begin());
  fails(expect, workers_only, "launcher (pid 2) holds none");
  auto implementation = healthy_implementation();
  implementation.dialect.launcher_serves = false;
  holds(expect, workers_only, implementation);
}

TEST_CASE("A worker that ended before the look holds nothing and need not") {
  auto expect = at_ready();
  expect.one_each = true;
  JournalBuilder dead;
  dead.listeners("ready").listeners.pop_back();
  dead.remove<Exited>([](const Exited& e) { return e.pid == k_second; });
  dead.insert(dead.position<StepBegun>(0), Exited{k_second, 0}, Source::pidfd);
  holds(expect, dead);
}

TEST_CASE("SO_REUSEPORT on every listener") {
  auto expect = at_ready();
  expect.reuse_port = true;
  holds(expect);
  JournalBuilder without;
  without.get<Listening>(1).reuse_port = false;
  fails(expect, without, "not set on 0.0.0.0:3000, socket 103");
  // What the dump itself says counts first.
  JournalBuilder seen;
  seen.listeners("ready").listeners[0].reuse_port = false;
  fails(expect, seen, "socket 102");
  JournalBuilder unknown;
  unknown.remove<Listening>([](const Listening& e) { return e.pid == k_second; });
  cannot_be_judged(expect, unknown, "was not recorded");
}

TEST_CASE("One address and port for all") {
  auto expect = at_ready();
  expect.same_address = true;
  holds(expect);
  JournalBuilder other;
  other.listeners("ready").listeners[2].address = "127.0.0.1";
  fails(expect, other, "0.0.0.0:3000 and 127.0.0.1:3000");
}

TEST_CASE("The address that the scenario names") {
  auto expect = at_ready();
  expect.address = "0.0.0.0:3000";
  holds(expect);
  JournalBuilder other;
  other.listeners("ready").listeners[2].address = "127.0.0.1";
  fails(expect, other, "127.0.0.1:3000, socket 104");
  JournalBuilder none;
  none.listeners("ready").listeners.clear();
  fails(expect, none, "no listener");
  expect.address = "[::]:3000";
  JournalBuilder six;
  for (auto& listener : six.listeners("ready").listeners) listener.address = "::";
  holds(expect, six);
}
