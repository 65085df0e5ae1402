#include "load/tests/loading.hpp"

namespace clusterspec {

TEST_CASE("a scenario is read with all its parts") {
  const Scenario it = scenario_of(R"(
title = "The launcher serves until its last worker has exited"
why = "the document"
verifies = ["terminate.exit-code", "launch.exact-count"]
needs = ["launcher-serves", "slow-request"]
waive = ["crash"]
tags = ["long"]

[launch]
workers = "4"
terminal = true
position = "middle"
values = ["a b", ""]
environment = ["A=b"]

[[step]]
await = "ready"
within = "2s"

[[step]]
open = "slow"
request = "slow"
per-process = 2
until = "handled"
delay = "150ms"

[[step]]
press = "ctrl-c"
name = "interrupt"

[[step]]
signal = "TERM"
to = "worker 2"

[[step]]
await = "line"
line = "stopped"
of = "workers"
count = 4

[[expect]]
connections = "slow"
outcome = "answered"
never = ["refused", "hung"]
by = "workers"
before = "step interrupt"
verifies = "launch.exact-count"
hint = "H"

[[expect]]
order = ["every worker exited", "launcher closed its listener", "launcher exited"]

[[expect]]
duration = "250ms"
from = "signalled"
to = "launcher exited"

[[expect]]
served-by = "slow"
processes = "all"

[[expect]]
spread = "slow"
over = "all"
p = 1e-6
)");
  CHECK(it.name == "documented/s");
  CHECK(it.needs == std::vector{Capability::launcher_serves, Capability::slow_request});
  CHECK(it.waive == std::vector{Standing::crash});
  CHECK(it.launch.workers == std::vector<std::string>{"4"});
  CHECK(it.launch.position == Position::middle);
  CHECK(it.launch.values == std::vector<std::string>{"a b", ""});
  CHECK_FALSE(it.launches_itself);
  REQUIRE(it.steps.size() == 5);
  CHECK(std::get<Await>(it.steps[0].action).within == std::chrono::seconds(2));
  const auto& open = std::get<Open>(it.steps[1].action);
  CHECK(open.per_process == 2);
  CHECK(open.until == Progress::handled);
  CHECK(open.delay == std::chrono::milliseconds(150));
  CHECK(it.steps[2].name == "interrupt");
  CHECK(std::get<SendSignal>(it.steps[3].action).signal == *parse_signal("TERM"));
  CHECK(std::get<SendSignal>(it.steps[3].action).to == *parse_target("worker 2"));
  CHECK(std::get<Await>(it.steps[4].action).line == LineKind::stopped);
  REQUIRE(it.expectations.size() == 5);
  const auto& connections = std::get<ExpectConnections>(it.expectations[0].subject);
  CHECK(connections.outcome == std::vector{Outcome::answered});
  CHECK(connections.never == std::vector{Outcome::refused, Outcome::hung});
  CHECK(connections.by == parse_target("workers").value());
  CHECK(to_text(*connections.before) == "step interrupt");
  CHECK(it.expectations[0].verifies == std::vector<RequirementId>{"launch.exact-count"});
  CHECK(it.expectations[0].hint == "H");
  CHECK(it.expectations[0].where == Location{"s.toml", 42, 1});
  CHECK(std::get<ExpectOrder>(it.expectations[1].subject).moments.size() == 3);
  CHECK(std::holds_alternative<ExpectServedBy>(it.expectations[3].subject));
  CHECK(std::get<ExpectSpread>(it.expectations[4].subject).p == Approx(1e-6));
}

TEST_CASE("the count of workers is a string, a number or a list of either") {
  CHECK(scenario_of(k_head + "[launch]\nworkers = 2\n" + k_expect).launch.workers ==
        std::vector<std::string>{"2"});
  CHECK(scenario_of(k_head + "[launch]\nworkers = [1, \"x\", -1]\n" + k_expect).launch.workers ==
        std::vector<std::string>{"1", "x", "-1"});
}

TEST_CASE("every combination of the matrix is a scenario, the last axis fastest") {
  const auto loaded = combinations_of(k_head + R"([matrix]
workers = [1, 4]
position = ["first", "last"]
[launch]
workers = "{workers}"
position = "{position}"
terminal = "{t}"
[[expect]]
processes = "workers"
count = "{workers + 1}"
)");
  REQUIRE_FALSE(loaded);  // {t} is no axis
  const auto good = combinations_of(k_head + R"([matrix]
workers = [1, 4]
position = ["first", "last"]
t = [true]
d = ["20ms"]
[launch]
workers = ["{workers}", "{workers * 2}"]
position = "{position}"
terminal = "{t}"
[[step]]
await = "ready"
within = "{d}"
[[expect]]
processes = "workers"
count = "{workers + 1}"
[[expect]]
processes = "worker {workers}"
count = "{ workers - 1 }"
)");
  if (!good) FAIL(joined(good.error()));
  REQUIRE(good->size() == 4);
  CHECK((*good)[1].combination ==
        Combination{{"workers", "1"}, {"position", "last"}, {"t", "true"}, {"d", "20ms"}});
  CHECK((*good)[2].launch.workers == std::vector<std::string>{"4", "8"});
  CHECK((*good)[2].launch.position == Position::first);
  CHECK((*good)[2].launch.terminal);
  CHECK(std::get<ExpectProcesses>((*good)[2].expectations[0].subject).count == 5);
  CHECK(std::get<ExpectProcesses>((*good)[2].expectations[1].subject).count == 3);
  CHECK(std::get<ExpectProcesses>((*good)[2].expectations[1].subject).of == *parse_target("worker 4"));
}

TEST_CASE("one combination can be read by itself, as for a saved journal") {
  const SourceText source{"s.toml",
                          k_head + "[matrix]\nn = [1, 2]\n[launch]\nworkers = \"{n}\"\n" + k_expect};
  const auto loaded = load_scenario(source, "x", {{"n", "7"}}, nullptr);
  REQUIRE(loaded);
  CHECK(loaded->launch.workers == std::vector<std::string>{"7"});
  CHECK_FALSE(load_scenario(source, "x", {}, nullptr));
  CHECK_FALSE(load_scenario(source, "x", {{"n", "1"}, {"m", "1"}}, nullptr));
}

TEST_CASE("a link's delay may be an axis, and no delay is no link") {
  const auto loaded = combinations_of("link = { delay = \"{delay}\" }\n" + k_head +
                                      "[matrix]\ndelay = [\"0ms\", \"5ms\"]\n" + k_expect);
  REQUIRE(loaded);
  REQUIRE(loaded->size() == 2);
  CHECK_FALSE((*loaded)[0].link.there());
  CHECK((*loaded)[1].link.there());
  CHECK((*loaded)[1].link.delay == std::chrono::milliseconds(5));
  CHECK_FALSE(scenario_of(k_head + k_expect).link.there());
  CHECK(to_text(scenario_of("link = { delay = \"1.5ms\", loss = 0.01 }\n" + k_head + k_expect).link) ==
        "1.5ms each way, 1% of packets lost");
}

TEST_CASE("the axes are in the order of the file") {
  const auto matrix = load_matrix({"s.toml", "[matrix]\nz = [1]\na = [\"x\", \"y\"]\nm = [true]\n"});
  REQUIRE(matrix);
  CHECK(*matrix == Matrix{{"z", {"1"}}, {"a", {"x", "y"}}, {"m", {"true"}}});
  CHECK(load_matrix({"s.toml", ""})->empty());
}

TEST_CASE("what is filled in later stays, braces that are no placeholder too") {
  const Scenario it = scenario_of(k_head + R"([launch]
values = ["{port} {host} {dir}", '{"a": 1}', "{", "}{}"]
[[expect]]
message = "{address}"
)");
  CHECK(it.launch.values == std::vector<std::string>{"{port} {host} {dir}", "{\"a\": 1}", "{", "}{}"});
  CHECK(std::get<ExpectMessage>(it.expectations[0].subject).text == "{address}");
}

TEST_CASE("a gate's name is the name of its step too") {
  const Scenario it = scenario_of(k_head + R"([[step]]
hold = "bind"
name = "gate"
[[step]]
launch = "server"
workers = 1
[[step]]
await-held = "gate"
[[step]]
release = "gate"
[[expect]]
order = ["step gate", "launcher exited"]
)");
  CHECK(it.launches_itself);
  CHECK(std::get<Hold>(it.steps[0].action).name == "gate");
  CHECK(it.steps[0].name == "gate");
}

TEST_CASE("an implementation is read with all its parts") {
  const auto loaded = load_implementation({"i.toml", R"(
name = "server"
executable = "{built}/server"
version = ["--version"]
arguments = ["-c", "{dir}/conf"]
endpoint = ["-p", "{port}"]
start-within = "3s"
[build]
command = ["cc", "-o", "{built}/server", "server.c"]
sources = ["server.c"]
[environment]
A = "b"
[clustering]
usual = "short"
spellings.short = ["-w", "{workers}"]
spellings.long = ["--workers={workers}"]
[files."conf/server.conf"]
text = "port {port};\n"
mode = "0600"
[[known]]
requirement = "terminate.exit-code"
reason = "it says 1"
[[skip]]
scenario = "documented/share/*"
reason = "it is none"
[dialect]
launcher-serves = false
listener-count = "{workers * 2}"
graceful-signal = "TERM"
graceful-target = "launcher"
fast-signals = ["INT", "QUIT"]
reload-signal = "HUP"
forks = true
[log]
started = "worker {pid} up"
[requests.quick]
path = "/"
[requests.slow]
path = "/slow?ms={delay}"
headers = ["X-A: b"]
)"});
  if (!loaded) FAIL(joined(loaded.error()));
  CHECK(loaded->clustering->spellings.at("long") == std::vector<std::string>{"--workers={workers}"});
  CHECK(loaded->build->command.at(2) == "{built}/server");
  CHECK(loaded->build->sources == std::vector<std::string>{"server.c"});
  CHECK(loaded->dialect.listener_count == "{workers * 2}");
  CHECK(loaded->dialect.graceful_target.role == Role::launcher);
  CHECK(loaded->log.started == "worker {pid} up");
  CHECK_FALSE(loaded->log.failed);
  CHECK(loaded->requests.at("slow").path == "/slow?ms={delay}");
  CHECK(loaded->environment.at("A") == "b");
  CHECK(loaded->start_within == std::chrono::seconds(3));
  CHECK(loaded->files.at("conf/server.conf").text == "port {port};\n");
  CHECK(permissions_of(loaded->files.at("conf/server.conf")) == 0600);
  CHECK(loaded->dialect.fast_signals == std::vector{*parse_signal("INT"), *parse_signal("QUIT")});
  CHECK(loaded->dialect.reload_signal == *parse_signal("HUP"));
  CHECK(loaded->dialect.forks);
  REQUIRE(loaded->known.size() == 1);
  CHECK(loaded->known[0].scenario == "*");
  REQUIRE(loaded->skip.size() == 1);
  CHECK(loaded->skip[0].reason == "it is none");
  CHECK(loaded->file == "i.toml");
  CHECK_FALSE(loaded->text.empty());
}

TEST_CASE("a catalogue is read in its order") {
  const auto loaded = load_catalogue({"r.toml", R"(
[[requirement]]
id = "b.x"
level = "should"
suite = "documented"
basis = "quoted"
source = "Launching"
text = "T"
quote = "Q"
[[requirement]]
id = "a.y"
level = "may"
suite = "production"
basis = "derived"
source = "S"
text = "T"
)"});
  REQUIRE(loaded);
  CHECK(loaded->size() == 2);
  CHECK(loaded->front().id == "b.x");
  CHECK(loaded->front().level == Level::should);
  CHECK(loaded->back().suite == Suite::production);
}

}  // namespace clusterspec
