// The timeline page (--report html=FILE): one file that needs nothing else. What a server chose stands only
// in JSON inside of script elements that are data, with every "<" written as \u003c, and the page's script
// shows it as text only.
#include <map>
#include <utility>

#include "reports/command_line.hpp"
#include "reports/evidence.hpp"
#include "reports/html/page.hpp"
#include "reports/html/picture.hpp"
#include "reports/report.hpp"
#include "reports/text.hpp"
#include "reports/whole_run.hpp"

namespace clusterspec {
namespace {

using Json = nlohmann::ordered_json;

// Bytes of pictures in one page. Those of cases that did not pass come before all others.
constexpr std::size_t k_most_failing = 48 << 20, k_most_passing = 16 << 20;
constexpr std::size_t k_evidence_columns = 240, k_most_evidence = 400;

// JSON that can stand in any element: markup exists in it only inside of strings.
std::string embedded(const Json& json) {
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size() + text.size() / 16);
  for (const char c : text) {
    if (c == '<')
      safe += "\\u003c";
    else if (c == '>')
      safe += "\\u003e";
    else if (c == '&')
      safe += "\\u0026";
    else
      safe += c;
  }
  return safe;
}

std::string data_element(const std::string& id, const std::string& json) {
  return "<script type=\"application/json\" id=\"" + id + "\">" + json + "</script>\n";
}

Json finding(const CaseResult& result, const EventTeller& teller, const Finding& found,
             const Catalogue& catalogue) {
  const Requirement* requirement = find(catalogue, found.requirement);
  Json evidence = Json::array();
  for (const int number : found.evidence) {
    if (evidence.size() == k_most_evidence) break;
    evidence.push_back({number, teller.line(number, k_evidence_columns)});
  }
  return {{"requirement", one_line(found.requirement)},
          {"level", requirement ? name_of(requirement->level) : std::string_view()},
          {"text", requirement ? many_lines(requirement->text) : ""},
          {"expected", cut(many_lines(found.expected), 4000)},
          {"actual", cut(many_lines(found.actual), 4000)},
          {"hint", many_lines(found.hint)},
          {"where", place(found.where)},
          {"evidence", std::move(evidence)},
          {"evidence_left", found.evidence.size() - std::min(found.evidence.size(), k_most_evidence)},
          {"journal", !result.journal.empty()}};
}

// All that stands below a case's title; the picture only if it is asked for.
std::string details(const CaseResult& result, const Catalogue& catalogue, bool with_picture) {
  Json findings = Json::array(), requirements = Json::array();
  const EventTeller teller(result);
  for (const Finding& found : result.judgement.findings)
    findings.push_back(finding(result, teller, found, catalogue));
  for (const auto& [id, verdict] : result.judgement.requirements)
    requirements.push_back({one_line(id), name_of(verdict)});
  return embedded(
      {{"where", place(result.scenario_at)},
       {"command", cut(command_of(result), 4000)},
       {"journal", one_line(result.journal_file)},
       {"capsule", one_line(result.capsule_file)},
       {"again", result.capsule_file.empty() ? std::string()
                                             : "clusterspec replay " + shell_quoted(result.capsule_file)},
       {"requirements", std::move(requirements)},
       {"findings", std::move(findings)},
       {"picture", with_picture ? picture(result) : Json(nullptr)}});
}

Json row(const CaseResult& result, bool pictured) {
  std::string what = result.judgement.reason;
  for (const Finding& found : result.judgement.findings)
    what += (what.empty() ? "" : " ") + found.requirement + " " + cut(one_line(found.actual), 300);
  return {{"label", label(result)},
          {"scenario", one_line(result.scenario)},
          {"variant", variant(result)},
          {"title", one_line(result.title)},
          {"verdict", name_of(result.judgement.verdict)},
          {"known", one_line(result.known)},
          {"reason", one_line(result.judgement.reason)},
          {"seconds", result.seconds},
          {"what", cut(one_line(what), 1000)},
          {"pictured", pictured}};
}

Json requirement(const RequirementResult& result) {
  const Requirement& about = result.requirement;
  return {{"id", one_line(about.id)},       {"verdict", name_of(result.verdict)},
          {"level", name_of(about.level)},  {"suite", name_of(about.suite)},
          {"text", many_lines(about.text)}, {"source", one_line(about.source)},
          {"passed", result.passed},        {"failed", result.failed},
          {"skipped", result.skipped},      {"errors", result.errors}};
}

Json strings(const std::vector<std::string>& texts) {
  Json list = Json::array();
  for (const std::string& text : texts) list.push_back(one_line(text));
  return list;
}

class Page : public ReportWriter {
 public:
  explicit Page(Sink sink) : m_sink(std::move(sink)) {}

  void run_begun(const Plan& plan) override { m_catalogue = plan.catalogue; }

  // Now, since the journal of a case that passes is gone when the run ends. Of its repetitions the first is
  // shown.
  void case_ended(const CaseResult& result) override {
    const bool passed =
        result.judgement.verdict == Verdict::pass || result.judgement.verdict == Verdict::skip;
    std::size_t& used = passed ? m_passing : m_failing;
    const bool again = passed && result.repetition > 1;
    const bool pictured =
        !result.journal.empty() && !again && used < (passed ? k_most_passing : k_most_failing);
    One& one = m_cases[{result.id, result.repetition}];
    one.details = details(result, m_catalogue, pictured);
    one.pictured = pictured;
    used += one.details.size();
  }

  void run_ended(const RunResult& run) override {
    const Catalogue catalogue = catalogue_of(m_catalogue, run);
    Json rows = Json::array(), requirements = Json::array(), fixed = Json::array();
    std::string cases;
    for (const CaseResult& result : run.cases) {
      One& one = m_cases[{result.id, result.repetition}];
      if (one.details.empty()) one.details = details(result, catalogue, false);
      cases += data_element("case-" + std::to_string(rows.size()), one.details);
      one.details.clear();
      rows.push_back(row(result, one.pictured));
    }
    for (const RequirementResult& result : run.requirements) requirements.push_back(requirement(result));
    for (const FixedFailure& one : run.fixed)
      fixed.push_back(one_line(one.requirement + " in " + one.cases + ": " + one.reason));
    const Json facts{{"clusterspec", one_line(run.version)},
                     {"implementation", one_line(run.implementation)},
                     {"version", one_line(run.implementation_version)},
                     {"started", one_line(run.started)},
                     {"seconds", run.seconds},
                     {"host", one_line(run.host)},
                     {"isolation", one_line(run.isolation)},
                     {"observation", one_line(run.observation)},
                     {"interrupted", run.interrupted},
                     {"incomplete", strings(run.incomplete)},
                     {"fixed", std::move(fixed)},
                     {"notes", strings(run.notes)},
                     {"requirements", std::move(requirements)},
                     {"cases", std::move(rows)}};
    write(data_element("run", embedded(facts)) + cases);
  }

 private:
  struct One {
    std::string details;
    bool pictured = false;
  };

  void write(const std::string& data) {
    constexpr std::string_view k_mark = "@DATA@";
    const auto at = k_timeline_page.find(k_mark);
    m_sink(k_timeline_page.substr(0, at));
    m_sink(data);
    m_sink(k_timeline_page.substr(at + k_mark.size()));
  }

  Sink m_sink;
  Catalogue m_catalogue;
  std::map<std::pair<std::string, int>, One> m_cases;
  std::size_t m_failing = 0, m_passing = 0;
};

}  // namespace

std::unique_ptr<ReportWriter> make_page(Sink sink) { return std::make_unique<Page>(std::move(sink)); }

}  // namespace clusterspec
