#include "summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "command_line.hpp"
#include "explain.hpp"
#include "text.hpp"

namespace clusterspec {
namespace {

// Texts in the order in which they came first, each with how often it came.
class Tally {
 public:
  void add(const std::string& text) {
    const auto it =
        std::find_if(m_counts.begin(), m_counts.end(), [&](const auto& c) { return c.first == text; });
    if (it == m_counts.end())
      m_counts.emplace_back(text, 1);
    else
      ++it->second;
  }
  const std::vector<std::pair<std::string, std::size_t>>& counts() const { return m_counts; }

 private:
  std::vector<std::pair<std::string, std::size_t>> m_counts;
};

std::string word_of(RequirementVerdict verdict, const Paint& paint) {
  switch (verdict) {
    case RequirementVerdict::pass:
      return paint.good("pass ");
    case RequirementVerdict::fail:
      return paint.bad("FAIL ");
    case RequirementVerdict::skip:
      return paint.warning("skip ");
    case RequirementVerdict::error:
      return paint.fault("ERROR");
    case RequirementVerdict::untested:
      return paint.faint("-    ");
  }
  return {};
}

std::string counts_of(const RequirementResult& result) {
  std::string text;
  const auto add = [&](int number, std::string_view what) {
    if (number > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number, what);
  };
  add(result.failed, "failed");
  add(result.errors, result.errors == 1 ? "error" : "errors");
  add(result.passed, "passed");
  add(result.skipped, "skipped");
  return text.empty() ? "not tested" : text;
}

std::string requirements_text(const RunResult& run, const Paint& paint) {
  // Grouped even where the catalogue's order mixes areas; groups in the order of their first requirement.
  std::vector<std::pair<std::string, std::vector<const RequirementResult*>>> groups;
  std::size_t width = 0;
  for (const RequirementResult& result : run.requirements) {
    const Requirement& requirement = result.requirement;
    const std::string name =
        fmt::format("{}/{}", name_of(requirement.suite), requirement.id.substr(0, requirement.id.find('.')));
    auto it =
        std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return group.first == name; });
    if (it == groups.end()) it = groups.insert(groups.end(), {name, {}});
    it->second.push_back(&result);
    width = std::max(width, columns_of(one_line(requirement.id)));
  }
  std::string text;
  for (const auto& [name, results] : groups) {
    text += paint.strong(one_line(name)) + '\n';
    for (const RequirementResult* result : results) {
      const std::string id = one_line(result->requirement.id);
      text += fmt::format("  {} {}{}  {:<6}  {}\n", word_of(result->verdict, paint), id,
                          std::string(width - columns_of(id), ' '), name_of(result->requirement.level),
                          counts_of(*result));
    }
    text += '\n';
  }
  return text;
}

std::string tally_text(std::string_view heading, const Tally& tally, const SummaryStyle& style) {
  if (tally.counts().empty()) return {};
  constexpr std::size_t k_most_columns = 400;
  std::string text = style.paint.strong(heading) + '\n';
  for (const auto& [what, times] : tally.counts()) {
    const std::string number = fmt::format("  {:>3} x ", times);
    text += number + wrapped(cut(one_line(what), k_most_columns), number.size(), style.columns) + '\n';
  }
  return text + '\n';
}

std::string skips_text(const RunResult& run, const SummaryStyle& style) {
  Tally tally;
  for (const CaseResult& result : run.cases)
    if (result.judgement.verdict == Verdict::skip)
      tally.add(result.judgement.reason.empty() ? "no reason was given" : result.judgement.reason);
  return tally_text("Skipped cases, by reason", tally, style);
}

std::string notes_text(const RunResult& run, const SummaryStyle& style) {
  Tally tally;
  for (const CaseResult& result : run.cases)
    if (result.judgement.verdict == Verdict::pass)
      for (const Finding& finding : result.judgement.findings)
        tally.add(fmt::format("{}: {}", finding.requirement, finding.actual));
  return tally_text("Noted (level may never fails a run)", tally, style);
}

std::string known_text(const RunResult& run, const SummaryStyle& style) {
  Tally known, met;
  for (const CaseResult& result : run.cases)
    if (!result.known.empty()) known.add(result.known);
  for (const std::string& text : run.unexpected) met.add(text);
  return tally_text("Known violations (they fail no run)", known, style) +
         tally_text("Stated as known, and met", met, style);
}

bool is_bad(const CaseResult& result) {
  return result.known.empty() &&
         (result.judgement.verdict == Verdict::fail || result.judgement.verdict == Verdict::error);
}

// How often each failed, and what was wrong the first time.
std::string flaky_text(const RunResult& run, const std::vector<FlakyCase>& flaky, const SummaryStyle& style) {
  if (flaky.empty()) return {};
  std::string text = style.paint.strong(fmt::format("Flaky cases ({})", flaky_meaning(run))) + '\n';
  for (const FlakyCase& one : flaky) {
    const CaseResult& first = *one.first_failed;
    text += fmt::format("  {}  {}\n      first: repetition {}\n", flaky_count(one), one_line(one.id),
                        first.repetition);
    for (const Finding& finding : first.judgement.findings) {
      const std::string id = one_line(finding.requirement) + ": ";
      text += "      " + id + wrapped(cut(one_line(finding.actual), 400), 8, style.columns) + '\n';
    }
  }
  return text + '\n';
}

std::string lines_text(std::string_view heading, const std::vector<std::string>& lines,
                       const SummaryStyle& style) {
  if (lines.empty()) return {};
  std::string text = style.paint.strong(heading) + '\n';
  for (const std::string& line : lines) text += "  " + wrapped(line, 6, style.columns) + '\n';
  return text + '\n';
}

// Of the baseline, and of what is missing.
std::string gate_text(const RunResult& run, const SummaryStyle& style) {
  std::vector<std::string> known;
  for (const CaseResult& result : run.cases)
    if (!result.known.empty()) known.push_back(label(result) + ": " + one_line(result.known));
  return lines_text("Known failures, which the baseline names", known, style) +
         lines_text(run.strict_baseline ? "Fixed, but still in the baseline: a failure, as it is strict"
                                        : "Fixed: these entries of the baseline can go",
                    fixed_lines(run), style) +
         lines_text("Incomplete: cases of the plan are missing", incomplete_lines(run), style);
}

// The failures themselves have scrolled away by now. Those of flaky cases stand in their own section.
std::string recap(const RunResult& run, const std::vector<FlakyCase>& flaky, const Paint& paint) {
  constexpr std::size_t k_most = 20;
  std::set<std::string_view> told;
  for (const FlakyCase& one : flaky) told.insert(one.id);
  std::string text;
  std::size_t bad = 0;
  for (const CaseResult& result : run.cases)
    if (is_bad(result) && result.known.empty() && !told.contains(result.id) && ++bad <= k_most)
      text += "  " + verdict_word(result.judgement.verdict, paint) + " " + label(result) + '\n';
  if (bad == 0) return {};
  if (bad > k_most) text += fmt::format("  and {} more\n", bad - k_most);
  return paint.strong("Cases that did not pass (explained above)") + '\n' + text + '\n';
}

std::string totals(const RunResult& run, const SummaryStyle& style) {
  std::string text = fmt::format("{} in {:.1f} s", counted(run.cases.size(), "case"), run.seconds);
  bool first = true;
  const auto add = [&](Verdict verdict, std::string_view what, auto paint) {
    const int number = run.count(verdict) - (verdict == Verdict::fail ? run.known() : 0);
    if (number == 0) return;
    text += (first ? ": " : ", ") + paint(fmt::format("{} {}", number, what));
    first = false;
  };
  const Paint& paint = style.paint;
  const int errors = run.count(Verdict::error);
  add(Verdict::fail, "failed", [&](const std::string& t) { return paint.bad(t); });
  if (const int known = run.known(); known > 0) {
    text += (first ? ": " : ", ") + paint.warning(counted(static_cast<std::size_t>(known), "known failure"));
    first = false;
  }
  add(Verdict::error, errors == 1 ? "harness error" : "harness errors",
      [&](const std::string& t) { return paint.fault(t); });
  add(Verdict::pass, "passed", [&](const std::string& t) { return paint.good(t); });
  add(Verdict::skip, "skipped", [&](const std::string& t) { return paint.warning(t); });
  text += '\n';
  if (run.interrupted)
    text += paint.warning(fmt::format("Interrupted: {} of {} ended", run.cases.size(),
                                      counted(static_cast<std::size_t>(style.planned), "case"))) +
            '\n';
  return text;
}

bool never_ready(const RunResult& run) {
  if (run.known() > 0) return false;
  const bool any_ready =
      std::any_of(run.cases.begin(), run.cases.end(), [](const CaseResult& r) { return r.became_ready; });
  return !any_ready && run.count(Verdict::fail) > 0 && run.count(Verdict::pass) == 0;
}

// Only commands that exist, each with what it is for.
std::string next_steps(const RunResult& run, const SummaryStyle& style) {
  std::vector<std::pair<std::string, std::string>> steps;
  std::string text;
  if (run.cases.empty() && !run.interrupted && run.incomplete.empty()) {
    text += "Nothing was selected, so nothing is known.\n";
    steps.emplace_back("clusterspec list", "shows what there is to select");
  }
  if (never_ready(run)) {
    constexpr std::string_view k_advice =
        "No case became ready: the server never opened all its listeners. Start it by hand with the "
        "command line shown above; if it starts, its implementation file states something else than it does.";
    text += wrapped(k_advice, 0, style.columns) + '\n';
    steps.emplace_back("clusterspec check",
                       "reads the scenarios and implementations and says what is wrong in them");
  }
  const auto bad = std::find_if(run.cases.begin(), run.cases.end(), [](const CaseResult& result) {
    return is_bad(result) && result.known.empty();
  });
  if (bad != run.cases.end()) {
    const auto kept = std::find_if(run.cases.begin(), run.cases.end(), [](const CaseResult& result) {
      return is_bad(result) && !result.journal_file.empty();
    });
    if (kept != run.cases.end())
      steps.emplace_back("clusterspec judge " + shell_quoted(kept->journal_file),
                         "explains it again from its journal, without a server");
    const auto packed = std::find_if(run.cases.begin(), run.cases.end(),
                                     [](const CaseResult& result) { return !result.capsule_file.empty(); });
    if (packed != run.cases.end()) {
      steps.emplace_back("clusterspec replay " + shell_quoted(packed->capsule_file),
                         "runs it again the same way, here or elsewhere");
      steps.emplace_back("clusterspec shrink " + shell_quoted(packed->capsule_file),
                         "makes it smaller for as long as it fails");
    }
    if (!style.rerun.empty())
      steps.emplace_back(style.rerun + shell_quoted(bad->id) + style.rerun_end, "runs that one case again");
  }
  if (steps.empty()) return text;
  text += '\n' + style.paint.strong("Next") + '\n';
  for (const auto& [command, purpose] : steps) text += fmt::format("  {}\n      {}\n", command, purpose);
  return text;
}

}  // namespace

std::string summary(const RunResult& run, const SummaryStyle& style) {
  const std::vector<FlakyCase> flaky = flaky_cases(run);
  return requirements_text(run, style.paint) + skips_text(run, style) + notes_text(run, style) +
         known_text(run, style) + flaky_text(run, flaky, style) + gate_text(run, style) +
         recap(run, flaky, style.paint) + totals(run, style) + next_steps(run, style);
}

}  // namespace clusterspec
