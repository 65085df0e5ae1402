// What is expected of a generated cluster, and what each of its faults breaks.
#include "generated_cluster.hpp"
#include "judge/charged_requirements.hpp"

namespace clusterspec::tests {

namespace {

class Expectations {
 public:
  void add(const std::string& requirement, ExpectationSubject subject) {
    const int line = 50 + static_cast<int>(m_scenario.expectations.size());
    m_scenario.verifies.push_back(requirement);
    m_scenario.expectations.push_back({std::move(subject), {requirement}, "", {m_scenario.file, line, 1}});
  }
  Scenario take() { return std::move(m_scenario); }

 private:
  Scenario m_scenario = [] {
    Scenario scenario = scenario_with({});
    scenario.verifies.clear();
    scenario.steps.clear();
    for (const char* name : {"", "", "", "kill", "interrupt", ""})
      scenario.steps.push_back({Await{}, name, {}, {scenario.file, 10, 1}});
    return scenario;
  }();
};

void add_processes(Expectations& all, const ClusterPlan& plan) {
  const auto add = [&](const char* id, const std::string& who, auto&& change) {
    ExpectProcesses expect;
    expect.of = target(who);
    change(expect);
    all.add(id, expect);
  };
  add("count", "workers", [&](auto& e) { e.count = plan.workers; });
  add("executions", "all", [](auto& e) { e.executions = 1; });
  add("same-executable", "workers", [](auto& e) { e.same_executable = true; });
  add("same-group", "workers", [](auto& e) { e.same_group = true; });
  add("same-session", "workers", [](auto& e) { e.same_session = true; });
  add("no-children", "workers", [](auto& e) { e.no_children = true; });
  add("child-of-launcher", "workers", [](auto& e) { e.child_of_launcher = true; });
  const auto look = [&](const char* id, auto&& change) {
    ExpectListeners expect;
    expect.at = "ready";
    change(expect);
    all.add(id, expect);
  };
  look("listeners", [&](auto& e) { e.count = plan.workers + 1; });
  look("one-each", [](auto& e) { e.one_each = true; });
  look("reuse-port", [](auto& e) { e.reuse_port = true; });
  look("address", [](auto& e) { e.same_address = true, e.address = "0.0.0.0:3000"; });
  all.add("arguments-removed", ExpectArguments{target("workers"), true, false});
  all.add("arguments-kept", ExpectArguments{target("workers"), false, true});
  all.add("environment", ExpectEnvironment{target("workers"), true, true});
  all.add("input", ExpectDescriptors{target("workers"), 0, {"/dev/null"}, true});
}

void add_lines(Expectations& all, const ClusterPlan& plan) {
  const auto add = [&](const char* id, LineKind kind, auto&& change) {
    ExpectLines expect;
    expect.line = kind;
    change(expect);
    all.add(id, expect);
  };
  const bool by_itself = plan.fault == Fault::failure_code || plan.fault == Fault::crash;
  const int failed = (plan.killed != 0 ? 1 : 0) + (by_itself ? 1 : 0);
  add("started", LineKind::started, [](auto& e) { e.once_about_each = true, e.by = target("launcher"); });
  if (plan.workers > 0) add("whole", LineKind::started, [](auto& e) { e.whole = true; });
  add("stopped", LineKind::stopped,
      [](auto& e) { e.once_about_each = true, e.after_started = true, e.on_stdout = true; });
  add("failed", LineKind::failed, [&](auto& e) { e.count = failed, e.real_status = true; });
  if (plan.killed == 0)
    add("terminating", LineKind::terminating, [](auto& e) { e.once_by_each = true, e.of = target("all"); });
  else
    add("terminating", LineKind::terminating,
        [&](auto& e) { e.count = plan.workers + (plan.fault == Fault::worker_added ? 1 : 0); });
}

void add_connections(Expectations& all, const ClusterPlan& plan) {
  ExpectConnections quick, slow;
  quick.group = "quick";
  quick.outcome = {Outcome::answered};
  quick.count = plan.quick;
  quick.by = target("all");
  all.add("quick", quick);
  slow.group = "slow";
  slow.outcome = {Outcome::answered};
  slow.count = plan.slow;
  slow.before = moment("step interrupt");
  all.add("slow", slow);
  all.add("served-by", ExpectServedBy{"quick", target("all"), 1, true});
}

void add_endings(Expectations& all, const ClusterPlan& plan) {
  ExpectOrder order;
  for (const char* name : {"launched", "ready", "every quick concluded", "step interrupt",
                           "every worker exited", "launcher closed its listener", "launcher exited"})
    order.moments.push_back(moment(name));
  all.add("order", order);
  all.add("exit-launcher", ExpectExit{target("launcher"), 0, false, {}});
  if (plan.killed == 0)
    all.add("exit-workers", ExpectExit{target("workers"), 0, false, {}});
  else
    all.add("exit-killed",
            ExpectExit{target("worker " + std::to_string(plan.killed)), {}, false, Signal{k_kill}});
  all.add("duration",
          ExpectDuration{std::chrono::seconds(10), moment("signalled"), moment("launcher exited")});
  all.add("port", ExpectPort{});
  all.add("signals", ExpectSignals{target("workers"), 0});
  all.add("leftovers", ExpectLeftovers{});
}

}  // namespace

Scenario scenario_of(const ClusterPlan& plan) {
  Expectations all;
  add_processes(all, plan);
  add_lines(all, plan);
  add_connections(all, plan);
  add_endings(all, plan);
  return all.take();
}

std::set<RequirementId> broken_by(const ClusterPlan& plan) {
  using namespace charged;
  switch (plan.fault) {
    case Fault::none:
      return {};
    case Fault::connection_reset:
      return {"slow"};
    case Fault::stopped_line_missing:
      return {"stopped"};
    case Fault::started_line_twice:
      return {"started"};
    case Fault::terminating_line_twice:
      return {"terminating"};
    case Fault::failure_code:
      return {"exit-workers"};
    case Fault::crash:
      return {"exit-workers", k_clean_stop};
    case Fault::launcher_closes_first:
      return {"order"};
    case Fault::argument_lost:
      return {"arguments-kept"};
    case Fault::clustering_argument_passed_on:
      return {"arguments-removed"};
    case Fault::variable_lost:
      return {"environment"};
    case Fault::own_session:
      return {"same-group", "same-session"};
    case Fault::grandchild:
      return {"no-children", k_exact_count};
    case Fault::worker_added:
      return {"count", "listeners", k_exact_count};
    case Fault::no_reuse_port:
      return {"reuse-port"};
    case Fault::listener_inherited:
      return {"one-each"};
    case Fault::idle_process:
      return {"served-by"};
    case Fault::signal_relayed:
      return {"signals"};
    case Fault::zombie_left:
    case Fault::listener_left:
      return {"leftovers", k_nothing_left};
    case Fault::port_answered:
      return {"port"};
  }
  return {};
}

}  // namespace clusterspec::tests
