#include "journal_builder.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

ExpectConnections answered() {
  ExpectConnections expect;
  expect.group = "quick";
  expect.outcome = {Outcome::answered};
  return expect;
}

ExpectServedBy served_by(const std::string& who) { return {"quick", target(who), 1, true}; }

// So many connections of a group at each of the three processes.
JournalBuilder with_load(int at_launcher, int at_first, int at_second) {
  JournalBuilder builder;
  const auto at = builder.position<StepBegun>(2);
  const auto add = [&](int count, Pid pid) {
    for (int i = 0; i < count; ++i) {
      Concluded one;
      one.group = "load";
      one.outcome = Outcome::answered;
      one.pid = pid;
      builder.insert(at, one, Source::probe);
    }
  };
  add(at_launcher, k_launcher);
  add(at_first, k_first);
  add(at_second, k_second);
  return builder;
}

}  // namespace

TEST_CASE("Every connection answered") {
  holds(answered());
  JournalBuilder refused;
  refused.get<Concluded>(2).outcome = Outcome::refused;
  refused.get<Concluded>(2).pid = 0;
  refused.get<Concluded>(2).listener = 0;
  fails(answered(), refused, "1 of 6: 1 refused");
}

TEST_CASE("Outcomes are counted by who held the connection") {
  JournalBuilder reset;
  for (int i = 0; i < 3; ++i) {
    reset.get<Concluded>(i).outcome = Outcome::reset_queued;
    reset.get<Concluded>(i).pid = 0;
    reset.get<Concluded>(i).listener = i < 2 ? k_second_socket : k_launcher_socket;
  }
  const auto finding =
      fails(answered(), reset, "3 of 6: 2 reset-queued at worker 2 (pid 4) and 1 reset-queued at launcher");
  CHECK_THAT(finding.hint, Catch::Matchers::Contains("EAGAIN"));
}

TEST_CASE("Outcomes follow one another as their clients began") {
  ExpectConnections expect;
  expect.group = "quick";
  expect.in_order = {Outcome::answered, Outcome::refused};
  holds(expect);
  const auto refuse = [](JournalBuilder& builder, int index) {
    auto& one = builder.get<Concluded>(index);
    one.outcome = Outcome::refused;
    one.pid = 0;
    one.listener = 0;
  };
  JournalBuilder gone;
  for (int i = 0; i < 6; ++i) gone.get<Concluded>(i).begun = 100 + i;
  refuse(gone, 4);
  refuse(gone, 5);
  holds(expect, gone);
  JournalBuilder back = gone;
  refuse(back, 2);
  fails(expect, back, "1 of 6: 1 answered at launcher (pid 2) begun after one that was refused");
  // What is in no phase is for other expectations to judge.
  back.get<Concluded>(3).outcome = Outcome::hung;
  holds(expect, back);
}

TEST_CASE("A close is announced by the last answer") {
  ExpectConnections expect;
  expect.group = "quick";
  expect.announced = true;
  JournalBuilder announced;
  for (int i = 0; i < 6; ++i) {
    announced.get<Concluded>(i).answers = i;
    announced.get<Concluded>(i).close_announced = i > 0;
  }
  holds(expect, announced);
  announced.get<Concluded>(1).close_announced = false;
  fails(expect, announced, "not in that of 1 of 6");
}

TEST_CASE("Outcomes that must never be") {
  ExpectConnections expect;
  expect.group = "quick";
  expect.never = {Outcome::refused, Outcome::hung};
  holds(expect);
  JournalBuilder hung;
  hung.get<Concluded>(4).outcome = Outcome::hung;
  fails(expect, hung, "1 of 6: 1 hung at worker 1 (pid 3)");
}

TEST_CASE("A connection that is wrong in two ways is told once") {
  auto expect = answered();
  expect.never = {Outcome::refused};
  JournalBuilder refused;
  refused.get<Concluded>(0).outcome = Outcome::refused;
  fails(expect, refused, "1 of 6");
}

TEST_CASE("The number of connections is exact") {
  auto expect = answered();
  expect.count = 6;
  holds(expect);
  JournalBuilder fewer;
  fewer.remove<Concluded>([](const Concluded& c) { return c.connection == 0; });
  fails(expect, fewer, "5");
  JournalBuilder more;
  more.double_event(more.position<Concluded>());
  fails(expect, more, "7");
}

TEST_CASE("Connections held by whom they should be") {
  auto expect = answered();
  expect.by = target("all");
  holds(expect);
  expect.by = target("launcher");
  fails(expect, JournalBuilder{},
        "4 of 6: 2 answered at worker 1 (pid 3) and 2 answered at worker 2 (pid 4)");
  JournalBuilder unknown;
  unknown.get<Concluded>(0).pid = 0;
  unknown.get<Concluded>(0).listener = 0;
  expect.by = target("all");
  cannot_be_judged(expect, unknown, "who held connection 0");
}

TEST_CASE("Only connections begun before a moment") {
  auto expect = answered();
  expect.before = moment("signalled");
  expect.count = 6;
  holds(expect);
  JournalBuilder late;
  Concluded refused;
  refused.group = "quick";
  refused.outcome = Outcome::refused;
  late.append_before_cleaning(refused);
  holds(expect, late);
  expect.before = moment("launcher exited");
  holds(expect, late);
  expect.before.reset();
  expect.count.reset();
  fails(expect, late, "1 of 7: 1 refused");
}

TEST_CASE("A moment that never came bounds nothing") {
  auto expect = answered();
  expect.before = moment("signalled");
  JournalBuilder builder;
  builder.remove<Signalled>();
  fails(expect, builder, "\"signalled\" did not happen");
}

TEST_CASE("Each process answered some, nobody else did") {
  holds(served_by("all"));
  fails(served_by("workers"), JournalBuilder{}, "2 of 6: 2 by launcher (pid 2)");
  auto open = served_by("workers");
  open.nobody_else = false;
  holds(open);
  JournalBuilder idle;
  for (int i = 0; i < 6; ++i)
    if (idle.get<Concluded>(i).pid == k_second) idle.get<Concluded>(i).pid = k_first;
  fails(served_by("all"), idle, "0 by worker 2 (pid 4)");
  auto more = served_by("all");
  more.at_least = 2;
  holds(more);
  more.at_least = 3;
  fails(more, JournalBuilder{}, "2 by launcher (pid 2), 2 by worker 1 (pid 3) and 2 by worker 2 (pid 4)");
}

TEST_CASE("An answer by an unknown process is our error where it matters") {
  JournalBuilder unknown;
  unknown.get<Concluded>(0).pid = 0;
  unknown.get<Concluded>(0).listener = 0;
  cannot_be_judged(served_by("all"), unknown, "who gave 1 answer");
}

TEST_CASE("Only answers count as service") {
  JournalBuilder reset;
  for (int i = 0; i < 6; ++i)
    if (reset.get<Concluded>(i).pid == k_second) reset.get<Concluded>(i).outcome = Outcome::reset;
  fails(served_by("all"), reset, "of 4 answers: 0 by worker 2 (pid 4)");
}

TEST_CASE("Connections spread evenly") {
  ExpectSpread expect;
  expect.group = "load";
  expect.over = target("all");
  expect.at_least = 300;
  holds(expect, with_load(100, 110, 90));
  fails(expect, with_load(200, 100, 20), "20 at worker 2 (pid 4)");
  cannot_be_judged(expect, with_load(90, 90, 90), "needs 300 connections, 270 are known");
  // Who was never accepted counts against the server, not against the observation.
  JournalBuilder hung = with_load(100, 110, 89);
  Concluded never_accepted;
  never_accepted.group = "load";
  never_accepted.outcome = Outcome::hung;
  hung.insert(hung.position<StepBegun>(2), never_accepted, Source::probe);
  fails(expect, hung, "1 connection had reached no process");
  // One process alone is always even, however the others fare.
  expect.over = target("worker 1");
  holds(expect, with_load(0, 300, 0));
}

TEST_CASE("A process that gets none is uneven at any probability") {
  ExpectSpread expect;
  expect.group = "load";
  expect.over = target("all");
  expect.p = 0;
  expect.at_least = 4;
  fails(expect, with_load(2, 2, 0), "0 at worker 2 (pid 4)");
}
