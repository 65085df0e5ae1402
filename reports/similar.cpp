#include "similar.hpp"

#include <fmt/format.h>

#include <vector>

#include "text.hpp"

namespace clusterspec {
namespace {

// One key for each thing that is to be told.
std::vector<std::string> kinds_of(const CaseResult& result) {
  if (result.judgement.verdict == Verdict::error) return {"error " + result.judgement.reason};
  const std::string scenario = result.scenario + '\n' + result.implementation + '\n';
  std::vector<std::string> kinds;
  for (const Finding& finding : result.judgement.findings)
    kinds.push_back(scenario +
                    fmt::format("{} {}:{}", finding.requirement, finding.where.file, finding.where.line));
  return kinds.empty() ? std::vector{scenario} : kinds;
}

}  // namespace

std::optional<std::string> SimilarFailures::told_before(const CaseResult& result) {
  const auto kinds = kinds_of(result);
  bool all_told = true;
  for (const std::string& kind : kinds)
    if (m_first.try_emplace(kind, First{result.scenario, variant(result), label(result)}).second)
      all_told = false;
  if (!all_told) return std::nullopt;
  const First& first = m_first.at(kinds.front());
  return first.scenario == result.scenario ? first.variant : first.label;
}

std::string actual_line(const CaseResult& result, std::size_t columns) {
  if (result.judgement.verdict == Verdict::error) return cut(one_line(result.judgement.reason), columns);
  std::string line;
  for (const Finding& finding : result.judgement.findings)
    line += (line.empty() ? "" : "; ") + one_line(finding.actual);
  return cut(line, columns);
}

}  // namespace clusterspec
