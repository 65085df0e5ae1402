// What is broken when a step could not be done.
#include "journal_builder.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;
using Catch::Matchers::Contains;

namespace {

using Verdicts = std::map<RequirementId, Verdict>;

JournalBuilder stopped_at(int step) {
  JournalBuilder builder;
  builder.get<StepEnded>(step) = StepEnded{step, false, "it did not come"};
  return builder;
}

Judgement judged_as_failed(const Scenario& scenario, const JournalBuilder& builder) {
  const auto judgement = judge(scenario, healthy_implementation(), builder.journal());
  INFO(told(judgement));
  CHECK(judgement.verdict == Verdict::fail);
  return judgement;
}

// The one that is broken; what the scenario is about is not judged, and the reason says why.
void breaks(const RequirementId& id, const Scenario& scenario, const JournalBuilder& builder) {
  const auto judgement = judged_as_failed(scenario, builder);
  INFO(told(judgement));
  CHECK(judgement.requirements == Verdicts{{id, Verdict::fail}, {"area.must", Verdict::skip}});
  CHECK_THAT(judgement.reason, Contains("could not be done: "));
}

bool is_second(Pid pid) { return pid == k_second; }

}  // namespace

TEST_CASE("A server whose workers do not all listen never becomes ready") {
  breaks("share.every-process-listens", scenario_with({}), stopped_at(0));
}

TEST_CASE("Where a worker was never started its listener is no second fault") {
  auto builder = stopped_at(0);
  builder.remove<Appeared>([](const Appeared& e) { return is_second(e.pid); });
  builder.remove<Executed>([](const Executed& e) { return is_second(e.pid); });
  builder.remove<Described>([](const Described& e) { return is_second(e.pid); });
  builder.remove<Listening>([](const Listening& e) { return is_second(e.pid); });
  breaks("launch.exact-count", scenario_with({}), builder);
}

TEST_CASE("A child that listens and never executed anything is the worker that is missing") {
  auto builder = stopped_at(0);
  builder.remove<Executed>([](const Executed& e) { return is_second(e.pid); });
  breaks("launch.fresh-image", scenario_with({}), builder);
}

TEST_CASE("A second instance that does not start is what its scenario is about") {
  Scenario scenario = scenario_with({});
  scenario.steps[0].action = Await{Awaited::ready, target("second/launcher"), "", {}, {}, false, {}};
  CHECK(judged_as_failed(scenario, stopped_at(0)).requirements == Verdicts{{"area.must", Verdict::fail}});
}

TEST_CASE("Before anything was done to it a server serves") {
  breaks("share.every-process-serves", scenario_with({}), stopped_at(1));
  Scenario disturbed = scenario_with({});
  std::swap(disturbed.steps[1].action, disturbed.steps[2].action);
  CHECK(judged_as_failed(disturbed, stopped_at(2)).requirements == Verdicts{{"area.must", Verdict::fail}});
}

TEST_CASE("A cluster that was interrupted ends") {
  breaks("terminate.interrupt-reaches-all", scenario_with({}), stopped_at(3));
  Scenario pressed = scenario_with({});
  pressed.steps[2].action = Press{};
  breaks("terminate.interrupt-reaches-all", pressed, stopped_at(3));
}

TEST_CASE("A cluster that does not end because of processes nobody asked for has too many processes") {
  auto builder = stopped_at(3);
  builder.insert(builder.position<Signalled>(), Appeared{9, k_first, k_launcher, k_launcher},
                 Source::notification);
  const auto judgement = judged_as_failed(scenario_with({}), builder);
  CHECK(judgement.requirements.at("launch.exact-count") == Verdict::fail);
  CHECK_FALSE(judgement.requirements.contains("terminate.interrupt-reaches-all"));
}

TEST_CASE("Signals that are not for all are the scenario's own affair, and so is the end they bring") {
  Scenario one = scenario_with({});
  one.steps[2].action = SendSignal{Signal{k_interrupt}, target("worker 1"), 1};
  CHECK(judged_as_failed(one, stopped_at(3)).requirements == Verdicts{{"area.must", Verdict::fail}});
  Scenario other = scenario_with({});
  other.steps[2].action = SendSignal{Signal{k_terminate}, target("group"), 1};
  CHECK(judged_as_failed(other, stopped_at(3)).requirements == Verdicts{{"area.must", Verdict::fail}});
}

TEST_CASE("A line that does not come is missed by the requirement that asks for it") {
  const auto awaiting = [](LineKind kind) {
    Scenario scenario = scenario_with({});
    scenario.steps[3].action = Await{Awaited::line, target("workers"), "", kind, {}, false, {}};
    return scenario;
  };
  breaks("launch.announced", awaiting(LineKind::started), stopped_at(3));
  breaks("exit.clean-announced", awaiting(LineKind::stopped), stopped_at(3));
  breaks("exit.failure-announced", awaiting(LineKind::failed), stopped_at(3));
  breaks("terminate.announced", awaiting(LineKind::terminating), stopped_at(3));
  // Whom the interrupt did not reach has nothing to announce.
  auto builder = stopped_at(3);
  auto& second = builder.description(k_second);
  second.group = second.session = k_second;
  breaks("terminate.interrupt-reaches-all", awaiting(LineKind::terminating), builder);
}

TEST_CASE("A gate that nobody comes to stands for the call it is at") {
  const auto held_at = [](Call call) {
    Scenario scenario = scenario_with({});
    scenario.steps[0].action = Hold{call, target("workers"), "gate"};
    scenario.steps[1].action = AwaitHeld{"gate", 1, {}};
    return scenario;
  };
  breaks("launch.fresh-image", held_at(Call::execve), stopped_at(1));
  breaks("share.every-process-listens", held_at(Call::bind), stopped_at(1));
  breaks("share.every-process-listens", held_at(Call::listen), stopped_at(1));
  CHECK(judged_as_failed(held_at(Call::exit_group), stopped_at(1)).requirements ==
        Verdicts{{"area.must", Verdict::fail}});
  Scenario last_call = held_at(Call::exit_group);
  last_call.steps[3].action = AwaitHeld{"gate", 1, {}};
  breaks("terminate.interrupt-reaches-all", last_call, stopped_at(3));
}
