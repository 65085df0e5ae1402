#include "reports/text.hpp"

#include <catch2/catch.hpp>

#include "reports/command_line.hpp"
#include "reports/evidence.hpp"
#include "reports/similar.hpp"
#include "sample_run.hpp"

namespace clusterspec {
namespace {

TEST_CASE("a plain argument needs no quotes") {
  CHECK(command_line({"./server", "--workers=4", "-p", "3000"}) == "./server --workers=4 -p 3000");
}

TEST_CASE("an argument that a shell would change is quoted") {
  CHECK(shell_quoted("") == "''");
  CHECK(shell_quoted("two words") == "'two words'");
  CHECK(shell_quoted("it's") == "'it'\\''s'");
  CHECK(shell_quoted("$HOME*") == "'$HOME*'");
  CHECK(shell_quoted("~") == "'~'");
  CHECK(shell_quoted("=ls") == "'=ls'");
  CHECK(shell_quoted("naïve") == "'naïve'");
}

TEST_CASE("an argument that a terminal must not get is quoted with escapes") {
  CHECK(shell_quoted("a\nb\t'\\") == "$'a\\nb\\t\\'\\\\'");
  CHECK(shell_quoted("\xff\x1b[31m") == "$'\\xff\\x1b[31m'");
}

TEST_CASE("a long command line tells how much it leaves out") {
  const std::vector<std::string> many(1000, "argument");
  CHECK(short_command_line(many, 100).ends_with(" … (989 arguments more, not shown)"));
  CHECK(command_line(many).size() == 8999);
}

TEST_CASE("a text is cut by columns, not in the middle of a character") {
  CHECK(cut("abcdef", 6) == "abcdef");
  CHECK(cut("abcdef", 4) == "abc…");
  CHECK(cut("äöü", 2) == "ä…");
  CHECK(cut("漢字漢字", 5) == "漢字…");
  CHECK(cut("abc", 0).empty());
}

TEST_CASE("prose is broken at spaces, and a word that does not fit stays whole") {
  CHECK(wrapped("aa bb cc", 2, 7) == "aa bb\n  cc");
  CHECK(wrapped("aaaaaaaaaa b", 2, 6) == "aaaaaaaaaa\n  b");
  CHECK(wrapped("a\nb", 2, 80) == "a\n  b");
  CHECK(wrapped("", 2, 80).empty());
}

TEST_CASE("a repetition is told from the others") {
  CaseResult result;
  result.scenario = "documented/a/b";
  result.id = "documented/a/b[workers=1]@nginx";
  CHECK(label(result) == "documented/a/b[workers=1]@nginx");
  result.repetition = 3;
  CHECK(label(result) == "documented/a/b[workers=1]@nginx (repetition 3)");
  CHECK(variant(result) == "[workers=1]@nginx (repetition 3)");
  CHECK(area(result) == "documented/a");
}

TEST_CASE("failures are alike if the same expectation of the same scenario failed") {
  const RunResult run = sample_run();
  SimilarFailures similar;
  CaseResult other = run.cases[2];
  other.judgement.findings[0].where.line = 99;
  CHECK_FALSE(similar.told_before(run.cases[2]));
  CHECK(similar.told_before(run.cases[3]) == "[workers=1]@reference (repetition 1)");
  CHECK_FALSE(similar.told_before(other));
}

TEST_CASE("a failure with something new in it is told in full, one with less than was told is not") {
  const RunResult run = sample_run();
  const CaseResult& more = run.cases[1];
  const CaseResult& less = run.cases[2];
  REQUIRE(more.judgement.findings.size() > less.judgement.findings.size());
  SimilarFailures similar;
  CHECK_FALSE(similar.told_before(less));
  CHECK_FALSE(similar.told_before(more));
  SimilarFailures other_way;
  CHECK_FALSE(other_way.told_before(more));
  CHECK(other_way.told_before(less) == "[workers=4]@reference");
}

TEST_CASE("one harness fault in several scenarios is told once") {
  CaseResult first, second;
  first.judgement.verdict = second.judgement.verdict = Verdict::error;
  first.judgement.reason = second.judgement.reason = "no memory";
  first.id = first.scenario = "documented/a/b";
  second.id = second.scenario = "documented/a/c";
  SimilarFailures similar;
  CHECK_FALSE(similar.told_before(first));
  CHECK(similar.told_before(second) == "documented/a/b");
}

TEST_CASE("long evidence is counted, not listed") {
  CaseResult result;
  result.journal.assign(50, Event{0, Source::driver, Note{"n"}});
  std::vector<int> numbers;
  for (int i = 0; i < 50; ++i) numbers.push_back(i);
  const auto lines = EventTeller(result).lines(numbers, 3, 80);
  REQUIRE(lines.size() == 4);
  CHECK(lines[0] == "#0  +0.000 ms  n");
  CHECK(lines[3] == "and 47 events more, the last is #49");
}

}  // namespace
}  // namespace clusterspec
