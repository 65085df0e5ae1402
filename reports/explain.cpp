#include "explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "command_line.hpp"
#include "connection_summary.hpp"
#include "evidence.hpp"
#include "report.hpp"
#include "text.hpp"

namespace clusterspec {
namespace {

constexpr std::size_t k_indent = 2, k_text_column = 15, k_event_columns = 240;
constexpr std::size_t k_evidence_shown = 12, k_last_events = 10;
constexpr std::size_t k_columns = 100, k_most_prose = 800;

// A block of "  Label       text" entries.
class Page {
 public:
  Page(const Paint& paint, std::size_t columns)
      : m_paint(paint), m_columns(std::max<std::size_t>(columns, 40)) {}

  // Prose: broken at the page's width.
  void prose(std::string_view name, std::string_view text) {
    if (!text.empty()) entry(name, wrapped(cut(many_lines(text), k_most_prose), k_text_column, m_columns));
  }

  // As it is, on one line.
  void exact(std::string_view name, std::string_view text) {
    if (!text.empty()) entry(name, text);
  }

  void list(std::string_view name, const std::vector<std::string>& lines) {
    for (std::size_t i = 0; i < lines.size(); ++i) entry(i == 0 ? name : "", lines[i]);
  }

  void heading(std::string_view text) { m_text += std::string(k_indent, ' ') + m_paint.strong(text) + '\n'; }
  void gap() { m_text += '\n'; }
  void raw(std::string_view text) { m_text += text; }
  std::string take() { return std::move(m_text); }

 private:
  void entry(std::string_view name, std::string_view text) {
    m_text += std::string(k_indent, ' ') + m_paint.strong(name);
    m_text += std::string(k_text_column - k_indent - name.size(), ' ');
    m_text += text;
    m_text += '\n';
  }

  const Paint& m_paint;
  std::size_t m_columns;
  std::string m_text;
};

std::string source_of(const Requirement& requirement) {
  if (requirement.basis == Basis::quoted && !requirement.quote.empty())
    return fmt::format("{}: \"{}\"", requirement.source, requirement.quote);
  return requirement.source.empty() ? "" : "derived from " + requirement.source;
}

void add_requirement(Page& page, const RequirementId& id, const Catalogue& catalogue) {
  const Requirement* requirement = find(catalogue, id);
  if (!requirement) {
    page.prose("Required", id);
    return;
  }
  page.prose("Required", fmt::format("{}, level {}:", id, name_of(requirement->level)));
  page.prose("", requirement->text);
  page.prose("Source", source_of(*requirement));
}

void add_finding(Page& page, const EventTeller& teller, const Finding& finding) {
  page.prose("Expected", finding.expected);
  page.prose("Actual", finding.actual);
  page.list("Evidence", teller.lines(finding.evidence, k_evidence_shown, k_event_columns));
  page.prose("Usual cause", finding.hint);
  if (finding.where.line > 0) page.exact("Checked at", place(finding.where));
}

void add_findings(Page& page, const std::vector<Finding>& findings, const EventTeller& teller,
                  const Catalogue& catalogue) {
  std::set<RequirementId> told;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    page.gap();
    if (findings.size() > 1) page.heading(fmt::format("{} of {}", i + 1, findings.size()));
    if (told.insert(findings[i].requirement).second)
      add_requirement(page, findings[i].requirement, catalogue);
    else
      page.prose("Required", findings[i].requirement + ", as above");
    add_finding(page, teller, findings[i]);
  }
}

// The case failed by a precondition: what it is about is neither shown nor refuted.
void add_not_judged(Page& page, const Judgement& judgement) {
  std::string ids;
  for (const auto& [id, verdict] : judgement.requirements)
    if (verdict == Verdict::skip) ids += (ids.empty() ? "" : ", ") + id;
  if (ids.empty()) return;
  page.gap();
  page.prose("Not judged", ids + ": " + judgement.reason);
}

// What lies between client and server, if not a loopback.
std::string link_of(const CaseResult& result) {
  if (result.journal.empty()) return {};
  const auto* begun = std::get_if<CaseBegun>(&result.journal.front().what);
  return begun && begun->link ? one_line(*begun->link) : std::string();
}

std::string server_of(const CaseResult& result) {
  if (result.arguments.empty()) return "was not launched";
  return result.command.empty() ? short_command_line(result.arguments) : cut(command_of(result), 1000);
}

// Where to look further: what happened last, with a mark at what the findings name, and the files.
void add_context(Page& page, const CaseResult& result, const EventTeller& teller) {
  std::set<int> named;
  for (const Finding& finding : result.judgement.findings)
    named.insert(finding.evidence.begin(), finding.evidence.end());
  const auto numbers = teller.last(k_last_events);
  const auto lines = teller.lines(numbers, numbers.size(), k_event_columns);
  if (!numbers.empty()) {
    page.gap();
    page.heading(numbers.size() == result.journal.size()
                     ? std::string("All that happened")
                     : fmt::format("The last {} of {} events", numbers.size(), result.journal.size()));
  }
  for (std::size_t i = 0; i < lines.size(); ++i)
    page.raw((named.contains(numbers[i]) ? "  > " : "    ") + lines[i] + '\n');
  page.gap();
  page.list("Connections", connection_summary(result.journal, Cluster::of(result.journal)));
  page.exact("Processes", teller.who_is_who());
  page.exact("Server", server_of(result));
  page.exact("Link", link_of(result));
  page.exact("Scenario", place(result.scenario_at));
  page.exact("Journal", result.journal_file.empty() ? "was not kept" : one_line(result.journal_file));
}

}  // namespace

std::string verdict_word(Verdict verdict, const Paint& paint) {
  switch (verdict) {
    case Verdict::pass:
      return paint.good("pass ");
    case Verdict::fail:
      return paint.bad("FAIL ");
    case Verdict::skip:
      return paint.warning("skip ");
    case Verdict::error:
      return paint.fault("ERROR");
  }
  return {};
}

std::string explained(const CaseResult& result, const Catalogue& catalogue, const Paint& paint,
                      std::size_t columns) {
  Page page(paint, columns);
  const Judgement& judgement = result.judgement;
  const EventTeller teller(result);
  page.raw(verdict_word(judgement.verdict, paint) + " " + paint.strong(label(result)) + '\n');
  if (!result.title.empty()) page.raw("      " + one_line(result.title) + '\n');
  switch (judgement.verdict) {
    case Verdict::pass:
      if (judgement.findings.empty()) break;
      page.gap();
      page.heading("Noted; level may never fails a case");
      add_findings(page, judgement.findings, teller, catalogue);
      break;
    case Verdict::skip:
      page.gap();
      page.prose("Skipped", judgement.reason);
      break;
    case Verdict::fail:
      if (judgement.findings.empty()) {
        page.gap();
        page.prose("Actual", "no finding was recorded");
      }
      add_findings(page, judgement.findings, teller, catalogue);
      add_not_judged(page, judgement);
      add_context(page, result, teller);
      break;
    case Verdict::error:
      page.gap();
      page.heading("The harness failed here. This says nothing about the server.");
      page.prose("Reason", judgement.reason.empty() ? "none was recorded" : judgement.reason);
      page.prose("What now",
                 "run the case again; if the fault stays, the journal is what a report of it needs");
      add_findings(page, judgement.findings, teller, catalogue);
      add_context(page, result, teller);
      break;
  }
  return page.take();
}

std::string explain(const CaseResult& result, const Catalogue& catalogue) {
  return explained(result, catalogue, Paint(false), k_columns);
}

}  // namespace clusterspec
