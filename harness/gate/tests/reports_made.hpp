// Results made by hand, and what a reader makes of their JSON report.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "gate/read_report.hpp"
#include "reports/whole_run.hpp"

namespace clusterspec {

inline CaseResult a_case(const std::string& id, Verdict verdict,
                         const std::string& requirement = "area.claim") {
  CaseResult result;
  result.id = id;
  result.scenario = id.substr(0, id.find_first_of("[@"));
  result.title = "title of " + id;
  result.implementation = "it";
  result.judgement.verdict = verdict;
  result.judgement.requirements[requirement] = verdict;
  result.became_ready = verdict == Verdict::pass || verdict == Verdict::fail;
  if (verdict == Verdict::skip || verdict == Verdict::error) result.judgement.reason = "because of " + id;
  if (verdict == Verdict::fail)
    result.judgement.findings.push_back({requirement, "that it is", "it is not", {}, "", {"x.toml", 3, 0}});
  return result;
}

inline Catalogue a_catalogue() {
  return {{"area.claim", Level::must, Suite::documented, Basis::derived, "here", "it is", ""},
          {"area.other", Level::must, Suite::documented, Basis::derived, "there", "it is too", ""}};
}

inline RunResult a_run(std::vector<CaseResult> cases) {
  RunResult run;
  run.version = "1";
  run.implementation = "it";
  run.started = "2024-01-01T00:00:00Z";
  run.cases = std::move(cases);
  run.requirements = summarise(a_catalogue(), run.cases);
  return run;
}

inline ReadReport read_back(const RunResult& run, const std::string& file = "r.json") {
  auto report = read_report(json_text(run, a_catalogue()), file);
  INFO((report ? std::string() : report.error().message));
  REQUIRE(report);
  return std::move(*report);
}

}  // namespace clusterspec
