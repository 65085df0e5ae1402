// The JSON report, for programs. Its shape is reports/schema/report.schema.json; README.md says when
// `version` changes.
#include <nlohmann/json.hpp>

#include "command_line.hpp"
#include "evidence.hpp"
#include "report.hpp"
#include "text.hpp"
#include "whole_run.hpp"

namespace clusterspec {
namespace {

using Json = nlohmann::ordered_json;  // a report is read by people too: the order is that of the code

constexpr int k_version = 1;
constexpr std::size_t k_event_columns = 400;

Json strings(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(one_line(text));
  return list;
}

Json location(const Location& where) {
  if (where.file.empty()) return nullptr;
  return {{"file", one_line(where.file)}, {"line", where.line}};
}

Json event(const CaseResult& result, const EventTeller& teller, int number) {
  Json object{{"number", number}};
  if (const auto told = result.told.find(number); told != result.told.end()) {
    object["ms"] = told->second.ms;
    object["text"] = one_line(told->second.text);
    return object;
  }
  if (number < 0 || static_cast<std::size_t>(number) >= result.journal.size()) return object;
  const Event& happened = result.journal[static_cast<std::size_t>(number)];
  object["ms"] = static_cast<double>(happened.at) / 1e6;
  object["text"] = teller.line(number, k_event_columns);
  return object;
}

Json finding(const CaseResult& result, const EventTeller& teller, const Finding& found,
             const Catalogue& catalogue) {
  const Requirement* requirement = find(catalogue, found.requirement);
  Json evidence = Json::array();
  for (const int number : found.evidence) evidence.push_back(event(result, teller, number));
  return {{"requirement", one_line(found.requirement)},
          {"level", requirement ? Json(name_of(requirement->level)) : Json(nullptr)},
          {"expected", many_lines(found.expected)},
          {"actual", many_lines(found.actual)},
          {"hint", many_lines(found.hint)},
          {"location", location(found.where)},
          {"evidence", std::move(evidence)}};
}

Json connections(const std::vector<GroupResult>& groups) {
  Json list = Json::array();
  for (const GroupResult& group : groups) {
    Json outcomes = Json::object();
    int count = 0;
    for (const auto& [outcome, number] : group.outcomes) {
      outcomes[std::string(name_of(outcome))] = number;
      count += number;
    }
    list.push_back({{"group", one_line(group.group)},
                    {"count", count},
                    {"outcomes", std::move(outcomes)},
                    {"slowest_ms", static_cast<double>(group.slowest.count()) / 1e6},
                    {"over_500_ms", group.slow}});
  }
  return list;
}

Json one_case(const CaseResult& result, const Catalogue& catalogue) {
  Json combination = Json::object(), requirements = Json::object(), findings = Json::array();
  const EventTeller teller(result);
  for (const auto& [axis, value] : result.combination) combination[one_line(axis)] = one_line(value);
  for (const auto& [id, verdict] : result.judgement.requirements)
    requirements[one_line(id)] = std::string(name_of(verdict));
  for (const Finding& found : result.judgement.findings)
    findings.push_back(finding(result, teller, found, catalogue));
  Json object{{"id", one_line(result.id)},
              {"repetition", result.repetition},
              {"verdict", name_of(result.judgement.verdict)},
              {"reason", one_line(result.judgement.reason)},
              {"title", one_line(result.title)},
              {"scenario", one_line(result.scenario)},
              {"location", location(result.scenario_at)},
              {"implementation", one_line(result.implementation)},
              {"combination", std::move(combination)},
              {"seconds", result.seconds},
              {"became_ready", result.became_ready},
              {"arguments", strings(result.arguments)},
              {"command", command_of(result)},
              {"journal", result.journal_file.empty() ? Json(nullptr) : Json(one_line(result.journal_file))},
              {"capsule", result.capsule_file.empty() ? Json(nullptr) : Json(one_line(result.capsule_file))},
              {"connections", connections(result.groups)},
              {"known", result.known.empty() ? Json(nullptr) : Json(one_line(result.known))},
              {"attempts", result.attempts},
              {"requirements", std::move(requirements)},
              {"findings", std::move(findings)}};
  return object;
}

Json flaky(const FlakyCase& one) {
  return {{"id", one_line(one.id)},
          {"passed", one.passed},
          {"failed", one.failed},
          {"first_failed_repetition", one.first_failed->repetition}};
}

Json requirement(const RequirementResult& result) {
  const Requirement& about = result.requirement;
  return {{"id", one_line(about.id)},
          {"verdict", name_of(result.verdict)},
          {"level", name_of(about.level)},
          {"suite", name_of(about.suite)},
          {"basis", name_of(about.basis)},
          {"source", one_line(about.source)},
          {"text", many_lines(about.text)},
          {"quote", many_lines(about.quote)},
          {"passed", result.passed},
          {"failed", result.failed},
          {"skipped", result.skipped},
          {"errors", result.errors},
          {"skip_reasons", strings(result.reasons)}};
}

Json shard(const Shard& shard) {
  if (shard.count == 0) return nullptr;
  return {{"index", shard.index},
          {"count", shard.count},
          {"planned", shard.planned},
          {"plan", one_line(shard.plan)}};
}

Json baseline(const RunResult& run) {
  if (run.baseline.empty()) return nullptr;
  Json fixed = Json::array();
  for (const FixedFailure& one : run.fixed)
    fixed.push_back({{"requirement", one_line(one.requirement)},
                     {"case", one_line(one.cases)},
                     {"reason", one_line(one.reason)}});
  return {{"file", one_line(run.baseline)}, {"strict", run.strict_baseline}, {"fixed", std::move(fixed)}};
}

Json run_facts(const RunResult& run) {
  Json facts{{"clusterspec", one_line(run.version)},
             {"implementation", one_line(run.implementation)},
             {"implementation_version", one_line(run.implementation_version)},
             {"started", one_line(run.started)},
             {"seconds", run.seconds},
             {"host", one_line(run.host)},
             {"isolation", one_line(run.isolation)},
             {"observation", one_line(run.observation)},
             {"time_scale", run.time_scale},
             {"interrupted", run.interrupted},
             {"flaky_policy", name_of(run.flaky)},
             {"retries", run.retries},
             {"notes", strings(run.notes)},
             {"incomplete", strings(run.incomplete)},
             {"shard", shard(run.shard)},
             {"baseline", baseline(run)},
             {"totals",
              {{"cases", run.cases.size()},
               {"passed", run.count(Verdict::pass)},
               {"failed", run.count(Verdict::fail)},
               {"known", run.known()},
               {"skipped", run.count(Verdict::skip)},
               {"errors", run.count(Verdict::error)}}}};
  if (!run.unexpected.empty()) facts["unexpected"] = strings(run.unexpected);
  return facts;
}

}  // namespace

std::string json_text(const RunResult& run, const Catalogue& catalogue) {
  Json cases = Json::array(), requirements = Json::array(), flaky_ones = Json::array();
  for (const FlakyCase& one : flaky_cases(run)) flaky_ones.push_back(flaky(one));
  for (const CaseResult& result : run.cases) cases.push_back(one_case(result, catalogue));
  for (const RequirementResult& result : run.requirements) requirements.push_back(requirement(result));
  const Json document{{"format", "clusterspec-report"}, {"version", k_version},
                      {"run", run_facts(run)},          {"requirements", std::move(requirements)},
                      {"flaky", std::move(flaky_ones)}, {"cases", std::move(cases)}};
  // Every text is escaped already; `replace` only makes sure that a mistake there cannot throw.
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace clusterspec
