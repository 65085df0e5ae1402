#include <catch2/catch.hpp>

#include "plan/plan.hpp"

namespace clusterspec {
namespace {

const Machine k_able{true, true, true, true, {}};

Implementation able() {
  Implementation it;
  it.name = "server";
  it.endpoint = {"-p", "{port}"};
  it.value = {"{value}"};
  it.clustering = Clustering{{{"short", {"-w", "{workers}"}}}, "short"};
  it.log = {"started {pid}", "stopped {pid}", "failed {pid}", "terminating"};
  it.requests = {{"quick", {}}, {"slow", {}}, {"body", {}}, {"upload", {}}};
  return it;
}

Implementation bare() {
  Implementation it;
  it.name = "server";
  it.dialect.launcher_serves = false;
  it.dialect.restarts_workers = true;
  it.dialect.shares_listener = true;
  return it;
}

Scenario with_step(StepAction action) {
  Scenario it;
  it.steps.push_back({std::move(action), {}, {}, {}});
  return it;
}
Scenario with_expectation(ExpectationSubject subject) {
  Scenario it;
  it.expectations.push_back({std::move(subject), {}, {}, {}});
  return it;
}

}  // namespace

TEST_CASE("each stated need is met by an able server on an able machine and named otherwise") {
  for (const auto& [capability, name] : Names<Capability>::table) {
    INFO(name);
    Scenario it;
    it.needs = {capability};
    CHECK(skip_reason(it, able(), k_able) == "");
    CHECK(skip_reason(it, bare(), Machine{}) != "");
  }
}

TEST_CASE("reasons are sentences") {
  Scenario it;
  it.needs = {Capability::launcher_serves};
  CHECK(skip_reason(it, bare(), k_able) == "server's launcher does not serve");
  it.needs = {Capability::slow_request};
  CHECK(skip_reason(it, bare(), k_able) == "server states no request of kind \"slow\"");
  it.needs = {Capability::failed_line};
  CHECK(skip_reason(it, bare(), k_able) == "server prints no \"failed\" line");
}

TEST_CASE("requests need their kind, nothing needs none") {
  Open open;
  open.request = "upload";
  CHECK(skip_reason(with_step(open), able(), k_able) == "");
  CHECK(skip_reason(with_step(open), bare(), k_able) == "server states no request of kind \"upload\"");
  open.request = "nothing";
  CHECK(skip_reason(with_step(open), bare(), k_able) == "");
  CHECK(skip_reason(with_step(Load{}), bare(), k_able) == "server states no request of kind \"quick\"");
}

TEST_CASE("gates, injected errors and signals between processes need notification") {
  const Machine machine{true, false, true, true, {}};
  CHECK(skip_reason(with_step(Hold{}), able(), machine) != "");
  CHECK(skip_reason(with_step(AwaitHeld{}), able(), machine) != "");
  CHECK(skip_reason(with_step(Inject{}), able(), machine) != "");
  CHECK(skip_reason(with_expectation(ExpectSignals{}), able(), machine) != "");
  ExpectProcesses executions;
  CHECK(skip_reason(with_expectation(executions), able(), machine) == "");
  executions.executions = 1;
  CHECK(skip_reason(with_expectation(executions), able(), machine) != "");
  CHECK(skip_reason(with_expectation(executions), able(), k_able) == "");
}

TEST_CASE("lines that are judged or awaited must be declared") {
  Await await;
  await.what = Awaited::line;
  await.line = LineKind::stopped;
  CHECK(skip_reason(with_step(await), bare(), k_able) == "server prints no \"stopped\" line");
  CHECK(skip_reason(with_expectation(ExpectLines{}), bare(), k_able) == "server prints no \"started\" line");
}

TEST_CASE("a launch needs what it asks for") {
  Scenario it;
  it.launch.terminal = true;
  CHECK(skip_reason(it, able(), Machine{true, true, false, true, {}}) ==
        "this machine gives no pseudo-terminal");
  it.launch = {};
  it.launch.defaults = true;
  CHECK(skip_reason(it, able(), Machine{false, true, true, true, {}}) != "");
  it.launch = {};
  it.launch.spelling = "long";
  CHECK(skip_reason(it, able(), k_able) ==
        "server has no spelling \"long\" of its clustering option, only short");
  it.launch = {};
  it.launch.values = {"a"};
  CHECK(skip_reason(it, bare(), k_able) == "server has no option that carries an arbitrary value");
}

TEST_CASE("a count needs a place in the arguments") {
  Implementation server = bare();
  Scenario it;
  it.launch.workers = {"2"};
  CHECK(skip_reason(it, server, k_able) == "server has no option that sets the number of workers");
  server.arguments = {"--count={workers}"};
  CHECK(skip_reason(it, server, k_able) == "");
  it.launch.workers = {"2", "3"};
  CHECK(skip_reason(it, server, k_able) != "");
}

TEST_CASE("a link needs namespaces and a machine that can make one") {
  Scenario it;
  const Machine without_namespaces{false, true, true, true, {}};
  Machine without_link = k_able;
  without_link.no_link = "open /dev/net/tun: Permission denied";
  it.link.delay = std::chrono::milliseconds(5);
  CHECK(skip_reason(it, able(), k_able) == "");
  CHECK(skip_reason(it, able(), without_namespaces) ==
        "a link between client and server needs network namespaces of its own");
  CHECK(skip_reason(it, able(), without_link) ==
        "this machine gives no link between client and server: open /dev/net/tun: Permission denied");
  it.link.delay = {};
  CHECK(skip_reason(it, able(), without_namespaces) == "");
  CHECK(skip_reason(it, able(), without_link) == "");
}

TEST_CASE("kernel settings need a network of one's own and a kernel that has them") {
  Scenario it;
  it.sysctl = {"net.ipv4.a=1", "net.ipv4.b=2"};
  Machine machine = k_able;
  CHECK(skip_reason(it, able(), machine) == "");
  machine.no_sysctl["net.ipv4.b=2"] = "no such file";
  CHECK(skip_reason(it, able(), machine) == "this machine does not let net.ipv4.b=2 be set: no such file");
  machine.namespaces = false;
  CHECK(skip_reason(it, able(), machine) != "");
}

TEST_CASE("behaviours are asked for by name, other users by root") {
  Scenario it;
  it.launch.options = {"force"};
  CHECK(skip_reason(it, able(), k_able) == "server states no option \"force\" under [options]");
  Implementation server = able();
  server.options["force"] = {"--force"};
  CHECK(skip_reason(it, server, k_able) == "");
  Occupy occupy;
  CHECK(skip_reason(with_step(occupy), able(), k_able) == "");
  occupy.other_user = true;
  CHECK(skip_reason(with_step(occupy), able(), k_able) == "only root can be another user");
  Machine machine = k_able;
  machine.other_users = true;
  CHECK(skip_reason(with_step(occupy), able(), machine) == "");
}

TEST_CASE("the launch table of a scenario that launches by itself asks for nothing") {
  Scenario it = with_step(Launch{});
  it.launches_itself = true;
  it.launch.spelling = "unknown";
  CHECK(skip_reason(it, able(), k_able) == "");
  std::get<Launch>(it.steps[0].action).spelling = "unknown";
  CHECK(skip_reason(it, able(), k_able) != "");
}

}  // namespace clusterspec
