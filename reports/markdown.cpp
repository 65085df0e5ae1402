// Markdown as GitHub, GitLab and Forgejo show it: totals, requirements, and each failure behind a click. Text
// of a server stands only in <pre> or <code>.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "markdown_text.hpp"
#include "report.hpp"
#include "similar.hpp"
#include "text.hpp"
#include "whole_run.hpp"

namespace clusterspec {
namespace {

// A job's summary page has a limit (1 MiB on GitHub); the JSON report has none.
constexpr std::size_t k_failures_in_full = 50, k_actual_columns = 160, k_reason_columns = 400;

std::string mark(RequirementVerdict verdict) {
  switch (verdict) {
    case RequirementVerdict::pass:
      return "✅ pass";
    case RequirementVerdict::fail:
      return "❌ **fail**";
    case RequirementVerdict::error:
      return "💥 **error**";
    case RequirementVerdict::skip:
      return "⏭️ skip";
    case RequirementVerdict::untested:
      return "– untested";
  }
  return {};
}

std::string heading(const RunResult& run) {
  std::string text =
      fmt::format("## clusterspec: {} {}\n\n", prose(run.implementation), prose(run.implementation_version));
  text += fmt::format("{} in {:.1f} s: **{} failed**, **{} harness errors**, {} passed, {} skipped{}.\n\n",
                      counted(run.cases.size(), "case"), run.seconds, run.count(Verdict::fail) - run.known(),
                      run.count(Verdict::error), run.count(Verdict::pass), run.count(Verdict::skip),
                      run.known() ? fmt::format(", {} known failures", run.known()) : "");
  if (run.interrupted) text += "**The run was interrupted: not every case ended.**\n\n";
  text += fmt::format("clusterspec {}, started {}, on {}; isolation {}, observation {}, time scale {}.\n\n",
                      prose(run.version), prose(run.started), prose(run.host), prose(run.isolation),
                      prose(run.observation), run.time_scale);
  for (const std::string& note : run.notes) text += "- " + prose(note) + '\n';
  return run.notes.empty() ? text : text + '\n';
}

std::string requirements_table(const RunResult& run) {
  if (run.requirements.empty()) return {};
  std::string text =
      "### Requirements\n\n"
      "| Requirement | Level | Verdict | Failed | Errors | Passed | Skipped | Statement |\n"
      "|---|---|---|--:|--:|--:|--:|---|\n";
  for (const RequirementResult& result : run.requirements)
    text += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} |\n", code(result.requirement.id),
                        name_of(result.requirement.level), mark(result.verdict), result.failed, result.errors,
                        result.passed, result.skipped, prose(result.requirement.text));
  return text + '\n';
}

std::string details(std::string_view summary, std::string_view body) {
  return fmt::format("<details><summary>{}</summary>\n\n<pre>\n{}</pre>\n\n</details>\n\n", summary,
                     html(body));
}

std::string failures(const RunResult& run, const Catalogue& catalogue) {
  SimilarFailures similar;
  std::string in_full, alike;
  std::size_t told = 0, left = 0;
  for (const CaseResult& result : run.cases) {
    const Verdict verdict = result.judgement.verdict;
    if ((verdict != Verdict::fail && verdict != Verdict::error) || !result.known.empty()) continue;
    if (const auto before = similar.told_before(result)) {
      alike += label(result) + "\n    as for " + *before +
               ", here: " + actual_line(result, k_actual_columns) + '\n';
    } else if (told < k_failures_in_full) {
      ++told;
      in_full += details(fmt::format("{} {}: {}", verdict == Verdict::fail ? "❌" : "💥 harness error in",
                                     code(label(result)), prose(result.title)),
                         explain(result, catalogue));
    } else {
      ++left;
    }
  }
  if (in_full.empty()) return {};
  std::string text = "### Failures\n\n" + in_full;
  if (!alike.empty()) text += details("The same failures in other combinations", alike);
  if (left) text += fmt::format("{} more are not shown here.\n\n", counted(left, "failure"));
  return text;
}

std::string listed(std::string_view title, const std::vector<std::pair<std::string, std::size_t>>& texts) {
  if (texts.empty()) return {};
  std::string text = fmt::format("### {}\n\n", title);
  for (const auto& [what, times] : texts) text += fmt::format("- {} × {}\n", times, what);
  return text + '\n';
}

// Of the baseline, and of what is missing.
std::string gate(const RunResult& run) {
  std::string text;
  const auto section = [&](std::string_view title, const std::vector<std::string>& lines) {
    if (lines.empty()) return;
    text += fmt::format("### {}\n\n", title);
    for (const std::string& line : lines) text += "- " + code(cut(line, k_reason_columns)) + '\n';
    text += '\n';
  };
  section("Incomplete: cases of the plan are missing", incomplete_lines(run));
  std::vector<std::string> known;
  for (const CaseResult& result : run.cases)
    if (!result.known.empty()) known.push_back(label(result) + ": " + one_line(result.known));
  section("Known failures (the baseline names them)", known);
  section(run.strict_baseline ? "Fixed, but still in the baseline (a failure, as it is strict)"
                              : "Fixed: these entries of the baseline can go",
          fixed_lines(run));
  return text;
}

std::string flaky(const RunResult& run) {
  const auto cases = flaky_cases(run);
  if (cases.empty()) return {};
  std::string text = fmt::format("### Flaky cases ({})\n\n", flaky_meaning(run));
  for (const FlakyCase& one : cases) {
    text += fmt::format("- {}: {}\n", flaky_count(one), code(one.id));
    for (const Finding& finding : one.first_failed->judgement.findings)
      text += fmt::format("  - {}: {}\n", code(finding.requirement),
                          code(cut(one_line(finding.actual), k_reason_columns)));
  }
  return text + '\n';
}

void count_in(std::vector<std::pair<std::string, std::size_t>>& texts, const std::string& text) {
  const auto it =
      std::find_if(texts.begin(), texts.end(), [&](const auto& entry) { return entry.first == text; });
  if (it == texts.end())
    texts.emplace_back(text, 1);
  else
    ++it->second;
}

std::string skipped_and_noted(const RunResult& run) {
  std::vector<std::pair<std::string, std::size_t>> skipped, noted, known, unexpected;
  for (const std::string& text : run.unexpected) count_in(unexpected, prose(text));
  for (const CaseResult& result : run.cases) {
    if (result.judgement.verdict == Verdict::skip)
      count_in(skipped, code(cut(one_line(result.judgement.reason), k_reason_columns)));
    if (!result.known.empty()) count_in(known, prose(result.known));
    if (result.judgement.verdict == Verdict::pass)
      for (const Finding& finding : result.judgement.findings)
        count_in(noted,
                 code(finding.requirement) + ": " + code(cut(one_line(finding.actual), k_reason_columns)));
  }
  return listed("Known violations", known) + listed("Stated as known, and met", unexpected) +
         listed("Skipped, by reason", skipped) + listed("Noted (level may never fails)", noted);
}

}  // namespace

std::string markdown_text(const RunResult& run, const Catalogue& catalogue) {
  return heading(run) + gate(run) + requirements_table(run) + flaky(run) + failures(run, catalogue) +
         skipped_and_noted(run);
}

}  // namespace clusterspec
