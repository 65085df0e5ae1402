#include "journal_builder.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

ExpectLines lines(LineKind kind) {
  ExpectLines expect;
  expect.line = kind;
  return expect;
}

ExpectLines announced() {
  auto expect = lines(LineKind::started);
  expect.once_about_each = true;
  return expect;
}

ExpectLines terminating() {
  auto expect = lines(LineKind::terminating);
  expect.once_by_each = true;
  expect.of = target("all");
  return expect;
}

// Worker 1 ended with exit code 1, and the launcher says so.
JournalBuilder with_failure(const std::string& status = "256") {
  JournalBuilder builder;
  builder.end(k_first).status = 256;
  builder.line("< worker 3").text = " ! worker process 3 failed with " + status;
  return builder;
}

void nobody_known(JournalBuilder& builder) {
  for (int i = 0; i < 7; ++i) builder.get<Output>(i).writer = 0;
}

}  // namespace

TEST_CASE("No more lines than at most") {
  ExpectLines most = lines(LineKind::started);
  most.at_most = 2;
  holds(most);
  most.at_most = 1;
  fails(most, JournalBuilder{}, "2, the last \" > worker 4 started\"");
  JournalBuilder none;
  none.remove<Output>();
  holds(most, none);
}

TEST_CASE("One line about each worker") {
  holds(announced());
  JournalBuilder missing;
  missing.remove<Output>([](const Output& o) { return o.text == " > worker 4 started"; });
  fails(announced(), missing, "none about worker 2 (pid 4)");
  JournalBuilder doubled;
  doubled.double_event(doubled.line_position("worker 3 started"));
  fails(announced(), doubled, "2 about worker 1 (pid 3)");
  JournalBuilder mangled;
  mangled.line("worker 3 started").text = "worker 3 started";
  fails(announced(), mangled, "none about worker 1 (pid 3)");
}

TEST_CASE("A line about a pid that is no worker's is told apart from a missing one") {
  JournalBuilder stranger;
  stranger.insert(stranger.line_position("worker 4 started"),
                  Output{Stream::out, k_launcher, " > worker 99 started"});
  fails(announced(), stranger, "names pid 99, which is none of worker 1 (pid 3) and worker 2 (pid 4)");
}

TEST_CASE("One line by each process, by who wrote it and not by number") {
  holds(terminating());
  JournalBuilder same_writer;
  same_writer
      .where<Output>(
          [](const Output& o) { return o.text == " > terminating gracefully" && o.writer == k_first; })
      .writer = k_second;
  const auto judgement = judged(terminating(), same_writer);
  REQUIRE(judgement.findings.size() == 2);
  CHECK_THAT(judgement.findings[0].actual, Catch::Matchers::Contains("2 by worker 2 (pid 4)"));
  CHECK_THAT(judgement.findings[1].actual, Catch::Matchers::Contains("none by worker 1 (pid 3)"));
  JournalBuilder missing;
  missing.remove<Output>(
      [](const Output& o) { return o.text == " > terminating gracefully" && o.writer == k_second; });
  fails(terminating(), missing, "none by worker 2 (pid 4)");
  JournalBuilder foreign;
  foreign.insert(foreign.line_position("terminating"), Output{Stream::out, 99, " > terminating gracefully"});
  fails(terminating(), foreign, "one by process 99");
}

TEST_CASE("Where no writer is known the lines are counted") {
  JournalBuilder builder;
  nobody_known(builder);
  holds(terminating(), builder);
  JournalBuilder more = builder;
  more.double_event(more.line_position("terminating"));
  fails(terminating(), more, "4 lines for 3 processes");
  JournalBuilder fewer = builder;
  fewer.remove<Output>([done = false](const Output& o) mutable {
    return o.text == " > terminating gracefully" && !std::exchange(done, true);
  });
  fails(terminating(), fewer, "2 lines for 3 processes");
}

TEST_CASE("Lines written by whom they should be") {
  auto expect = lines(LineKind::started);
  expect.by = target("launcher");
  holds(expect);
  JournalBuilder other;
  other.line("worker 4 started").writer = k_second;
  fails(expect, other, "\" > worker 4 started\" by worker 2 (pid 4)");
  JournalBuilder unknown;
  nobody_known(unknown);
  cannot_be_judged(expect, unknown, "is not known");
}

TEST_CASE("The number of lines") {
  auto expect = lines(LineKind::stopped);
  expect.count = 2;
  holds(expect);
  JournalBuilder more;
  more.double_event(more.line_position("worker 3 stopped"));
  fails(expect, more, "3, the first \" < worker 3 stopped\"");
  expect.count = 0;
  fails(expect, JournalBuilder{}, "2");
  auto none = lines(LineKind::failed);
  none.count = 0;
  holds(none);
}

TEST_CASE("The status in a line is the raw wait status") {
  auto expect = lines(LineKind::failed);
  expect.real_status = true;
  holds(expect, with_failure());
  fails(expect, with_failure("1"), "says 1, the raw wait status of worker 1 (pid 3) is 256 (exit code 1)");
  auto unknown = with_failure();
  unknown.end(k_first).status.reset();
  cannot_be_judged(expect, unknown, "the wait status of worker 1 (pid 3) is not known");
  auto nobody = with_failure();
  nobody.line("failed with").text = " ! worker process 99 failed with 256";
  fails(expect, nobody, "names pid 99, which no process has");
}

TEST_CASE("What is said of each line does not hold because there is none") {
  auto expect = lines(LineKind::failed);
  expect.real_status = true;
  fails(expect, JournalBuilder{}, "none was printed");
}

TEST_CASE("Lines are whole") {
  auto expect = lines(LineKind::terminating);
  expect.whole = true;
  holds(expect);
  JournalBuilder mixed;
  mixed.line("terminating").text = " > terminating > terminating gracefully gracefully";
  mixed.line("terminating > ").whole = false;
  fails(expect, mixed, "\" > terminating > terminating gracefully gracefully\"");
  // It is no piece of another line.
  auto other = lines(LineKind::started);
  other.whole = true;
  holds(other, mixed);
}

TEST_CASE("An end is announced after the start of the same pid") {
  auto expect = lines(LineKind::stopped);
  expect.after_started = true;
  holds(expect);
  JournalBuilder late;
  late.move(late.line_position("worker 4 started"), late.position<CleanedUp>());
  fails(expect, late, "\" < worker 4 stopped\" came before it");
  JournalBuilder never;
  never.remove<Output>([](const Output& o) { return o.text == " > worker 3 started"; });
  fails(expect, never, "came without one");
}

TEST_CASE("Lines on standard output") {
  auto expect = lines(LineKind::started);
  expect.on_stdout = true;
  holds(expect);
  JournalBuilder elsewhere;
  elsewhere.line("worker 4 started").stream = Stream::err;
  fails(expect, elsewhere, "1 of 2 on standard error");
}

TEST_CASE("A line that the implementation does not declare is our error") {
  auto implementation = healthy_implementation();
  implementation.log.started.reset();
  cannot_be_judged(announced(), JournalBuilder{}, "declares no `started` line", implementation);
  implementation.log.started = " > a worker started";
  JournalBuilder builder;
  builder.line("worker 3 started").text = " > a worker started";
  cannot_be_judged(announced(), builder, "has no {pid}", implementation);
}

TEST_CASE("What a server printed reaches a finding only escaped") {
  JournalBuilder builder;
  builder.line("worker 4 started").text = " > worker 4 started";
  builder.insert(builder.line_position("worker 4 started"), Output{Stream::err, k_first, "\x1b[2J\xff"});
  builder.get<Output>(1).whole = false;
  auto expect = lines(LineKind::started);
  expect.whole = true;
  const auto finding = fails(expect, builder, "\\x1b[2J\\xff");
  CHECK(finding.actual.find('\x1b') == std::string::npos);
}

TEST_CASE("A message on standard error names the address") {
  const ExpectMessage expect{"{address}"};
  JournalBuilder silent;
  fails(expect, silent, "nothing was written to standard error");
  JournalBuilder vague;
  vague.append_before_cleaning(Output{Stream::err, 0, "bind failed"});
  fails(expect, vague, "\"bind failed\"");
  JournalBuilder clear;
  clear.append_before_cleaning(Output{Stream::err, 0, "cannot listen on 0.0.0.0:3000: address in use"});
  holds(expect, clear);
  JournalBuilder elsewhere;
  elsewhere.append_before_cleaning(Output{Stream::out, 0, "cannot listen on 0.0.0.0:3000"});
  fails(expect, elsewhere, "nothing was written to standard error");
}

TEST_CASE("Any message will do where no text is asked for, but there must be one") {
  const ExpectMessage expect{""};
  fails(expect, JournalBuilder{}, "nothing was written");
  JournalBuilder said;
  said.append_before_cleaning(Output{Stream::err, 0, "no"});
  holds(expect, said);
}
