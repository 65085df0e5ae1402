// Against servers that exist only as a function: what fails is known exactly.
#include "capsule/shrink.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "load/load.hpp"

namespace clusterspec {
namespace {

const Catalogue k_catalogue{
    {"launch.exact-count", Level::must, Suite::documented, Basis::quoted, "", "", ""},
    {"terminate.exit-code", Level::must, Suite::documented, Basis::derived, "", "", ""}};

const std::string k_steps = R"(
environment = ["A=b", "C=d"]
values = ["x", "y", "z"]
position = "last"
[[step]]
await = "ready"
within = "2s"
[[step]]
open = "slow"
request = "slow"
count = CONNECTIONS
at-once = 32
delay = "400ms"
bytes = 1000
[[step]]
look = "there"
[[step]]
signal = "INT"
[[expect]]
exit = "launcher"
code = 0
[[expect]]
connections = "slow"
outcome = "answered"
count = CONNECTIONS
[[expect]]
processes = "workers"
count = WORKERS
at = "there"
)";

Scenario scenario_of(const std::string& text, const Combination& combination) {
  const auto loaded = load_scenario({"s.toml", text}, "documented/s", combination, &k_catalogue);
  if (!loaded) FAIL(to_text(loaded.error().front()));
  return *loaded;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at; (at = text.find(from)) != std::string::npos;) text.replace(at, from.size(), to);
  return text;
}

const std::string k_head =
    "title = \"T\"\nwhy = \"W\"\nverifies = [\"launch.exact-count\", \"terminate.exit-code\"]\n";

Scenario with_matrix() {
  return scenario_of(
      k_head + "[matrix]\nworkers = [2, 8]\nconnections = [64]\n[launch]\nworkers = \"{workers}\"\n" +
          replaced(replaced(k_steps, "CONNECTIONS", "\"{connections}\""), "WORKERS", "\"{workers}\""),
      {{"workers", "8"}, {"connections", "64"}});
}

Scenario with_numbers() {
  return scenario_of(
      k_head + "[launch]\nworkers = 8\n" + replaced(replaced(k_steps, "CONNECTIONS", "64"), "WORKERS", "8"),
      {});
}

template <class Step>
const Step* first(const Scenario& scenario) {
  for (const auto& step : scenario.steps)
    if (const auto* it = std::get_if<Step>(&step.action)) return it;
  return nullptr;
}

int workers_of(const Scenario& scenario) {
  return scenario.launch.workers.empty() ? 0 : std::stoi(scenario.launch.workers.front());
}

// A count that is not that of the steps is another failure.
bool consistent(const Scenario& scenario) {
  for (const Expectation& it : scenario.expectations) {
    if (const auto* connections = std::get_if<ExpectConnections>(&it.subject)) {
      const Open* open = first<Open>(scenario);
      if (!open || (connections->count && *connections->count != open->count)) return false;
    }
    if (const auto* processes = std::get_if<ExpectProcesses>(&it.subject))
      if (processes->count != workers_of(scenario)) return false;
  }
  return true;
}

TEST_CASE("what a failure does not need is taken away, what it needs stays") {
  for (const Scenario& start : {with_matrix(), with_numbers()}) {
    Shrinking by;
    // The second worker loses the second connection, if it is slow enough.
    by.fails = [](const Scenario& it) {
      const Open* open = first<Open>(it);
      bool expected = false;
      for (const Expectation& expectation : it.expectations)
        expected = expected || std::holds_alternative<ExpectConnections>(expectation.subject);
      return consistent(it) && expected && workers_of(it) >= 2 && open && open->count >= 2 &&
             open->delay >= std::chrono::milliseconds(90) && first<SendSignal>(it);
    };
    REQUIRE(by.fails(start));
    const Shrunk shrunk = shrink(start, k_catalogue, by);
    INFO(scenario_text(shrunk.scenario));
    CHECK(by.fails(shrunk.scenario));
    CHECK(shrunk.finished);
    CHECK(shrunk.tried < 200);
    CHECK(workers_of(shrunk.scenario) == 2);
    CHECK(first<Open>(shrunk.scenario)->count == 2);
    CHECK(first<Open>(shrunk.scenario)->at_once == 1);
    CHECK(first<Open>(shrunk.scenario)->delay == std::chrono::milliseconds(400));
    CHECK(first<Open>(shrunk.scenario)->bytes == 1);
    CHECK(shrunk.scenario.steps.size() == 2);
    CHECK(shrunk.scenario.expectations.size() == 1);
    CHECK(shrunk.scenario.launch.environment.empty());
    CHECK(shrunk.scenario.launch.values.empty());
    CHECK(shrunk.scenario.launch.position == Position::first);
    CHECK(shrunk.scenario.combination.empty());
  }
}

TEST_CASE("only what the loader accepts is tried, and nothing twice") {
  std::set<std::string> seen;
  Shrinking by;
  by.fails = [&](const Scenario& it) {
    CHECK(seen.insert(it.text).second);
    CHECK(load_scenario({"s.toml", scenario_text(it)}, "documented/s", {}, &k_catalogue));
    return false;
  };
  const Shrunk shrunk = shrink(with_matrix(), k_catalogue, by);
  CHECK(shrunk.tried == static_cast<int>(seen.size()));
  CHECK(shrunk.kept == 0);
  CHECK(workers_of(shrunk.scenario) == 8);
}

TEST_CASE("a link is left out where it has no part in it") {
  using namespace std::chrono_literals;
  Scenario start = with_numbers();
  start.link = Link{40ms, 0.01};
  Shrinking by;
  by.fails = consistent;
  CHECK_FALSE(shrink(start, k_catalogue, by).scenario.link.there());
  by.fails = [](const Scenario& it) { return consistent(it) && it.link.delay >= 5ms; };
  const Shrunk shrunk = shrink(start, k_catalogue, by);
  CHECK(shrunk.scenario.link.delay == 40ms);
  CHECK(shrunk.scenario.link.loss == 0);
}

TEST_CASE("a delay goes only if the failure does not need it") {
  using namespace std::chrono_literals;
  const Scenario start = with_numbers();
  Shrinking by;
  by.fails = [](const Scenario& it) { return consistent(it) && first<Open>(it) && first<SendSignal>(it); };
  int asked = 0;
  by.fails_every_time = [&](const Scenario& it) { return ++asked, first<Open>(it)->delay != 0ms; };
  CHECK(first<Open>(shrink(start, k_catalogue, by).scenario)->delay == 400ms);
  CHECK(asked == 1);
  by.fails_every_time = [&](const Scenario& it) { return ++asked, it.launch.values.empty(); };
  CHECK(first<Open>(shrink(start, k_catalogue, by).scenario)->delay == 0ms);
  CHECK(asked == 2);
}

TEST_CASE("a search without time keeps what it has") {
  int left = 3;
  Shrinking by;
  by.fails = [&](const Scenario& it) { return consistent(it) && left-- > 0; };
  by.out_of_time = [&] { return left <= 0; };
  const Shrunk shrunk = shrink(with_numbers(), k_catalogue, by);
  CHECK_FALSE(shrunk.finished);
  CHECK(shrunk.kept == 3);
}

TEST_CASE("a large number is found in few tries") {
  Scenario start = with_numbers();
  std::get<Open>(start.steps[1].action).bytes = 10'000'000;
  Shrinking by;
  by.fails = [](const Scenario& it) {
    const Open* open = first<Open>(it);
    return open && open->bytes > 65'536;
  };
  const Shrunk shrunk = shrink(start, k_catalogue, by);
  CHECK(first<Open>(shrunk.scenario)->bytes < 90'000);
  CHECK(shrunk.tried < 400);
}

}  // namespace
}  // namespace clusterspec
