// What is written is read again as the same.
#include "load/toml_writer.hpp"

#include <filesystem>

#include "load/tests/loading.hpp"

namespace clusterspec {
namespace {

namespace fs = std::filesystem;

// Every key of it with its value, also those that have their defaults.
std::string all_of(const Scenario& scenario) {
  std::string text;
  const auto add = [&](auto&& describe) {
    for (const TomlKey& key : toml_keys(describe)) text += key.key + "=" + key.value + "\n";
  };
  add([&](auto&& visit) { Scenario::describe(scenario, visit); });
  add([&](auto&& visit) { Launch::describe(scenario.launch, visit); });
  text += scenario.launches_itself ? "launches itself\n" : "";
  const auto add_one = [&](const auto& variant, const auto& whole) {
    std::visit([&](const auto& it) { add([&](auto&& visit) { it.describe(it, visit); }); }, variant);
    add([&](auto&& visit) { whole.describe_common(whole, visit); });
  };
  for (const Step& step : scenario.steps) add_one(step.action, step);
  for (const Expectation& expectation : scenario.expectations) add_one(expectation.subject, expectation);
  return text;
}

TEST_CASE("every scenario of this tree comes back from its written form") {
  const std::string directory = std::string(SOURCE_DIR) + "/scenarios";
  const auto source = read_source(directory + "/requirements.toml");
  REQUIRE(source);
  const auto catalogue = load_catalogue(*source);
  REQUIRE(catalogue);
  int cases = 0;
  for (const char* suite : {"/documented", "/production"})
    for (const auto& entry : fs::recursive_directory_iterator(directory + suite)) {
      if (entry.path().extension() != ".toml") continue;
      const auto scenarios = load_combinations(*read_source(entry.path()), "n", &*catalogue);
      REQUIRE(scenarios);
      for (const Scenario& scenario : *scenarios) {
        ++cases;
        const std::string text = scenario_text(scenario);
        INFO(entry.path() << "\n" << text);
        const auto again = load_scenario({"written.toml", text}, "n", {}, &*catalogue);
        if (!again) FAIL(joined(again.error()));
        CHECK(all_of(*again) == all_of(scenario));
        CHECK(scenario_text(*again) == text);
      }
    }
  CHECK(cases > 100);
}

TEST_CASE("values are written exactly") {
  using namespace std::chrono_literals;
  CHECK(toml_text(Duration(1500ms)) == "\"1500ms\"");
  CHECK(toml_text(Duration(1234567ns)) == "\"1234567ns\"");
  CHECK(toml_text(Duration(60s)) == "\"60s\"");
  CHECK(toml_text(Duration(0)) == "\"0s\"");
  CHECK(toml_text(1e-9) == "1e-09");
  CHECK(toml_text(2.0) == "2.0");
  CHECK(toml_text(std::string("a\"b\\c\n\x7f")) == "\"a\\\"b\\\\c\\u000a\\u007f\"");
  CHECK(toml_text(std::vector<std::string>{"a"}) == "\"a\"");
  CHECK(toml_text(std::vector<std::string>{}) == "[]");
  CHECK(toml_text(std::optional<int>()).empty());
  CHECK(toml_text(Link{}).empty());
  CHECK(toml_text(Link{5ms, 0}) == "{ delay = \"5ms\" }");
  CHECK(toml_text(Link{5ms, 0.01}) == "{ delay = \"5ms\", loss = 0.01 }");
}

TEST_CASE("a link is written and read again") {
  const Scenario scenario = scenario_of("link = { delay = \"5ms\", loss = 0.01 }\n" + k_head + k_expect);
  const Scenario again = scenario_of(scenario_text(scenario));
  CHECK(again.link.delay == scenario.link.delay);
  CHECK(again.link.loss == scenario.link.loss);
}

TEST_CASE("a written step begins with its verb and leaves out what is as usual") {
  Scenario scenario =
      scenario_of(k_head + "[[step]]\nlaunch = \"server\"\n[[step]]\nbytes = 3\nopen = \"a\"\n" + k_expect);
  CHECK(scenario_text(scenario).find(
            "[[step]]\nlaunch = \"server\"\n\n[[step]]\nopen = \"a\"\nbytes = 3\n\n") != std::string::npos);
}

}  // namespace
}  // namespace clusterspec
