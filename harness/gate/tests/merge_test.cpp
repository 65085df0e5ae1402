#include "gate/merge.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "gate/shard.hpp"
#include "reports_made.hpp"

namespace clusterspec {
namespace {

// Every verdict, in an order in which no shard has one kind only.
std::vector<CaseResult> all_cases() {
  std::vector<CaseResult> cases;
  constexpr std::array k_verdicts{Verdict::pass, Verdict::fail, Verdict::skip, Verdict::pass, Verdict::pass};
  for (std::size_t i = 0; i < 23; ++i)
    cases.push_back(a_case("s" + std::to_string(100 - i) + "@it", k_verdicts[i % k_verdicts.size()],
                           i % 3 == 0 ? "area.other" : "area.claim"));
  return cases;
}

RunResult part(const RunResult& whole, int index, int count) {
  RunResult run = whole;
  run.shard = {index, count, static_cast<int>(whole.cases.size()), "plan"};
  run.cases.clear();
  for (std::size_t i = static_cast<std::size_t>(index - 1); i < whole.cases.size();
       i += static_cast<std::size_t>(count))
    run.cases.push_back(whole.cases[i]);
  run.requirements = summarise(a_catalogue(), run.cases);
  return run;
}

std::vector<ReadReport> parts(const RunResult& whole, int count) {
  std::vector<ReadReport> reports;
  // The last first: the order of the files on a command line means nothing.
  for (int index = count; index >= 1; --index)
    reports.push_back(read_back(part(whole, index, count), std::to_string(index) + ".json"));
  return reports;
}

TEST_CASE("the merged report of all shards is the report of the whole run") {
  const RunResult whole = a_run(all_cases());
  const std::string expected = json_text(whole, a_catalogue());
  for (int count = 1; count <= 30; ++count) {
    INFO(count);
    const Merged merged = merge(parts(whole, count), {}, a_catalogue());
    CHECK(merged.run.incomplete == std::vector<std::string>());
    CHECK(json_text(merged.run, merged.catalogue) == expected);
    CHECK(exit_code(merged.run) == exit_code(whole));
  }
}

TEST_CASE(
    "a shard that is missing, twice, cut short, unreadable or of another plan makes the whole incomplete") {
  const RunResult whole =
      a_run({a_case("a@it", Verdict::pass), a_case("b@it", Verdict::pass), a_case("c@it", Verdict::pass)});
  auto reports = parts(whole, 3);
  const auto incomplete = [](const std::vector<ReadReport>& all,
                             const std::vector<std::string>& unreadable = {}) {
    const Merged merged = merge(all, unreadable, a_catalogue());
    CHECK(exit_code(merged.run) == (merged.run.incomplete.empty() ? 0 : 5));
    return merged.run.incomplete;
  };
  CHECK(incomplete(reports).empty());
  CHECK(incomplete({reports[0], reports[2]}) == std::vector<std::string>{"shard 2/3 is missing"});
  CHECK(incomplete({reports[0], reports[2]}, {"2.json: it is empty"}).size() == 2);
  CHECK(incomplete({reports[0], reports[1], reports[1], reports[2]})[0].find("shard 2/3 is there twice") ==
        0);
  auto cut = reports;
  cut[1].run.cases.clear();
  CHECK(incomplete(cut) == std::vector<std::string>{"2.json has 0 of the 1 cases of its shard"});
  auto interrupted = reports;
  interrupted[1].run.cases.clear();
  interrupted[1].run.interrupted = true;
  CHECK(incomplete(interrupted) == std::vector<std::string>{"2.json: it was interrupted"});
  auto other = reports;
  other[1].run.shard.plan = "other";
  CHECK(incomplete(other).size() == 2);
  auto stopped = reports;
  stopped[1].run.incomplete = {"1 of 1 cases were not run"};
  CHECK(incomplete(stopped) == std::vector<std::string>{"2.json: 1 of 1 cases were not run"});
  CHECK(incomplete({}, {"a.json: it is empty"}).size() == 1);
}

TEST_CASE("a failure counts more than that something is missing") {
  const RunResult whole = a_run({a_case("a@it", Verdict::fail), a_case("b@it", Verdict::pass)});
  const Merged merged = merge({read_back(part(whole, 1, 2))}, {}, a_catalogue());
  CHECK(exit_code(merged.run) == 1);
}

TEST_CASE("repetitions of a case stay together if it was run again, else round by round") {
  RunResult whole =
      a_run({a_case("a@it", Verdict::fail), a_case("a@it", Verdict::pass), a_case("b@it", Verdict::pass)});
  whole.retries = 1;
  whole.flaky = FlakyPolicy::report;
  whole.cases[0].repetition = 1;
  whole.cases[1].repetition = 2;
  RunResult first = whole, second = whole;
  first.shard = {1, 2, 2, "plan"};
  second.shard = {2, 2, 2, "plan"};
  first.cases = {whole.cases[0], whole.cases[1]};
  second.cases = {whole.cases[2]};
  const Merged merged = merge({read_back(second), read_back(first)}, {}, a_catalogue());
  CHECK(json_text(merged.run, merged.catalogue) == json_text(whole, a_catalogue()));
  CHECK(exit_code(merged.run) == 0);
}

}  // namespace
}  // namespace clusterspec
