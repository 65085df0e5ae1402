// Workflow commands for a job on GitHub ("Workflow commands for GitHub Actions", its runner's ActionCommand):
// an annotation for each failure at the place of its expectation in the scenario, at most ten, as that is how
// many a step may have, and a notice with the totals.
//
// The runner takes commands from any line of the job's output, and a server's output stands in what the
// console tells. So all commands are stopped until the run has ended, with a token that the server cannot
// know.
#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <vector>

#include "report.hpp"
#include "text.hpp"
#include "whole_run.hpp"

namespace clusterspec {
namespace {

constexpr std::size_t k_most_annotations = 10, k_most_columns = 1000, k_most_fixed = 3;

// What a command's message must not hold as it is; its properties are separated by colons and commas too.
std::string escaped(std::string_view text, bool property) {
  std::string safe;
  for (const char c : text) {
    if (c == '%')
      safe += "%25";
    else if (c == '\r')
      safe += "%0D";
    else if (c == '\n')
      safe += "%0A";
    else if (property && c == ':')
      safe += "%3A";
    else if (property && c == ',')
      safe += "%2C";
    else
      safe += c;
  }
  return safe;
}

std::string command(std::string_view name, const Location& where, const std::string& title,
                    const std::string& message) {
  std::string properties;
  const auto add = [&](std::string_view key, const std::string& value) {
    properties += fmt::format("{}{}={}", properties.empty() ? " " : ",", key, escaped(value, true));
  };
  if (!where.file.empty()) add("file", one_line(where.file));
  if (!where.file.empty() && where.line > 0) add("line", std::to_string(where.line));
  add("title", title);
  return fmt::format("::{}{}::{}\n", name, properties, escaped(message, false));
}

std::string token() {
  std::random_device device;
  std::string text = "clusterspec-";
  for (int i = 0; i < 4; ++i) text += fmt::format("{:08x}", device());
  return text;
}

// What failed once in the whole: further combinations of the same expectation are counted.
struct Annotation {
  std::string_view level;
  Location where;
  std::string title, message;
  int more = 0;
};

void add(std::vector<Annotation>& all, std::string_view level, const Location& where,
         const std::string& title, const std::string& message) {
  for (Annotation& known : all)
    if (known.where == where && known.title == title && !where.file.empty()) {
      ++known.more;
      return;
    }
  Annotation& one = all.emplace_back();
  one.level = level;
  one.where = where;
  one.title = title;
  one.message = message;
}

void add_case(std::vector<Annotation>& all, const CaseResult& result) {
  if (result.judgement.verdict == Verdict::error)
    add(all, "error", result.scenario_at, "harness error",
        label(result) + ": " + cut(one_line(result.judgement.reason), k_most_columns));
  if (!result.counts()) return;
  for (const Finding& finding : result.judgement.findings)
    add(all, "error", finding.where.file.empty() ? result.scenario_at : finding.where,
        one_line(finding.requirement),
        fmt::format("{}\nExpected: {}\nActual: {}", label(result),
                    cut(one_line(finding.expected), k_most_columns),
                    cut(one_line(finding.actual), k_most_columns)));
}

class Github : public ReportWriter {
 public:
  explicit Github(Sink sink) : m_sink(std::move(sink)) {}

  void run_begun(const Plan&) override { m_sink("::stop-commands::" + m_token + '\n'); }

  void run_ended(const RunResult& run) override {
    std::vector<Annotation> all;
    const Location nowhere;
    for (const std::string& line : incomplete_lines(run)) add(all, "error", nowhere, "incomplete", line);
    std::size_t fixed = 0;
    for (const std::string& line : fixed_lines(run))
      if (++fixed <= k_most_fixed)
        add(all, run.strict_baseline ? "error" : "warning", nowhere, "fixed, but still in the baseline",
            line);
    for (const CaseResult& result : run.cases) add_case(all, result);
    std::string text = "::" + m_token + "::\n";
    const std::size_t shown = std::min(all.size(), k_most_annotations - 1);
    for (std::size_t i = 0; i < shown; ++i) {
      const Annotation& one = all[i];
      text += command(one.level, one.where, one.title,
                      one.message + (one.more ? fmt::format("\nand in {} more", one.more) : ""));
    }
    text += command("notice", {}, "clusterspec", totals(run, all.size() - shown));
    m_sink(text);
  }

 private:
  static std::string totals(const RunResult& run, std::size_t left) {
    std::string text = fmt::format(
        "{}: {} failed, {} harness errors, {} known failures, {} passed, {} skipped",
        counted(run.cases.size(), "case"), run.count(Verdict::fail) - run.known(), run.count(Verdict::error),
        run.known(), run.count(Verdict::pass), run.count(Verdict::skip));
    std::string failing;
    for (const RequirementResult& result : run.requirements)
      if (result.verdict == RequirementVerdict::fail)
        failing += (failing.empty() ? "" : ", ") + one_line(result.requirement.id);
    if (!failing.empty()) text += "\nRequirements that are not met: " + failing;
    if (left > 0) text += fmt::format("\n{} more are not annotated; the other reports have all", left);
    return text;
  }

  Sink m_sink;
  std::string m_token = token();
};

}  // namespace

std::unique_ptr<ReportWriter> make_github(Sink sink) { return std::make_unique<Github>(std::move(sink)); }

}  // namespace clusterspec
