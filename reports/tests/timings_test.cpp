#include "reports/timings.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace clusterspec;
using namespace std::chrono_literals;

namespace {

CaseTimings of_case(const std::string& id, Duration step, Duration server) {
  CaseTimings timings;
  timings.case_id = id;
  timings.parts = {{"cell", 1ms}, {"step 1: await ready", step}, {"step 2: await exited, of all", 2ms}};
  timings.server = server;
  timings.cell_cpu = 3ms;
  timings.server_cpu = 4ms;
  return timings;
}

TEST_CASE("the steps of one case stand each in a row") {
  const std::string text = timings_table({of_case("a/b@x", 5ms, 6ms), of_case("a/b@x", 7ms, 6ms)});
  CHECK(text.find("step 1: await ready ") != std::string::npos);
  CHECK(text.find("step 2: await exited, of all ") != std::string::npos);
  CHECK(text.find("all in all 18.0 ms, of which from launch to last exit of the servers 12.0 ms") !=
        std::string::npos);
  CHECK(text.find("the cells 6.0 ms, the servers 8.0 ms") != std::string::npos);
}

TEST_CASE(
    "steps of several cases are told by their verb, and who takes longest beside its server comes first") {
  const std::string text = timings_table({of_case("a/quick@x", 5ms, 8ms), of_case("a/slow@x", 90ms, 20ms)});
  CHECK(text.find("steps: await ready ") != std::string::npos);
  CHECK(text.find("of all") == std::string::npos);
  CHECK(text.find("a/slow@x") < text.find("a/quick@x"));
}

TEST_CASE("a line of JSON has every part in ms, and nothing that is no text") {
  auto timings = of_case("a/b@x", 5ms, 6ms);
  timings.parts[1].name = "step 1: open \xff\n";
  const auto line = nlohmann::json::parse(timings_line(timings));
  CHECK(line["ms"] == 8.0);
  CHECK(line["server_ms"] == 6.0);
  CHECK(line["parts"][1]["part"] == "step 1: open \\xff\\n");
  CHECK(line["parts"][1]["ms"] == 5.0);
}

}  // namespace
