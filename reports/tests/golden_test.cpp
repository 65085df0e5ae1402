// One run through every format, compared with reports/golden/. CLUSTERSPEC_UPDATE_GOLDEN=1 writes those files
// anew; the difference is then to be read in the commit.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "sample_run.hpp"

namespace clusterspec {
namespace {

void compare(const std::string& name, const std::string& text) {
  const std::string path = "reports/golden/" + name;
  if (std::getenv("CLUSTERSPEC_UPDATE_GOLDEN"))
    std::ofstream(std::string(SOURCE_DIR) + "/" + path, std::ios::binary) << text;
  INFO("if the new text is right: CLUSTERSPEC_UPDATE_GOLDEN=1 reports_test, and read the difference of "
       << path);
  CHECK(text == read_file(path));
}

RunResult all_passed() {
  RunResult run = sample_run();
  run.cases = {run.cases[0]};
  run.requirements = summarise(sample_catalogue(), run.cases);
  return run;
}

RunResult never_ready() {
  RunResult run = sample_run();
  run.cases = {run.cases[2]};
  run.cases[0].became_ready = false;
  run.requirements = summarise(sample_catalogue(), run.cases);
  return run;
}

RunResult flaky() {
  RunResult run = sample_run();
  run.flaky = FlakyPolicy::report;
  CaseResult failed = run.cases[3], passed = run.cases[0];
  passed.id = failed.id;
  passed.scenario = failed.scenario;
  passed.repetition = 1;
  failed.repetition = 2;
  failed.capsule_file = "clusterspec-results/capsules/launcher-closes-last.tar.gz";
  run.cases = {passed, failed};
  passed.repetition = 3;
  run.cases.push_back(passed);
  run.requirements = summarise(sample_catalogue(), run.cases);
  return run;
}

RunResult nothing_selected() {
  RunResult run = sample_run();
  run.cases.clear();
  run.requirements.clear();
  return run;
}

TEST_CASE("every format writes the sample run as before") {
  compare("report.junit.xml", written("junit", sample_run()));
  compare("report.json", written("json", sample_run()));
  compare("report.tap", written("tap", sample_run()));
  compare("report.md", written("markdown", sample_run()));
}

TEST_CASE("the console shows the sample run as before") {
  compare("console.txt", shown({}, sample_run()));
  compare("console-verbose.txt", shown({.verbose = true}, sample_run()));
  compare("console-terminal.txt", shown({.terminal = true, .colour = true, .columns = 72}, sample_run()));
}

TEST_CASE("the console shows runs that went another way as before") {
  compare("console-all-passed.txt", shown({}, all_passed()));
  compare("console-never-ready.txt", shown({}, never_ready()));
  compare("console-nothing-selected.txt", shown({}, nothing_selected()));
  compare("console-flaky.txt", shown({}, flaky()));
}

TEST_CASE("every format tells a flaky case, which need not be a failure") {
  compare("flaky.junit.xml", written("junit", flaky()));
  compare("flaky.json", written("json", flaky()));
  compare("flaky.tap", written("tap", flaky()));
  compare("flaky.md", written("markdown", flaky()));
}

TEST_CASE("a flaky case makes exit code 1 unless it is only to be reported") {
  RunResult run = flaky();
  CHECK(exit_code(run) == 0);
  run.flaky = FlakyPolicy::fail;
  CHECK(exit_code(run) == 1);
  run.flaky = FlakyPolicy::report;
  run.cases.push_back(run.cases[1]);
  run.cases.back().id += " of another case";
  CHECK(exit_code(run) == 1);
}

}  // namespace
}  // namespace clusterspec
