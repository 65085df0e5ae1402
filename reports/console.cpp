// The console: failures as they come, live progress on a terminal, the summary at the end.
#include <fmt/format.h>

#include <algorithm>

#include "explain.hpp"
#include "live_lines.hpp"
#include "report.hpp"
#include "similar.hpp"
#include "summary.hpp"
#include "text.hpp"

namespace clusterspec {
namespace {

constexpr std::size_t k_most_columns = 100;  // prose is hard to read in longer lines

class Console : public ReportWriter {
 public:
  Console(Sink sink, const ConsoleStyle& style)
      : m_sink(std::move(sink)),
        m_style(style),
        m_paint(style.colour),
        m_lines(style.columns, m_paint),
        m_columns(style.columns > 0
                      ? std::min<std::size_t>(static_cast<std::size_t>(style.columns), k_most_columns)
                      : k_most_columns) {}

  void run_begun(const Plan& plan) override {
    m_catalogue = plan.catalogue;
    m_rerun = plan.rerun;
    m_rerun_end = plan.rerun_end;
    m_state.total = plan.cases;
    m_begun = m_style.now();
    m_live = m_style.terminal;
    // Of reports none of which could be read.
    if (plan.cases == 0 && plan.implementation.empty()) return;
    std::string text = fmt::format("{} against {}", counted(static_cast<std::size_t>(plan.cases), "case"),
                                   one_line(plan.implementation));
    if (plan.skipped > 0) text += fmt::format(", {} of them to be skipped", plan.skipped);
    text +=
        fmt::format("; isolation {}, observation {}\n", one_line(plan.isolation), one_line(plan.observation));
    for (const std::string& note : plan.notes)
      text += m_paint.warning("note: ") + wrapped(one_line(note), 6, m_columns) + '\n';
    say(text);
  }

  void case_begun(const Case& one) override {
    m_state.running.push_back(one.id);
    say({});
  }

  void case_ended(const CaseResult& result) override {
    const auto it = std::find(m_state.running.begin(), m_state.running.end(), result.id);
    if (it != m_state.running.end()) m_state.running.erase(it);
    ++m_state.done;
    if (result.judgement.verdict == Verdict::fail) m_state.failures += result.known.empty();
    if (result.judgement.verdict == Verdict::error) ++m_state.errors;
    say(text_of(result));
  }

  void tick() override { say({}); }

  void run_ended(const RunResult& run) override {
    m_live = false;
    say('\n' + summary(run, {m_paint, m_columns, m_state.total, m_rerun, m_rerun_end}));
  }

 private:
  // In one piece, so that nothing of another writer to the terminal comes between.
  void say(std::string_view text) {
    std::string piece = m_lines.erase();
    if (!text.empty()) {
      if (m_after_block && text.front() != '\n') piece += '\n';
      m_after_block = text.front() == '\n';
      piece += text;
    }
    if (m_live) {
      m_state.seconds = std::chrono::duration<double>(m_style.now() - m_begun).count();
      piece += m_lines.draw(m_state);
    }
    if (!piece.empty()) m_sink(piece);
  }

  std::string text_of(const CaseResult& result) {
    const Verdict verdict = result.judgement.verdict;
    if (!result.known.empty())
      return m_paint.warning("known") + " " + label(result) + ": " + one_line(result.known) + '\n';
    if (verdict == Verdict::fail || verdict == Verdict::error) return failure_text(result);
    if (!m_style.verbose) return {};
    std::string line = verdict_word(verdict, m_paint) + " " + label(result);
    if (verdict == Verdict::skip)
      line += ": " + one_line(result.judgement.reason);
    else
      line += m_paint.faint(fmt::format("  {:.2f} s", result.seconds));
    if (verdict == Verdict::pass)
      for (const Finding& finding : result.judgement.findings)
        line += "\n      noted: " + one_line(finding.requirement) + ": " + one_line(finding.actual);
    return line + '\n';
  }

  std::string failure_text(const CaseResult& result) {
    constexpr std::size_t k_actual_columns = 160;
    const auto before = m_similar.told_before(result);
    if (!before) return '\n' + explained(result, m_catalogue, m_paint, m_columns);
    return verdict_word(result.judgement.verdict, m_paint) + " " + label(result) + "  as for " + *before +
           ", here: " + actual_line(result, k_actual_columns) + '\n';
  }

  Sink m_sink;
  ConsoleStyle m_style;
  Paint m_paint;
  LiveLines m_lines;
  std::size_t m_columns;
  Catalogue m_catalogue;
  std::string m_rerun, m_rerun_end;
  SimilarFailures m_similar;
  LiveState m_state;
  std::chrono::steady_clock::time_point m_begun;
  bool m_live = false;
  bool m_after_block = false;  // the last text was a block, set apart by empty lines from what is around it
};

}  // namespace

std::unique_ptr<ReportWriter> make_console(Sink sink, const ConsoleStyle& style) {
  return std::make_unique<Console>(std::move(sink), style);
}

}  // namespace clusterspec
