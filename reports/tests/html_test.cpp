// The data of the timeline page, read back as its script reads it. What the page makes of it is tested in a
// browser (html/tests/page_test.mjs).
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "reports/html/picture.hpp"
#include "sample_run.hpp"

namespace clusterspec {
namespace {

using Json = nlohmann::json;

// The text of an element of data. Nothing in it may end it early.
std::string element(const std::string& page, const std::string& id) {
  const std::string begin = "<script type=\"application/json\" id=\"" + id + "\">";
  const auto from = page.find(begin);
  REQUIRE(from != std::string::npos);
  const auto to = page.find("</script>", from);
  return page.substr(from + begin.size(), to - from - begin.size());
}

TEST_CASE("page: every element of data is JSON without markup") {
  const std::string page = written("html", sample_run());
  for (int i = -1; i < 10; ++i) {
    const std::string text = element(page, i < 0 ? "run" : "case-" + std::to_string(i));
    INFO(text.substr(0, 200));
    CHECK(Json::accept(text));
    CHECK(text.find_first_of("<>&") == std::string::npos);
  }
  CHECK(Json::parse(element(page, "run"))["cases"].size() == 10);
}

TEST_CASE("page: the run's facts, verdicts and findings are those of the run") {
  const std::string page = written("html", sample_run());
  const Json run = Json::parse(element(page, "run"));
  CHECK(run["cases"][1]["verdict"] == "fail");
  CHECK(run["cases"][0]["pictured"] == false);  // it left no journal
  CHECK(run["requirements"].size() == 7);
  const Json details = Json::parse(element(page, "case-1"));
  CHECK(details["findings"][0]["evidence"].size() == 2);
  const int number = details["findings"][0]["evidence"][0][0];
  bool there = false;
  for (const Json& event : details["picture"]["events"]) there = there || event[0] == number;
  CHECK(there);
}

TEST_CASE("page: a known failure says so") {
  RunResult run = sample_run();
  run.cases[1].known = "</script>tracked";
  const Json facts = Json::parse(element(written("html", run), "run"));
  CHECK(facts["cases"][1]["known"] == "</script>tracked");
}

TEST_CASE("picture: processes, listeners, steps, signals and output are where they happened") {
  const auto drawn = picture(sample_run().cases[1]);
  REQUIRE(drawn["processes"].size() == 5);
  const auto& launcher = drawn["processes"][0];
  CHECK(launcher["name"] == "launcher (pid 6)");
  CHECK(launcher["from"] == 1204);
  CHECK(launcher["drain"] == 15032);
  CHECK(launcher["to"] == 230500);
  CHECK(launcher["listens"][0]["from"] == 3871);
  CHECK(launcher["listens"][0]["to"] == 15401);
  const auto& worker = drawn["processes"][1];
  CHECK(worker["executions"][0][0] == 5600);
  CHECK(worker["clean"] == true);
  CHECK(drawn["steps"][0]["text"] == "press ctrl-c");
  CHECK(drawn["steps"][0]["to"].is_null());
  REQUIRE(drawn["signals"].size() == 1);
  CHECK(drawn["signals"][0]["pids"].size() == 5);
  CHECK(drawn["output"][0][1] == 6);
  CHECK(drawn["connections"].is_null());
  CHECK(drawn["end"] == 230900);
}

TEST_CASE("picture: connections are columns, gates are spans, and what is too much is counted") {
  CaseResult result;
  const auto add = [&](std::int64_t at, What what) {
    result.journal.push_back({at, Source::driver, std::move(what)});
  };
  add(0, CaseBegun{});
  add(1'000'000, HeldAt{"g", 7});
  add(5'000'000, ReleasedFrom{"g", 7, true});
  for (int i = 0; i < 3; ++i) {
    Concluded one;
    one.connection = i;
    one.group = i < 2 ? "a" : "b";
    one.outcome = i == 0 ? Outcome::refused : Outcome::answered;
    one.begun = 2'000'000;
    one.ended = 9'000'000;
    one.pid = i == 0 ? 0 : 7;
    add(9'000'000, one);
  }
  for (int i = 0; i < 6000; ++i) add(9'100'000, Output{Stream::out, 7, "line", true, false});
  const auto drawn = picture(result);
  CHECK(drawn["gates"][0]["from"] == 1000);
  CHECK(drawn["gates"][0]["to"] == 5000);
  CHECK(drawn["gates"][0]["late"] == true);
  CHECK(drawn["connections"]["groups"] == nlohmann::ordered_json({"a", "b"}));
  CHECK(drawn["connections"]["group"] == nlohmann::ordered_json({0, 0, 1}));
  CHECK(drawn["connections"]["accepted"] == nlohmann::ordered_json({0, 1, 1}));
  CHECK(drawn["connections"]["outcomes"][static_cast<std::size_t>(drawn["connections"]["outcome"][0])] ==
        "refused");
  CHECK(drawn["output"].size() == 5000);
  CHECK(drawn["lines_left"] == 1000);
}

}  // namespace
}  // namespace clusterspec
