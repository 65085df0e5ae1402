#include "journal_builder.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

ExpectProcesses of(const std::string& who) {
  ExpectProcesses expect;
  expect.of = target(who);
  return expect;
}

// A child of worker 1, executed or not.
JournalBuilder with_grandchild() {
  JournalBuilder builder;
  const auto at = builder.position<Listening>(2);
  builder.insert(at, Executed{9, "/usr/bin/server", {"server"}, true}, Source::notification);
  builder.insert(at, Appeared{9, k_first, k_launcher, k_launcher}, Source::notification);
  return builder;
}

JournalBuilder with_third_worker() {
  JournalBuilder builder;
  const auto at = builder.position<Listening>(2);
  builder.insert(at, Executed{5, "/usr/bin/server", {"server"}, true}, Source::notification);
  builder.insert(at, Appeared{5, k_launcher, k_launcher, k_launcher}, Source::notification);
  return builder;
}

JournalBuilder without_second_worker() {
  JournalBuilder builder;
  builder.remove<Appeared>([](const Appeared& e) { return e.pid == k_second; });
  builder.remove<Executed>([](const Executed& e) { return e.pid == k_second; });
  builder.remove<Described>([](const Described& e) { return e.pid == k_second; });
  builder.remove<Listening>([](const Listening& e) { return e.pid == k_second; });
  builder.remove<Exiting>([](const Exiting& e) { return e.pid == k_second; });
  builder.remove<Exited>([](const Exited& e) { return e.pid == k_second; });
  builder.remove<Reaped>([](const Reaped& e) { return e.pid == k_second; });
  return builder;
}

}  // namespace

TEST_CASE("As many workers as asked for") {
  auto expect = of("workers");
  expect.count = 2;
  holds(expect);
  fails(expect, without_second_worker(), "1: worker 1 (pid 3)");
  fails(expect, with_third_worker(), "3: worker 1 (pid 3), worker 2 (pid 4) and worker 3 (pid 5)");
}

TEST_CASE("Processes alive at a look") {
  auto expect = of("workers");
  expect.at = "ready";
  expect.count = 2;
  holds(expect);
  auto all = of("all");
  all.at = "ready";
  all.count = 3;
  holds(all);

  JournalBuilder gone;
  gone.processes("ready").processes.pop_back();
  fails(expect, gone, "1: worker 1 (pid 3)");
  JournalBuilder zombie;
  zombie.processes("ready").processes[1].state = 'Z';
  fails(expect, zombie, "1: worker 2 (pid 4)");
  JournalBuilder unseen;
  unseen.remove<ProcessesSeen>();
  cannot_be_judged(expect, unseen, "no look \"ready\"");
}

TEST_CASE("A pid that comes round again is another process") {
  // Worker 1 is gone and reaped before the look, and its pid is borne by something else.
  JournalBuilder builder;
  const auto at = builder.position<StepBegun>(0);
  builder.insert(at, Appeared{k_first, 1, 77, 77}, Source::notification);
  builder.insert(at, Reaped{k_first}, Source::pidfd);
  builder.insert(at, Exited{k_first, 0}, Source::pidfd);
  auto expect = of("workers");
  expect.at = "ready";
  expect.count = 2;
  fails(expect, builder, "1: worker 2 (pid 4)");
}

TEST_CASE("No zombie at a look") {
  auto expect = of("workers");
  expect.at = "ready";
  expect.reaped = true;
  holds(expect);
  JournalBuilder zombie;
  zombie.processes("ready").processes[1].state = 'Z';
  fails(expect, zombie, "worker 1 (pid 3) ended and nobody had waited");
}

TEST_CASE("One execve call for each worker") {
  auto expect = of("workers");
  expect.executions = 1;
  holds(expect);

  JournalBuilder twice;
  twice.double_event(twice.position<Executed>(2));
  fails(expect, twice, "2 of worker 2 (pid 4)");

  JournalBuilder polled;
  polled.remove<Executed>();
  for (int i = 0; i < 3; ++i) polled.set_source(polled.position<Appeared>(i), Source::polling);
  cannot_be_judged(expect, polled, "were not watched");

  // Forks without an execve are no workers: there is none.
  JournalBuilder forks;
  forks.remove<Executed>([](const Executed& e) { return e.pid != k_launcher; });
  fails(expect, forks, "no such process was ever started");
}

TEST_CASE("Workers run the launcher's executable") {
  auto expect = of("workers");
  expect.same_executable = true;
  holds(expect);
  JournalBuilder other;
  other.description(k_second).executable = "/tmp/other";
  fails(expect, other, "\"/tmp/other\" of worker 2 (pid 4)");
  JournalBuilder undescribed;
  undescribed.remove<Described>([](const Described& d) { return d.pid == k_first; });
  cannot_be_judged(expect, undescribed, "the executable of worker 1 (pid 3) was not observed");
}

TEST_CASE("Workers stay in the launcher's group and session") {
  auto group = of("workers");
  group.same_group = true;
  holds(group);
  JournalBuilder own_group;
  own_group.description(k_first).group = k_first;
  fails(group, own_group, "3 of worker 1 (pid 3)");
  auto session = of("workers");
  session.same_session = true;
  holds(session);
  JournalBuilder own_session;
  own_session.description(k_second).session = k_second;
  fails(session, own_session, "4 of worker 2 (pid 4)");
}

TEST_CASE("No worker starts a process") {
  auto expect = of("workers");
  expect.no_children = true;
  holds(expect);
  fails(expect, with_grandchild(), "process 9");
  auto launcher = of("launcher");
  launcher.no_children = true;
  fails(launcher, JournalBuilder{}, "worker 1 (pid 3) and worker 2 (pid 4)");
}

TEST_CASE("Workers are direct children of the launcher") {
  auto expect = of("workers");
  expect.child_of_launcher = true;
  holds(expect);
  fails(expect, with_grandchild(), "process 9 is a child of worker 1 (pid 3)");
}

TEST_CASE("What is said of each worker does not hold because there is none") {
  auto expect = of("workers");
  expect.same_group = true;
  JournalBuilder none = without_second_worker();
  none.remove<Appeared>([](const Appeared& e) { return e.pid == k_first; });
  none.remove<Executed>([](const Executed& e) { return e.pid == k_first; });
  fails(expect, none, "no such process was ever started");
  none.get<Launched>().workers = 0;
  holds(expect, none);
}
