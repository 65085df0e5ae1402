// Each format read back by its own rules, not by comparison.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "model/units.hpp"
#include "sample_run.hpp"

namespace clusterspec {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST_CASE("no format lets a byte through that is no text") {
  for (const Format& format : formats()) {
    INFO(format.name);
    const std::string text = written(format.name, sample_run());
    CHECK_FALSE(text.empty());
    CHECK(is_utf8(text));
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if ((byte < 0x20 && c != '\n') || byte == 0x7F) FAIL_CHECK("control byte " << static_cast<int>(byte));
    }
    CHECK(text.find("\xe2\x80\xae") == std::string::npos);
    CHECK(text.find("\xc2\x9b") == std::string::npos);
  }
}

TEST_CASE("JUnit: counts, outcomes and names are those of the run") {
  pugi::xml_document document;
  REQUIRE(document.load_string(written("junit", sample_run()).c_str()));
  const auto root = document.child("testsuites");
  CHECK(root.attribute("tests").as_int() == 10);
  CHECK(root.attribute("failures").as_int() == 4);
  CHECK(root.attribute("errors").as_int() == 1);
  std::set<std::string> names;
  int tests = 0, failures = 0, errors = 0, skips = 0;
  for (const auto suite : root.children("testsuite")) {
    CHECK(suite.child("properties")
              .find_child_by_attribute("name", "implementation")
              .attribute("value")
              .value() == std::string("reference"));
    for (const auto test : suite.children("testcase")) {
      ++tests;
      names.insert(std::string(test.attribute("classname").value()) + "/" + test.attribute("name").value());
      failures += !test.child("failure").empty();
      errors += !test.child("error").empty();
      skips += !test.child("skipped").empty();
    }
  }
  CHECK(tests == 10);
  CHECK(failures == 4);
  CHECK(errors == 1);
  CHECK(skips == 3);
  CHECK(names.size() == 10);
  CHECK(
      names.contains("documented.terminate.launcher-closes-last/launcher-closes-last[workers=1]@reference "
                     "(repetition 2)"));
}

TEST_CASE("JUnit: the server's markup is text, and what XML cannot hold is replaced") {
  const std::string text = written("junit", sample_run());
  CHECK(text.find("<script>") == std::string::npos);
  CHECK(text.find("\xef\xbf\xbe") == std::string::npos);
  CHECK(text.find("&#") == std::string::npos);
}

TEST_CASE("JUnit: a failure's text comes back as it was told") {
  pugi::xml_document document;
  REQUIRE(document.load_string(written("junit", sample_run()).c_str()));
  const RunResult run = sample_run();
  const auto test =
      document.select_node("//testcase[@name='launcher-closes-last[workers=4]@reference']").node();
  CHECK(test.child("failure").text().get() == explain(run.cases[1], sample_catalogue()));
  CHECK(test.child("failure").attribute("type").value() == std::string("terminate.launcher-closes-last"));
}

TEST_CASE("JSON: facts, findings and evidence are those of the run") {
  const auto document = nlohmann::json::parse(written("json", sample_run()));
  CHECK(document["format"] == "clusterspec-report");
  CHECK(document["version"] == 1);
  CHECK(document["run"]["totals"]["failed"] == 4);
  const auto& failed = document["cases"][1];
  CHECK(failed["verdict"] == "fail");
  CHECK(failed["combination"]["workers"] == "4");
  CHECK(failed["findings"][0]["level"] == "must");
  CHECK(failed["findings"][0]["evidence"][0]["ms"] == 15.401);
  CHECK(failed["findings"][1]["evidence"][1].size() == 1);
  CHECK(failed["command"] ==
        "./reference_server --workers=4 --port=3000 --label 'two words' 'it'\\''s' '' $'a\\nb' "
        "$'\\xff\\x1b[31m'");
  CHECK(document["requirements"].size() == 7);
  CHECK(document["requirements"][2]["skip_reasons"].size() == 2);
}

TEST_CASE("TAP: every line is of the grammar, numbered in order, and the plan counts them") {
  const std::regex point(R"((not )?ok (\d+) - ([^#\\]|\\.)*( # SKIP ([^#\\]|\\.)+)?)");
  const auto lines = lines_of(written("tap", sample_run()));
  REQUIRE(lines.size() > 12);
  CHECK(lines.front() == "TAP version 14");
  CHECK(lines.back() == "1..10");
  int expected = 0;
  bool in_block = false;
  for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
    const std::string& line = lines[i];
    INFO(line);
    std::smatch match;
    if (in_block) {
      CHECK(line.starts_with("  "));
      in_block = line != "  ...";
    } else if (line == "  ---") {
      in_block = true;
    } else if (!line.starts_with("#")) {
      REQUIRE(std::regex_match(line, match, point));
      CHECK(std::stoi(match[2]) == ++expected);
    }
  }
  CHECK_FALSE(in_block);
  CHECK(expected == 10);
}

TEST_CASE("TAP: values of a YAML block are JSON strings or numbers") {
  const std::regex entry(R"( +(- )?([a-z_]+: )?(".*"|[0-9.e+-]+)?|  ---|  \.\.\.| +[a-z_]+:)");
  bool in_block = false;
  for (const std::string& line : lines_of(written("tap", sample_run()))) {
    if (line == "  ---") in_block = true;
    if (!in_block) continue;
    INFO(line.substr(0, 200));
    const auto quote = line.find('"');
    if (quote == std::string::npos)
      CHECK(std::regex_match(line, entry));
    else
      CHECK(nlohmann::json::accept(line.substr(quote)));
    if (line == "  ...") in_block = false;
  }
}

TEST_CASE("TAP: a run that was interrupted or empty says so") {
  RunResult run = sample_run();
  run.interrupted = true;
  CHECK(lines_of(written("tap", run)).back() == "Bail out! interrupted, 10 of 10 cases ended");
  CHECK(lines_of(written("tap", RunResult{})).back() == "1..0 # SKIP nothing was selected");
}

TEST_CASE("Markdown: the server's markup is text") {
  const std::string text = written("markdown", sample_run());
  CHECK(text.find("<script>") == std::string::npos);
  // "@name" notifies people outside of <pre> and <code>.
  bool in_pre = false;
  for (const std::string& line : lines_of(text)) {
    if (line == "<pre>") in_pre = true;
    INFO(line.substr(0, 200));
    if (!in_pre) CHECK(line.find('@') == std::string::npos);
    if (line.ends_with("</pre>")) in_pre = false;
  }
  CHECK_FALSE(in_pre);
}

TEST_CASE("Markdown: every row of the table has all its cells") {
  int rows = 0;
  for (const std::string& line : lines_of(written("markdown", sample_run()))) {
    if (!line.starts_with("| ")) continue;
    ++rows;
    INFO(line);
    CHECK(std::count(line.begin(), line.end(), '|') == 9);
  }
  CHECK(rows == 8);
}

}  // namespace
}  // namespace clusterspec
