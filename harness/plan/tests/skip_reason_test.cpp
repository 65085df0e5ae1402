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
  it.dialect.grace_period = std::chrono::seconds(3);
  it.dialect.lossless_close = true;
  it.clustering = Clustering{{{"short", {"-w", "{workers}"}}}, "short"};
  it.log = {"started {pid}", "stopped {pid}", "failed {pid}", "terminating", {}};
  it.requests = {{"quick", {}}, {"slow", {}}, {"body", {}}, {"upload", {}}};
  return it;
}

Implementation bare() {
  Implementation it;
  it.name = "server";
  it.dialect.launcher_serves = false;
  it.dialect.restarts_workers = true;
  it.dialect.shares_listener = true;
  it.dialect.graceful_signal = Signal{3};
  it.dialect.fast_signals = {Signal{2}, Signal{15}};
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
    Implementation has = able(), lacks = bare();
    // The one need that is the other's opposite.
    if (capability == Capability::workers_restart)
      std::swap(has.dialect.restarts_workers, lacks.dialect.restarts_workers);
    CHECK(skip_reason(it, has, k_able) == "");
    CHECK(skip_reason(it, lacks, Machine{}) != "");
  }
}

TEST_CASE("closing the terminal means something else to a server that SIGHUP reloads") {
  Implementation it = able();
  CHECK(skip_reason(with_step(Press{Key::hang_up}), it, k_able) == "");
  it.dialect.reload_signal = Signal{1};
  CHECK(skip_reason(with_step(Press{Key::hang_up}), it, k_able).find("SIGHUP") != std::string::npos);
  CHECK(skip_reason(with_step(Press{Key::ctrl_c}), it, k_able) == "");
}

TEST_CASE("IPv6 is asked of the machine by who listens or connects over it") {
  Machine without = k_able;
  without.ipv6 = false;
  Open open;
  open.over = Family::ipv6;
  CHECK(skip_reason(with_step(open), able(), k_able) == "");
  CHECK(skip_reason(with_step(open), able(), without) == "this machine has no IPv6");
  Scenario it;
  it.launch.host = "::";
  CHECK(skip_reason(it, able(), without) == "this machine has no IPv6");
  it.launch.host = "127.0.0.1";
  CHECK(skip_reason(it, able(), without) == "");
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

TEST_CASE("a signal is sent by its purpose, and one that ends a server fast is no graceful one") {
  Implementation it = bare();
  CHECK(skip_reason(with_step(SendSignal{SignalWord(Purpose::graceful)}), it, k_able) == "");
  CHECK(skip_reason(with_step(SendSignal{SignalWord(Purpose::fast)}), it, k_able) == "");
  CHECK(skip_reason(with_step(SendSignal{SignalWord(Purpose::reload)}), it, k_able) ==
        "server states no reload signal");
  CHECK(skip_reason(with_step(SendSignal{Signal{15}, *parse_target("launcher")}), it, k_able) ==
        "by SIGTERM server ends fast, as its documentation says; its graceful end is SIGQUIT to the group");
  // To one worker it is what the scenario does to that worker.
  CHECK(skip_reason(with_step(SendSignal{Signal{15}, *parse_target("worker 1")}), it, k_able) == "");
  CHECK(skip_reason(with_step(SendSignal{Signal{9}, *parse_target("launcher")}), it, k_able) == "");
}

TEST_CASE("a server with another number of workers is asked only for those it has") {
  Implementation it = able();
  it.dialect.worker_count = "1";
  Scenario scenario = with_step(SendSignal{Signal{9}, *parse_target("worker 2")});
  scenario.launch.workers = {"3"};
  CHECK(skip_reason(scenario, it, k_able) == "server starts only 1 with a count of 3");
  it.dialect.worker_count = "0";
  CHECK(skip_reason(scenario, it, k_able) == "server starts no workers with a count of 3");
  it.dialect.worker_count = "{workers}";
  CHECK(skip_reason(scenario, it, k_able) == "");
  it.dialect.least_workers = 4;
  CHECK(skip_reason(scenario, it, k_able) == "server needs a count of 4 or more");
}

TEST_CASE("what a file says of scenarios and of the launcher's end is the reason") {
  Implementation it = able();
  it.skip = {{"documented/a/*", "it has no such thing"}};
  Scenario scenario;
  scenario.name = "documented/a/b";
  CHECK(skip_reason(scenario, it, k_able) == "it has no such thing");
  ExpectExit exit;
  exit.of = *parse_target("launcher");
  exit.code = 0;
  it.dialect.exit_signal = Signal{15};
  CHECK(skip_reason(with_expectation(exit), it, k_able) ==
        "after a graceful end server's launcher ends by SIGTERM, as it states");
  Open open;
  open.keep_alive = true;
  it.dialect.keep_alive = false;
  CHECK(skip_reason(with_step(open), it, k_able) == "server keeps no connection open after an answer");
}

TEST_CASE("the count may stand in a file or a variable") {
  Implementation it = able();
  it.clustering.reset();
  Scenario scenario;
  scenario.launch.workers = {"2"};
  CHECK(skip_reason(scenario, it, k_able) != "");
  it.files["server.conf"] = {"workers {workers}", "0644"};
  CHECK(skip_reason(scenario, it, k_able) == "");
}

}  // namespace clusterspec
