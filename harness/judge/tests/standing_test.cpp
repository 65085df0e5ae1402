#include "journal_builder.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;
using Catch::Matchers::Contains;

namespace {

Judgement judged_standing(const JournalBuilder& builder, std::vector<Standing> waive = {},
                          const Implementation& implementation = healthy_implementation()) {
  Scenario scenario = scenario_with({});
  scenario.waive = std::move(waive);
  return judge(scenario, implementation, builder.journal());
}

void fails_standing(const JournalBuilder& builder, Standing standing, const RequirementId& requirement,
                    const std::string& says) {
  const auto judgement = judged_standing(builder);
  INFO(told(judgement));
  CHECK(judgement.verdict == Verdict::fail);
  REQUIRE(judgement.findings.size() == 1);
  CHECK(judgement.findings[0].requirement == requirement);
  CHECK_THAT(judgement.findings[0].actual, Contains(says));
  CHECK_FALSE(judgement.findings[0].hint.empty());
  CHECK(judgement.requirements.at(requirement) == Verdict::fail);
  CHECK(judgement.requirements.at("area.must") == Verdict::pass);
  CHECK(judged_standing(builder, {standing}).verdict == Verdict::pass);
}

void passes_standing(const JournalBuilder& builder) {
  const auto judgement = judged_standing(builder);
  INFO(told(judgement));
  CHECK(judgement.verdict == Verdict::pass);
}

JournalBuilder with_survivor() {
  JournalBuilder builder;
  builder.remove<Exited>([](const Exited& e) { return e.pid == k_second; });
  builder.remove<Reaped>([](const Reaped& e) { return e.pid == k_second; });
  builder.get<CleanedUp>().killed = {{k_second, 1, 'S', "server"}};
  return builder;
}

// The case ended with the whole cluster running, and the harness killed it.
JournalBuilder with_cluster_up() {
  JournalBuilder builder;
  builder.remove<Exited>();
  builder.remove<Exiting>();
  builder.remove<Reaped>();
  builder.get<CleanedUp>().killed = {{k_launcher, 1, 'S', "server"},
                                     {k_first, k_launcher, 'S', "server"},
                                     {k_second, k_launcher, 'S', "server"}};
  return builder;
}

}  // namespace

TEST_CASE("A healthy case passes every standing check") { passes_standing(JournalBuilder{}); }

TEST_CASE("A worker that outlived the launcher is left over") {
  fails_standing(with_survivor(), Standing::leftovers, "terminate.nothing-left", "worker 2 (pid 4)");
}

TEST_CASE("A process that nobody saw start is left over by its command") {
  JournalBuilder builder;
  builder.get<CleanedUp>().killed = {{77, 1, 'S', "helper\x1b"}};
  fails_standing(builder, Standing::leftovers, "terminate.nothing-left", "process 77 \"helper\\x1b\"");
}

TEST_CASE("A cluster that nobody asked to end leaves nothing over") {
  auto builder = with_cluster_up();
  builder.remove<Signalled>();
  passes_standing(builder);
}

TEST_CASE("A worker that was asked to end alone leaves the others in their right") {
  auto builder = with_cluster_up();
  builder.get<Signalled>() = Signalled{0, k_first, k_interrupt, false};
  passes_standing(builder);
}

TEST_CASE("A launcher that was asked to end and did not is left over") {
  fails_standing(with_cluster_up(), Standing::leftovers, "terminate.nothing-left",
                 "left over: launcher (pid 2)");
}

TEST_CASE("That the harness killed the launcher first makes no leftovers of its workers") {
  auto builder = with_cluster_up();
  builder.remove<Signalled>();
  builder.append_before_cleaning(Exited{k_launcher, k_kill});
  builder.append_before_cleaning(Exited{k_first, k_kill});
  passes_standing(builder);
}

TEST_CASE("An expectation that found it is not repeated by the standing check") {
  Scenario scenario = scenario_with({ExpectLeftovers{}}, "terminate.nothing-left");
  const auto judgement = judge(scenario, healthy_implementation(), with_survivor().journal());
  CHECK(judgement.findings.size() == 1);
}

TEST_CASE("More workers than asked for are unexpected") {
  JournalBuilder builder;
  builder.get<Launched>().workers = 1;
  fails_standing(builder, Standing::unexpected_process, "launch.exact-count",
                 "worker 2 (pid 4), where 1 worker was asked for");
  auto implementation = healthy_implementation();
  implementation.dialect.restarts_workers = true;
  CHECK(judged_standing(builder, {}, implementation).verdict == Verdict::pass);
}

TEST_CASE("A launcher that was given up on is no leftover: the step that waited for it has said so") {
  JournalBuilder builder;
  builder.remove<Exited>([](const Exited& e) { return e.pid == k_launcher; });
  builder.remove<Exiting>([](const Exiting& e) { return e.pid == k_launcher; });
  builder.get<CleanedUp>().killed = {{k_launcher, 1, 'S', "server"}};
  fails_standing(builder, Standing::leftovers, "terminate.nothing-left", "launcher (pid 2)");
  builder.get<StepEnded>(3) = StepEnded{3, false, "still running: launcher"};
  const auto findings = judged_standing(builder).findings;
  REQUIRE(findings.size() == 1);
  CHECK(findings.front().requirement == "terminate.interrupt-reaches-all");
}

TEST_CASE("A process that a worker started is unexpected") {
  JournalBuilder builder;
  builder.insert(builder.position<Signalled>(), Appeared{9, k_first, k_launcher, k_launcher},
                 Source::notification);
  fails_standing(builder, Standing::unexpected_process, "launch.exact-count",
                 "process 9, a child of worker 1 (pid 3)");
}

TEST_CASE("A bare fork of the launcher beyond its workers is unexpected") {
  JournalBuilder builder;
  builder.insert(builder.position<Signalled>(), Appeared{9, k_launcher, k_launcher, k_launcher},
                 Source::notification);
  fails_standing(builder, Standing::unexpected_process, "launch.exact-count",
                 "process 9, where 2 workers were asked for");
}

TEST_CASE("A worker in the place of a dead one breaks another requirement than one too many") {
  JournalBuilder builder;
  const auto after_end = builder.position<Exited>([](const Exited& e) { return e.pid == k_first; }) + 1;
  builder.insert(after_end, Executed{9, "/usr/bin/server", {"server"}, true}, Source::notification);
  builder.insert(after_end, Appeared{9, k_launcher, k_launcher, k_launcher}, Source::notification);
  fails_standing(builder, Standing::unexpected_process, "exit.not-restarted",
                 "worker 3 (pid 9), where 2 workers were asked for");
}

TEST_CASE("A child that is not executed yet, or could not be, is one of the workers") {
  JournalBuilder early;
  early.remove<Executed>([](const Executed& e) { return e.pid == k_second; });
  passes_standing(early);
  JournalBuilder again;
  again.insert(again.position<Signalled>(), Executed{9, "/gone", {"gone"}, false}, Source::notification);
  again.insert(again.position<Signalled>(), Appeared{9, k_launcher, k_launcher, k_launcher},
               Source::notification);
  passes_standing(again);
}

TEST_CASE("An end by a signal that nobody sent is a crash") {
  JournalBuilder builder;
  builder.end(k_first).status = k_segmentation_fault;
  fails_standing(builder, Standing::crash, "terminate.workers-stop-cleanly",
                 "worker 1 (pid 3): killed by SIGSEGV");
}

TEST_CASE("An end by a signal of the harness is none: to the pid, to the group, typed") {
  JournalBuilder group;
  group.end(k_first).status = k_interrupt;
  passes_standing(group);
  JournalBuilder typed = group;
  typed.get<Signalled>() = Signalled{0, 0, k_interrupt, true};
  passes_standing(typed);
  JournalBuilder direct;
  direct.insert(direct.position<Signalled>(), Signalled{0, k_first, k_kill, false});
  direct.end(k_first).status = k_kill;
  passes_standing(direct);
}

TEST_CASE("A signal to the group also explains the end of a process that is seen only after it") {
  JournalBuilder unseen;
  const std::size_t after = unseen.position<Signalled>() + 1;
  unseen.insert(after, Exited{9, k_interrupt}, Source::pidfd);
  unseen.insert(after, Appeared{9, k_launcher, k_launcher, k_launcher}, Source::notification);
  CHECK(judged_standing(unseen, {Standing::unexpected_process}).verdict == Verdict::pass);
  unseen.get<Signalled>().target = k_first;
  CHECK(judged_standing(unseen, {Standing::unexpected_process}).verdict == Verdict::fail);
}

TEST_CASE("A signal to somebody else, or of the server's own, explains nothing") {
  JournalBuilder other;
  other.insert(other.position<Signalled>(), Signalled{0, k_second, k_kill, false});
  other.end(k_first).status = k_kill;
  fails_standing(other, Standing::crash, "terminate.workers-stop-cleanly",
                 "worker 1 (pid 3): killed by SIGKILL");
  JournalBuilder own;
  own.insert(own.position<Signalled>(), Signalled{k_launcher, k_first, k_kill, false});
  own.end(k_first).status = k_kill;
  fails_standing(own, Standing::crash, "terminate.workers-stop-cleanly", "sent by launcher (pid 2)");
}

TEST_CASE("An unknown status is no crash, nor is the harness's own clean-up") {
  JournalBuilder unknown;
  unknown.end(k_first).status.reset();
  passes_standing(unknown);
  auto cleaned = with_cluster_up();
  cleaned.remove<Signalled>();
  cleaned.insert(cleaned.position<CaseEnded>(), Exited{k_first, k_kill});
  passes_standing(cleaned);
}

TEST_CASE("A server that forks without end fails, with the tree of its processes") {
  JournalBuilder builder;
  std::vector<ProcessSeen> tree{{k_launcher, 1, 'T', "server"}};
  for (Pid pid = 1000; pid < 1600; ++pid) tree.push_back({pid, k_launcher, 'T', "server"});
  builder.append_before_cleaning(Runaway{"processes", 601, 512, tree});
  const auto judgement = judged_standing(builder);
  INFO(told(judgement));
  CHECK(judgement.verdict == Verdict::fail);
  REQUIRE(judgement.findings.size() == 2);
  CHECK(judgement.findings[0].requirement == "area.must");
  CHECK(judgement.findings[0].actual == "601 processes, the limit is 512");
  CHECK(judgement.findings[1].requirement == "launch.exact-count");
  CHECK_THAT(judgement.findings[1].actual, Contains("server (1000, 1001, 1002, 1003, … 600 in all)"));
}
