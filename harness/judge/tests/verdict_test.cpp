// Steps that were not done, levels, skips and errors.
#include "journal_builder.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;
using Catch::Matchers::Contains;

namespace {

ExpectProcesses worker_count(int count) {
  ExpectProcesses expect;
  expect.of = target("workers");
  expect.count = count;
  return expect;
}

Judgement judged_all(const Scenario& scenario, const JournalBuilder& builder) {
  return judge(scenario, healthy_implementation(), builder.journal());
}

// The launcher never ended: the case was stopped at the deadline of step 4 and cleaned up.
JournalBuilder stopped() {
  JournalBuilder builder;
  builder.get<StepEnded>(3) = StepEnded{3, false, "launcher (pid 2) had not exited after 5s"};
  builder.remove<Exited>([](const Exited& e) { return e.pid == k_launcher; });
  builder.remove<Exiting>([](const Exiting& e) { return e.pid == k_launcher; });
  builder.get<PortProbed>().state = PortState::answered;
  return builder;
}

}  // namespace

TEST_CASE("A step that was not done is a finding of the requirement that it verifies") {
  Scenario scenario = scenario_with({});
  scenario.verifies = {"area.must", "area.should"};
  scenario.steps[3].verifies = {"area.should"};
  const auto judgement = judged_all(scenario, stopped());
  INFO(told(judgement));
  CHECK(judgement.verdict == Verdict::fail);
  REQUIRE(judgement.findings.size() == 1);
  const auto& finding = judgement.findings[0];
  CHECK(finding.requirement == "area.should");
  CHECK(finding.expected == "await exited of launcher");
  CHECK(finding.actual == "launcher (pid 2) had not exited after 5s");
  CHECK(finding.where.line == 13);
  CHECK(finding.evidence.size() == 2);
  // The other one was not shown to hold.
  CHECK(judgement.requirements ==
        std::map<RequirementId, Verdict>{{"area.must", Verdict::skip}, {"area.should", Verdict::fail}});
}

TEST_CASE("A step that names no requirement, and stands for none, breaks the scenario's") {
  Scenario scenario = scenario_with({});
  scenario.verifies = {"area.must", "area.should"};
  scenario.steps[2].action = SendSignal{Signal{k_interrupt}, target("launcher"), 1};
  CHECK(judged_all(scenario, stopped()).findings.size() == 2);
}

TEST_CASE("What did not come after a step that was not done is not held against the server") {
  ExpectOrder order{{moment("every worker exited"), moment("launcher exited")}};
  ExpectExit exit{target("launcher"), 0, false, {}};
  ExpectPort port{PortState::refused, "end"};
  ExpectLines lines;
  lines.line = LineKind::failed;
  lines.count = 1;
  Scenario scenario = scenario_with({order, exit, port, lines, ExpectLeftovers{}});
  const auto judgement = judged_all(scenario, stopped());
  INFO(told(judgement));
  CHECK(judgement.findings.size() == 1);
  CHECK_THAT(judgement.findings[0].expected, Contains("await exited"));
}

TEST_CASE("What was seen to be wrong before counts beside the step") {
  Scenario scenario = scenario_with({worker_count(1)});
  scenario.verifies = {"area.must", "area.should"};
  scenario.steps[3].verifies = {"area.must"};
  scenario.expectations[0].verifies = {"area.should"};
  const auto judgement = judged_all(scenario, stopped());
  INFO(told(judgement));
  REQUIRE(judgement.findings.size() == 2);
  CHECK(judgement.findings[1].requirement == "area.should");
}

TEST_CASE("A case that was stopped still has its standing checks") {
  auto builder = stopped();
  builder.end(k_first).status = k_segmentation_fault;
  const auto judgement = judged_all(scenario_with({}), builder);
  REQUIRE(judgement.findings.size() == 2);
  CHECK(judgement.findings[1].requirement == "terminate.workers-stop-cleanly");
}

TEST_CASE("One finding for each requirement that an expectation verifies") {
  Scenario scenario = scenario_with({worker_count(1)});
  scenario.verifies = {"area.must", "area.should"};
  scenario.waive = {Standing::unexpected_process};
  CHECK(judged_all(scenario, {}).findings.size() == 2);
  scenario.expectations[0].verifies = {"area.should"};
  const auto judgement = judged_all(scenario, {});
  REQUIRE(judgement.findings.size() == 1);
  CHECK(judgement.requirements ==
        std::map<RequirementId, Verdict>{{"area.must", Verdict::pass}, {"area.should", Verdict::fail}});
}

TEST_CASE("The scenario's hint comes before our own") {
  Scenario scenario = scenario_with({worker_count(1)});
  CHECK_FALSE(judged_all(scenario, {}).findings.at(0).hint.empty());
  scenario.expectations[0].hint = "look here";
  CHECK(judged_all(scenario, {}).findings.at(0).hint == "look here");
}

TEST_CASE("A requirement of level may is recorded and fails nothing") {
  const auto may = judged_all(scenario_with({worker_count(1)}, "area.may"), {});
  CHECK(may.verdict == Verdict::pass);
  CHECK(may.findings.size() == 1);
  CHECK(may.requirements == std::map<RequirementId, Verdict>{{"area.may", Verdict::fail}});
  CHECK(judged_all(scenario_with({worker_count(1)}, "area.should"), {}).verdict == Verdict::fail);
  // A requirement that the journal gives no level is taken for a must.
  CHECK(judged_all(scenario_with({worker_count(1)}, "area.unknown"), {}).verdict == Verdict::fail);
}

TEST_CASE("A fault of the harness is an error, whatever else was seen") {
  JournalBuilder builder;
  builder.append_before_cleaning(HarnessFault{"netlink: out of memory"});
  const auto judgement = judged_all(scenario_with({worker_count(1)}), builder);
  CHECK(judgement.verdict == Verdict::error);
  CHECK(judgement.reason == "netlink: out of memory");
  CHECK(judgement.findings.empty());
  CHECK(judgement.requirements == std::map<RequirementId, Verdict>{{"area.must", Verdict::error}});
}

TEST_CASE("A journal that was cut off is an error") {
  JournalBuilder builder;
  builder.remove<CaseEnded>();
  CHECK(judged_all(scenario_with({}), builder).verdict == Verdict::error);
  CHECK_THAT(judged_all(scenario_with({}), builder).reason, Contains("case-ended"));
  CHECK(judge(scenario_with({}), healthy_implementation(), Journal{}).verdict == Verdict::error);
}

TEST_CASE("A clean-up that is not complete is an error") {
  JournalBuilder builder;
  builder.get<CleanedUp>().complete = false;
  CHECK(judged_all(scenario_with({}), builder).verdict == Verdict::error);
}

TEST_CASE("A case that was found to mean nothing is skipped") {
  JournalBuilder builder;
  builder.append_before_cleaning(CaseSkipped{"no pty here"});
  const auto judgement = judged_all(scenario_with({worker_count(1)}), builder);
  CHECK(judgement.verdict == Verdict::skip);
  CHECK(judgement.reason == "no pty here");
  CHECK(judgement.requirements == std::map<RequirementId, Verdict>{{"area.must", Verdict::skip}});
}

TEST_CASE("A failure that was seen outweighs what was not observed, which its requirement still shows") {
  Scenario scenario = scenario_with({worker_count(1), ExpectPort{PortState::answered, "nowhere"}});
  scenario.verifies = {"area.must", "area.should"};
  scenario.waive = {Standing::unexpected_process};
  scenario.expectations[0].verifies = {"area.must"};
  scenario.expectations[1].verifies = {"area.should"};
  const auto judgement = judged_all(scenario, {});
  CHECK(judgement.verdict == Verdict::fail);
  CHECK_THAT(judgement.reason, Contains("the port was not probed"));
  CHECK(judgement.requirements ==
        std::map<RequirementId, Verdict>{{"area.must", Verdict::fail}, {"area.should", Verdict::error}});
}
