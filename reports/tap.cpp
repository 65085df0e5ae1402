// TAP 14 (testanything.org): a test point for each case when it ends, with a YAML block below those that have
// something to say. The plan comes last, so that a report that was cut off is seen to be incomplete.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "command_line.hpp"
#include "evidence.hpp"
#include "report.hpp"
#include "text.hpp"
#include "whole_run.hpp"

namespace clusterspec {
namespace {

constexpr std::size_t k_evidence_shown = 20, k_event_columns = 240;

// In a description "#" begins a directive and "\" escapes.
std::string description(std::string_view text) {
  std::string escaped;
  for (const char c : one_line(text)) {
    if (c == '#' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

// A JSON string is a double-quoted YAML scalar.
std::string scalar(std::string_view text) {
  return nlohmann::json(many_lines(text)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

class Yaml {
 public:
  void begin() { m_text += "  ---\n"; }
  void end() { m_text += "  ...\n"; }
  void text(std::size_t depth, std::string_view key, std::string_view value) {
    if (!value.empty())
      m_text += fmt::format("  {}{}: {}\n", std::string(depth * 2, ' '), key, scalar(value));
  }
  void number(std::size_t depth, std::string_view key, double value) {
    m_text += fmt::format("  {}{}: {}\n", std::string(depth * 2, ' '), key, value);
  }
  void list(std::size_t depth, std::string_view key) {
    m_text += fmt::format("  {}{}:\n", std::string(depth * 2, ' '), key);
  }
  void item(std::size_t depth, std::string_view value) {
    m_text += fmt::format("  {}- {}\n", std::string(depth * 2, ' '), scalar(value));
  }
  // The first key of an object in a list.
  void first(std::size_t depth, std::string_view key, std::string_view value) {
    m_text += fmt::format("  {}- {}: {}\n", std::string(depth * 2, ' '), key, scalar(value));
  }
  std::string take() { return std::move(m_text); }

 private:
  std::string m_text;
};

void add_location(Yaml& yaml, std::size_t depth, const Location& where) {
  if (where.file.empty()) return;
  yaml.list(depth, "at");
  yaml.text(depth + 1, "file", where.file);
  yaml.number(depth + 1, "line", where.line);
}

void add_findings(Yaml& yaml, const CaseResult& result, const Catalogue& catalogue) {
  if (result.judgement.findings.empty()) return;
  const EventTeller teller(result);
  yaml.list(0, "findings");
  for (const Finding& finding : result.judgement.findings) {
    const Requirement* requirement = find(catalogue, finding.requirement);
    yaml.first(1, "requirement", finding.requirement);
    if (requirement) {
      yaml.text(2, "level", name_of(requirement->level));
      yaml.text(2, "text", requirement->text);
    }
    yaml.text(2, "expected", finding.expected);
    yaml.text(2, "actual", finding.actual);
    yaml.text(2, "hint", finding.hint);
    add_location(yaml, 2, finding.where);
    if (finding.evidence.empty()) continue;
    yaml.list(2, "evidence");
    for (const std::string& line : teller.lines(finding.evidence, k_evidence_shown, k_event_columns))
      yaml.item(3, line);
  }
}

std::string diagnostics(const CaseResult& result, const Catalogue& catalogue) {
  const Judgement& judgement = result.judgement;
  const bool bad = judgement.verdict == Verdict::fail || judgement.verdict == Verdict::error;
  if (judgement.verdict == Verdict::skip || (!bad && judgement.findings.empty())) return {};
  Yaml yaml;
  yaml.begin();
  yaml.text(0, "title", result.title);
  yaml.text(0, "severity", bad ? name_of(judgement.verdict) : "comment");
  if (judgement.verdict == Verdict::error)
    yaml.text(0, "message", "the harness failed, not the server: " + judgement.reason);
  yaml.number(0, "duration_ms", result.seconds * 1000);
  add_location(yaml, 0, result.scenario_at);
  add_findings(yaml, result, catalogue);
  yaml.text(0, "server", command_of(result));
  yaml.text(0, "journal", result.journal_file);
  yaml.text(0, "capsule", result.capsule_file);
  yaml.end();
  return yaml.take();
}

class Tap : public ReportWriter {
 public:
  explicit Tap(Sink sink) : m_sink(std::move(sink)) {}

  void run_begun(const Plan& plan) override {
    m_catalogue = plan.catalogue;
    m_planned = plan.cases;
    std::string text = "TAP version 14\n";
    text += fmt::format("# clusterspec against {}; isolation {}, observation {}\n",
                        one_line(plan.implementation), one_line(plan.isolation), one_line(plan.observation));
    for (const std::string& note : plan.notes) text += "# note: " + one_line(note) + '\n';
    m_sink(text);
  }

  void case_ended(const CaseResult& result) override {
    const Verdict verdict = result.judgement.verdict;
    const bool good = verdict == Verdict::pass || verdict == Verdict::skip;
    std::string text =
        fmt::format("{} {} - {}", good ? "ok" : "not ok", ++m_written, description(label(result)));
    if (verdict == Verdict::skip) text += " # SKIP " + description(result.judgement.reason);
    // What is known to fail is still to be done, and fails no run.
    if (!result.known.empty()) text += " # TODO known failure: " + description(result.known);
    m_sink(text + '\n' + diagnostics(result, m_catalogue));
  }

  void run_ended(const RunResult& run) override {
    std::string text;
    for (const RequirementResult& result : run.requirements)
      text += fmt::format("# requirement {} ({}): {}\n", one_line(result.requirement.id),
                          name_of(result.requirement.level), name_of(result.verdict));
    for (const FlakyCase& one : flaky_cases(run))
      text += fmt::format("# flaky ({}): {}: {}\n", flaky_meaning(run), one_line(one.id), flaky_count(one));
    for (const std::string& line : fixed_lines(run)) text += "# fixed: " + line + '\n';
    for (const std::string& line : incomplete_lines(run)) text += "# incomplete: " + line + '\n';
    if (run.interrupted)
      text += fmt::format("Bail out! interrupted, {} of {} cases ended\n", m_written, m_planned);
    else if (!run.incomplete.empty())
      text += fmt::format("Bail out! incomplete, {} of {} cases ended\n", m_written, m_planned);
    else if (m_written == 0)
      text += "1..0 # SKIP nothing was selected\n";
    else
      text += fmt::format("1..{}\n", m_written);
    m_sink(text);
  }

 private:
  Sink m_sink;
  Catalogue m_catalogue;
  int m_planned = 0, m_written = 0;
};

}  // namespace

std::unique_ptr<ReportWriter> make_tap(Sink sink) { return std::make_unique<Tap>(std::move(sink)); }

}  // namespace clusterspec
