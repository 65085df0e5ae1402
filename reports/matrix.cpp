#include "matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "command_line.hpp"
#include "text.hpp"

namespace clusterspec {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t k_fact_columns = 300;

// A number of cases for what holds, what was found for what does not.
std::string fact_of(const MatrixCell& cell, const CaseResult& result, const RequirementId& requirement) {
  for (const Finding& finding : result.judgement.findings)
    if (finding.requirement == requirement) return cut(one_line(finding.actual), k_fact_columns);
  if (cell.verdict == RequirementVerdict::pass) return counted(static_cast<std::size_t>(cell.passed), "case");
  return cut(one_line(result.judgement.reason), k_fact_columns);
}

Verdict telling_verdict(RequirementVerdict verdict) {
  switch (verdict) {
    case RequirementVerdict::error:
      return Verdict::error;
    case RequirementVerdict::fail:
      return Verdict::fail;
    case RequirementVerdict::pass:
      return Verdict::pass;
    case RequirementVerdict::skip:
    case RequirementVerdict::untested:
      break;
  }
  return Verdict::skip;
}

// Markdown's table cells hold no line end and no bar; the rest is made plain by character references.
std::string in_table(std::string_view text) {
  std::string escaped;
  for (const char c : one_line(text)) {
    if (std::string_view("\\`*_{}[]()#+!|~<>&@").find(c) != std::string_view::npos)
      escaped += fmt::format("&#{};", static_cast<int>(c));
    else
      escaped += c;
  }
  return escaped;
}

std::string word(const MatrixCell& cell) {
  return std::string(name_of(cell.verdict)) + (cell.known ? " (known)" : "");
}

}  // namespace

MatrixCell cell_of(const MatrixColumn& column, const RequirementId& requirement) {
  MatrixCell cell;
  const auto result =
      std::find_if(column.run.requirements.begin(), column.run.requirements.end(),
                   [&](const RequirementResult& one) { return one.requirement.id == requirement; });
  if (!column.absent.empty() || result == column.run.requirements.end()) {
    cell.fact = column.absent;
    return cell;
  }
  cell.verdict = result->verdict;
  cell.passed = result->passed;
  cell.failed = result->failed;
  cell.skipped = result->skipped;
  cell.errors = result->errors;
  const Verdict wanted = telling_verdict(cell.verdict);
  cell.known = cell.verdict == RequirementVerdict::fail;
  for (const CaseResult& one : column.run.cases) {
    const auto it = one.judgement.requirements.find(requirement);
    if (it == one.judgement.requirements.end() || it->second != wanted) continue;
    // What nobody has stated yet tells more than what is known.
    const bool tells_more = !cell.telling || (one.known.empty() && !cell.telling->known.empty());
    if (tells_more) cell.telling = &one;
    if (one.known.empty()) cell.known = false;
  }
  if (cell.telling) {
    cell.fact = fact_of(cell, *cell.telling, requirement);
    cell.known_reason = cell.telling->known;
  }
  return cell;
}

std::vector<const Requirement*> rows_of(const ConformanceMatrix& matrix) {
  std::vector<const Requirement*> rows;
  for (const Requirement& requirement : matrix.catalogue) {
    const bool there =
        std::any_of(matrix.columns.begin(), matrix.columns.end(), [&](const MatrixColumn& column) {
          return cell_of(column, requirement.id).verdict != RequirementVerdict::untested;
        });
    if (there) rows.push_back(&requirement);
  }
  return rows;
}

std::string command_of(const CaseResult& result) {
  return fmt::format("clusterspec run -i {} --suite all {}", shell_quoted(result.implementation),
                     shell_quoted(result.id));
}

std::string matrix_json(const ConformanceMatrix& matrix) {
  Json columns = Json::array(), requirements = Json::array();
  for (const Requirement* row : rows_of(matrix))
    requirements.push_back({{"id", one_line(row->id)},
                            {"level", name_of(row->level)},
                            {"suite", name_of(row->suite)},
                            {"text", one_line(row->text)}});
  for (const MatrixColumn& column : matrix.columns) {
    Json cells = Json::object();
    for (const Requirement* row : rows_of(matrix)) {
      const MatrixCell cell = cell_of(column, row->id);
      if (cell.verdict == RequirementVerdict::untested) continue;
      Json one{{"verdict", name_of(cell.verdict)},
               {"known", cell.known},
               {"fact", cell.fact},
               {"passed", cell.passed},
               {"failed", cell.failed},
               {"skipped", cell.skipped},
               {"errors", cell.errors}};
      if (!cell.known_reason.empty()) one["reason"] = one_line(cell.known_reason);
      if (cell.telling) {
        one["case"] = one_line(cell.telling->id);
        if (!cell.telling->journal_file.empty()) one["journal"] = one_line(cell.telling->journal_file);
        if (!cell.telling->capsule_file.empty()) one["capsule"] = one_line(cell.telling->capsule_file);
      }
      cells[one_line(row->id)] = std::move(one);
    }
    Json unexpected = Json::array();
    for (const std::string& text : column.run.unexpected) unexpected.push_back(one_line(text));
    columns.push_back({{"implementation", one_line(column.run.implementation)},
                       {"version", one_line(column.run.implementation_version)},
                       {"summary", one_line(column.summary)},
                       {"absent", one_line(column.absent)},
                       {"seconds", column.run.seconds},
                       {"unexpected", std::move(unexpected)},
                       {"cells", std::move(cells)}});
  }
  const Json document{{"format", "clusterspec-matrix"},
                      {"version", 1},
                      {"clusterspec", one_line(matrix.version)},
                      {"command", one_line(matrix.command)},
                      {"started", one_line(matrix.started)},
                      {"host", one_line(matrix.host)},
                      {"settings", matrix.settings},
                      {"seconds", matrix.seconds},
                      {"requirements", std::move(requirements)},
                      {"implementations", std::move(columns)}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string matrix_markdown(const ConformanceMatrix& matrix) {
  std::string text =
      fmt::format("`{}`, started {}, on {}; clusterspec {}, {:.0f} s.\n\n", one_line(matrix.command),
                  in_table(matrix.started), in_table(matrix.host), in_table(matrix.version), matrix.seconds);
  std::string head = "| Requirement |", rule = "|---|";
  for (const MatrixColumn& column : matrix.columns) {
    head += " " + in_table(column.run.implementation) + " |";
    rule += "---|";
  }
  text += head + '\n' + rule + '\n';
  for (const Requirement* row : rows_of(matrix)) {
    text += "| " + in_table(row->id) + " |";
    for (const MatrixColumn& column : matrix.columns) text += " " + word(cell_of(column, row->id)) + " |";
    text += '\n';
  }
  text +=
      "\n| Implementation | Version | Passed | Failed | Known | Skipped | Errors "
      "|\n|---|---|--:|--:|--:|--:|--:|\n";
  for (const MatrixColumn& column : matrix.columns) {
    const auto known = std::count_if(column.run.cases.begin(), column.run.cases.end(),
                                     [](const CaseResult& one) { return !one.known.empty(); });
    text += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", in_table(column.run.implementation),
                        in_table(column.absent.empty() ? column.run.implementation_version : column.absent),
                        column.run.count(Verdict::pass), column.run.count(Verdict::fail), known,
                        column.run.count(Verdict::skip), column.run.count(Verdict::error));
  }
  text += "\nWhat was found, one fact for each requirement that is not met:\n\n";
  for (const MatrixColumn& column : matrix.columns)
    for (const Requirement* row : rows_of(matrix)) {
      const MatrixCell cell = cell_of(column, row->id);
      if (cell.verdict != RequirementVerdict::fail) continue;
      text += fmt::format("- {}, {}: {}\n", in_table(column.run.implementation), in_table(row->id),
                          in_table(cell.fact));
    }
  return text;
}

}  // namespace clusterspec
