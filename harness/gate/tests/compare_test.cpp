#include "gate/compare.hpp"

#include <catch2/catch.hpp>

#include "reports_made.hpp"

namespace clusterspec {
namespace {

Comparison of(std::vector<CaseResult> before, std::vector<CaseResult> after) {
  return compare(read_back(a_run(std::move(before))), read_back(a_run(std::move(after))));
}

TEST_CASE("each pair of standings is what it means for who changed the server") {
  const auto pair = [](Verdict before, Verdict after) {
    return of({a_case("a@it", before)}, {a_case("a@it", after)});
  };
  CHECK(pair(Verdict::pass, Verdict::fail).worse.size() == 1);
  CHECK(pair(Verdict::pass, Verdict::error).worse.size() == 1);
  CHECK(pair(Verdict::skip, Verdict::fail).worse.size() == 1);
  CHECK(pair(Verdict::fail, Verdict::pass).better.size() == 1);
  CHECK(pair(Verdict::pass, Verdict::skip).lost.size() == 1);
  CHECK(pair(Verdict::fail, Verdict::skip).lost.size() == 1);
  CHECK(pair(Verdict::skip, Verdict::pass).gained.size() == 1);
  CHECK(pair(Verdict::fail, Verdict::fail).failing.size() == 1);
  CHECK(pair(Verdict::pass, Verdict::pass).same == 1);
  CHECK(pair(Verdict::skip, Verdict::skip).same == 1);
  CHECK(of({}, {a_case("a@it", Verdict::fail)}).worse.size() == 1);
  CHECK(of({}, {a_case("a@it", Verdict::pass)}).gained.size() == 1);
  CHECK(of({a_case("a@it", Verdict::pass)}, {}).lost.size() == 1);
  CHECK(of({a_case("a@it", Verdict::skip)}, {}).same == 1);
}

TEST_CASE("what fails in another requirement is worse, and only that requirement is named") {
  CaseResult both = a_case("a@it", Verdict::fail);
  both.judgement.requirements["area.other"] = Verdict::fail;
  const Comparison comparison = of({a_case("a@it", Verdict::fail)}, {both});
  REQUIRE(comparison.worse.size() == 1);
  CHECK(comparison.worse[0].requirements == std::vector<RequirementId>{"area.other"});
  CHECK(of({both}, {a_case("a@it", Verdict::fail)}).failing.size() == 1);
}

TEST_CASE("a known failure is no news") {
  CaseResult known = a_case("a@it", Verdict::fail);
  known.known = "tracked";
  CHECK(of({known}, {known}).failing.size() == 1);
  CHECK(of({known}, {a_case("a@it", Verdict::pass)}).better.size() == 1);
  CHECK(of({a_case("a@it", Verdict::pass)}, {known}).worse.empty());
}

TEST_CASE("the exit code is that of what is worse or lost") {
  CHECK(exit_code(of({a_case("a@it", Verdict::fail)}, {a_case("a@it", Verdict::pass)})) == 0);
  CHECK(exit_code(of({a_case("a@it", Verdict::pass)}, {a_case("a@it", Verdict::fail)})) == 1);
  CHECK(exit_code(of({a_case("a@it", Verdict::pass)}, {})) == 1);
}

TEST_CASE("text and Markdown name what changed, and no text of a server is markup") {
  CaseResult nasty = a_case("a@it", Verdict::fail);
  nasty.judgement.findings[0].actual = "<script>alert(1)</script> | @everyone \x1b[2J\n# x";
  const Comparison comparison = of({a_case("a@it", Verdict::pass)}, {nasty});
  const std::string text = comparison_text(comparison), markdown = comparison_markdown(comparison);
  CHECK(text.find("Worse\n  a@it: passed before, failed now\n      area.claim\n") == 0);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(markdown.find("#### Worse (1)") != std::string::npos);
  CHECK(markdown.find("<script>") == std::string::npos);
  CHECK(markdown.find("@everyone") == std::string::npos);
  for (std::size_t at = markdown.find("\n| "); at != std::string::npos; at = markdown.find("\n| ", at + 1)) {
    const std::string row = markdown.substr(at + 1, markdown.find('\n', at + 1) - at - 1);
    CHECK(std::count(row.begin(), row.end(), '|') == 6);
  }
}

TEST_CASE("runs that were made in another way are told apart") {
  RunResult before = a_run({a_case("a@it", Verdict::pass)}), after = before;
  after.observation = "polling";
  after.incomplete = {"shard 2/3 is missing"};
  const Comparison comparison = compare(read_back(before), read_back(after, "new.json"));
  REQUIRE(comparison.warnings.size() == 2);
  CHECK(comparison.warnings[1] == "new.json is incomplete: shard 2/3 is missing");
}

}  // namespace
}  // namespace clusterspec
