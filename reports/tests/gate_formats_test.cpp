// What a gate adds to the reports: known failures, fixed ones, missing cases, annotations.
#include <catch2/catch.hpp>
#include <pugixml.hpp>
#include <sstream>

#include "sample_run.hpp"

namespace clusterspec {
namespace {

RunResult gated() {
  RunResult run = sample_run();
  run.cases[1].known = "tracked as 7 <b>";
  run.baseline = "known.toml";
  run.fixed = {{"launch.announced", "documented/launch/*", "issue 9"}};
  run.incomplete = {"shard 2/3 is missing"};
  return run;
}

TEST_CASE("JUnit: a known failure is skipped with its reason, and what is missing is an error") {
  pugi::xml_document document;
  REQUIRE(document.load_string(written("junit", gated()).c_str()));
  const auto root = document.child("testsuites");
  CHECK(root.attribute("failures").as_int() == 3);
  CHECK(root.attribute("errors").as_int() == 2);
  CHECK(root.attribute("tests").as_int() == 11);
  const auto known = document.select_node("//skipped[@type='known']").node();
  CHECK(known.attribute("message").value() == std::string("known to fail: tracked as 7 <b>"));
  CHECK(document.select_node("//testsuite[@name='gate']/testcase/error").node());
  int tests = 0, failures = 0, errors = 0;
  for (const auto suite : root.children("testsuite")) {
    tests += suite.attribute("tests").as_int();
    failures += suite.attribute("failures").as_int();
    errors += suite.attribute("errors").as_int();
  }
  CHECK(tests == 11);
  CHECK(failures == 3);
  CHECK(errors == 2);
}

TEST_CASE("JUnit: what is fixed is a failure only if the baseline is strict") {
  RunResult run = gated();
  run.incomplete.clear();
  CHECK(written("junit", run).find("gate") == std::string::npos);
  run.strict_baseline = true;
  CHECK(written("junit", run).find("the baseline has no needless entry (1)") != std::string::npos);
}

TEST_CASE("TAP: a known failure is a TODO, and a report of which cases are missing bails out") {
  const std::string text = written("tap", gated());
  CHECK(text.find("# TODO known failure: tracked as 7 <b>\n") != std::string::npos);
  CHECK(text.ends_with("Bail out! incomplete, 10 of 10 cases ended\n"));
}

TEST_CASE("Markdown and the console tell known, fixed and missing apart") {
  for (const std::string& text : {written("markdown", gated()), shown({}, gated())}) {
    INFO(text);
    CHECK(text.find("Known failures") != std::string::npos);
    CHECK(text.find("tracked as 7") != std::string::npos);
    CHECK(text.find("these entries of the baseline can go") != std::string::npos);
    CHECK(text.find("shard 2/3 is missing") != std::string::npos);
  }
  CHECK(written("markdown", gated()).find("<b>") == std::string::npos);
}

std::vector<std::string> annotations(const RunResult& run) {
  std::istringstream stream(written("github", run));
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST_CASE("annotations: at most ten, at file and line, between a stop and a start that nobody can guess") {
  RunResult run = sample_run();
  for (int i = 0; i < 30; ++i) {
    run.cases.push_back(run.cases[1]);
    run.cases.back().judgement.findings[0].where.line = 100 + i;
  }
  const auto lines = annotations(run);
  REQUIRE(lines.size() == 12);
  CHECK(lines[0].starts_with("::stop-commands::clusterspec-"));
  CHECK(lines[1] == "::" + lines[0].substr(17) + "::");
  CHECK(
      lines[2].starts_with("::error file=scenarios/documented/terminate/launcher-closes-last.toml,line=38,"
                           "title=terminate.launcher-closes-last::"));
  CHECK(lines[11].starts_with("::notice title=clusterspec::"));
  CHECK(annotations(run)[0] != lines[0]);
}

TEST_CASE("annotations: a server's text makes no command and no property") {
  RunResult run = sample_run();
  run.cases[1].judgement.findings[0].actual = "a\n::error::forged\r\n%0A::set-output name=x::y";
  run.cases[1].judgement.findings[0].where.file = "a,line=7::b\nc";
  const auto lines = annotations(run);
  for (std::size_t i = 2; i < lines.size(); ++i) {
    INFO(lines[i]);
    const bool command = lines[i].starts_with("::error ") || lines[i].starts_with("::notice ");
    CHECK(command);
  }
  CHECK(lines[2].starts_with("::error file=a%2Cline=7%3A%3Ab\\nc,line=38,"));
}

TEST_CASE("annotations: a known failure is none") {
  RunResult run = sample_run();
  run.cases = {run.cases[1]};
  CHECK(annotations(run).size() > 3);
  run.cases[0].known = "tracked";
  CHECK(annotations(run).size() == 3);
}

}  // namespace
}  // namespace clusterspec
