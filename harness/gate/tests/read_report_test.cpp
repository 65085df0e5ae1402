#include <catch2/catch.hpp>

#include "reports/tests/sample_run.hpp"
#include "reports_made.hpp"

namespace clusterspec {
namespace {

TEST_CASE("a report that was read is written as it was, hostile texts and all") {
  const std::string text = json_text(sample_run(), sample_catalogue());
  const auto report = read_report(text, "r.json");
  REQUIRE(report);
  CHECK(json_text(report->run, report->catalogue) == text);
}

TEST_CASE("evidence is told as the report told it") {
  const auto report = read_report(json_text(sample_run(), sample_catalogue()), "r.json");
  REQUIRE(report);
  const std::string before = explain(sample_run().cases[1], sample_catalogue());
  const std::string line = "socket 100 listens no more  (listener of launcher)";
  CHECK(before.find(line) != std::string::npos);
  CHECK(explain(report->run.cases[1], report->catalogue).find(line) != std::string::npos);
}

TEST_CASE("what is a report's no more is refused, with the place") {
  const std::string text = json_text(a_run({a_case("a/b@it", Verdict::fail)}), a_catalogue());
  const auto wrong = [&](const std::string& part, const std::string& by) {
    std::string changed = text;
    const auto at = changed.find(part);
    REQUIRE(at != std::string::npos);
    changed.replace(at, part.size(), by);
    const auto report = read_report(changed, "r.json");
    REQUIRE_FALSE(report);
    return report.error().message;
  };
  CHECK(wrong("\"clusterspec-report\"", "\"other\"") == "r.json: it is no report of clusterspec");
  CHECK(wrong("\"version\": 1", "\"version\": 2") ==
        "r.json: it is of version 2, and this clusterspec reads version 1");
  CHECK(wrong("\"became_ready\": true", "\"became_ready\": 3") ==
        "r.json: cases[0].became_ready must be true or false, not 3");
  CHECK(wrong("\"verdict\": \"fail\"", "\"verdict\": \"failed\"")
            .find("verdict must be one of pass, fail, skip, error, untested, not \"failed\"") !=
        std::string::npos);
  CHECK(wrong("\"actual\":", "\"actually\":") == "r.json: cases[0].findings[0].actual is missing");
}

TEST_CASE("a report that a killed run left is told from one of another kind") {
  CHECK(read_report("", "r.json").error().message ==
        "r.json: it is empty: the run that was to write it has not ended, or was killed");
  const std::string text = json_text(a_run({a_case("a/b@it", Verdict::pass)}), a_catalogue());
  for (std::size_t size = 1; size + 2 < text.size(); size += 7) {
    const auto part = read_report(text.substr(0, size), "r.json");
    REQUIRE_FALSE(part);
    CHECK(part.error().message.find(": it ends in the middle") != std::string::npos);
  }
  CHECK(read_report("{\n  \"format\": 'x'\n}", "r.json").error().message ==
        "r.json: line 2, column 13: it is no JSON");
}

TEST_CASE("members that a reader does not know are ignored") {
  std::string text = json_text(a_run({a_case("a/b@it", Verdict::pass)}), a_catalogue());
  text.replace(text.find('{'), 1, "{\"later\": [1, {}],");
  CHECK(read_report(text, "r.json"));
}

}  // namespace
}  // namespace clusterspec
