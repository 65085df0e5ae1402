// Implementations x requirements: what stands in a cell, and what is known.
#include "matrix.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "model/known.hpp"

namespace clusterspec {
namespace {

const Requirement k_requirement{"a.b", Level::must, Suite::documented, Basis::quoted, "S", "Text", "Q"};

CaseResult result_of(const std::string& scenario, Verdict verdict, const std::string& actual) {
  CaseResult result;
  result.id = scenario + "[n=1]@one";
  result.scenario = scenario;
  result.implementation = "one";
  result.judgement.verdict = verdict;
  result.judgement.requirements["a.b"] = verdict;
  if (verdict == Verdict::fail) {
    result.judgement.findings.push_back({"a.b", "expected", actual, {}, "", {}});
    result.journal_file = "journals/documented.x[n=1]@one.jsonl";
  }
  return result;
}

MatrixColumn column_of(std::vector<CaseResult> cases) {
  MatrixColumn column;
  column.run.implementation = "one";
  column.run.implementation_version = "1 <b>";
  column.run.cases = std::move(cases);
  column.run.requirements = summarise({k_requirement}, column.run.cases);
  return column;
}

ConformanceMatrix matrix_of(MatrixColumn column) {
  ConformanceMatrix matrix;
  matrix.command = "clusterspec matrix";
  matrix.catalogue = {k_requirement};
  matrix.columns.push_back(std::move(column));
  return matrix;
}

Implementation with_known(const std::string& scenario) {
  Implementation it;
  it.name = "one";
  it.known.push_back({"a.b", scenario, "it is so", "https://example.org/1"});
  return it;
}

}  // namespace

TEST_CASE("a failure is known if each requirement that fails is, in that scenario") {
  CaseResult result = result_of("documented/x", Verdict::fail, "13 of 16 reset");
  mark_known(result, with_known("documented/y"));
  CHECK(result.known.empty());
  CaseResult another = result;
  another.judgement.requirements["c.d"] = Verdict::fail;
  mark_known(another, with_known("*"));
  CHECK(another.known.empty());
  mark_known(result, with_known("documented/*"));
  CHECK(result.known == "it is so (https://example.org/1)");

  RunResult run;
  result.became_ready = true;
  run.cases = {result};
  CHECK(exit_code(run) == 0);
  run.cases[0].known.clear();
  CHECK(exit_code(run) == 1);
}

TEST_CASE("what is stated as known and was met is told") {
  const Implementation it = with_known("*");
  CHECK(unexpected_passes(it, {result_of("documented/x", Verdict::pass, "")}).size() == 1);
  CHECK(unexpected_passes(
            it, {result_of("documented/x", Verdict::pass, ""), result_of("documented/y", Verdict::fail, "")})
            .empty());
  CHECK(unexpected_passes(it, {result_of("documented/x", Verdict::skip, "")}).empty());
}

TEST_CASE("a cell has the worst verdict, and the fact of the case that nobody expected") {
  CaseResult known = result_of("documented/x", Verdict::fail, "known fact");
  known.known = "reason";
  const auto all = column_of({result_of("documented/w", Verdict::pass, ""), known});
  MatrixCell cell = cell_of(all, "a.b");
  CHECK(cell.verdict == RequirementVerdict::fail);
  CHECK(cell.known);
  CHECK(cell.fact == "known fact");
  cell = cell_of(column_of({known, result_of("documented/y", Verdict::fail, "13 of 16 reset")}), "a.b");
  CHECK_FALSE(cell.known);
  CHECK(cell.fact == "13 of 16 reset");
  CHECK(cell_of(column_of({result_of("documented/w", Verdict::pass, "")}), "a.b").fact == "1 case");
  CHECK(cell_of(all, "c.d").verdict == RequirementVerdict::untested);
}

TEST_CASE("the page lets no text of a server through, and links what lies beside it") {
  const std::string page = matrix_page(
      matrix_of(column_of({result_of("documented/x", Verdict::fail, "<script>x</script>\n\x1b")})));
  CHECK(page.find("<script>x") == std::string::npos);
  CHECK(page.find("&lt;script&gt;x") != std::string::npos);
  CHECK(page.find("\x1b") == std::string::npos);
  CHECK(page.find("href=\"./journals/documented.x%5Bn%3D1%5D%40one.jsonl\"") != std::string::npos);
  CHECK(page.find("1 &lt;b&gt;") != std::string::npos);
  for (const char* outside : {"src=", "@import", "url(", "http://", "https://"})
    CHECK(page.find(outside) == std::string::npos);
}

TEST_CASE("the JSON has each cell with its fact, and the table each verdict") {
  const ConformanceMatrix matrix =
      matrix_of(column_of({result_of("documented/x", Verdict::fail, "13 of 16 | reset")}));
  const auto json = nlohmann::json::parse(matrix_json(matrix));
  const auto& cell = json.at("implementations").at(0).at("cells").at("a.b");
  CHECK(cell.at("verdict") == "fail");
  CHECK(cell.at("fact") == "13 of 16 | reset");
  CHECK(cell.at("journal") == "journals/documented.x[n=1]@one.jsonl");
  const std::string table = matrix_markdown(matrix);
  CHECK(table.find("| a.b | fail |") != std::string::npos);
  CHECK(table.find("- one, a.b: 13 of 16 &#124; reset") != std::string::npos);
}

}  // namespace clusterspec
