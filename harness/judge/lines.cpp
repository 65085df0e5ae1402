// Declared lines of output: how many, about whom, by whom.
#include <fmt/format.h>

#include <algorithm>

#include "judge/declared_lines.hpp"
#include "judge/line_pieces.hpp"
#include "judge/table.hpp"
#include "judge/wording.hpp"

namespace clusterspec {

namespace {

void judge_count(const ExpectLines& expect, const DeclaredLines& lines, Assessment& assessment) {
  const int count = static_cast<int>(lines.size());
  if (count == *expect.count) return;
  assessment.violated(
      {.expected = counted(*expect.count, name_of_line(expect)),
       .actual = fmt::format("{}{}", count, count == 0 ? "" : ", the first " + quoted(lines[0].output->text)),
       .evidence = few_of(lines),
       .hint = "",
       .proof = count > *expect.count ? Proof::seen : Proof::missing});
}

void judge_most(const ExpectLines& expect, const DeclaredLines& lines, Assessment& assessment) {
  const int count = static_cast<int>(lines.size());
  if (count <= *expect.at_most) return;
  assessment.violated({.expected = "at most " + counted(*expect.at_most, name_of_line(expect)),
                       .actual = fmt::format("{}, the last {}", count, quoted(lines.back().output->text)),
                       .evidence = few_of(lines),
                       .hint = ""});
}

void judge_wholeness(const ExpectLines& expect, const CaseView& view, Assessment& assessment) {
  std::vector<std::string> broken;
  std::vector<int> evidence;
  for (const auto& output : view.all<Output>()) {
    if (output->whole || !is_piece_of(output->text, expect.line, view.implementation().log)) continue;
    broken.push_back(quoted(output->text));
    evidence.push_back(output.number);
  }
  if (!broken.empty())
    assessment.violated(
        {.expected = "every line whole: written by one process, with its end",
         .actual = list(broken, 3),
         .evidence = few(evidence),
         .hint = "Write a line with its newline in one write call; text and newline in two calls mix with "
                 "those of other processes."});
}

void judge_sequence(const ExpectLines& expect, const CaseView& view, const DeclaredLines& lines,
                    Assessment& assessment) {
  const auto& pattern = pattern_of(view.implementation().log, LineKind::started);
  if (!pattern) return assessment.not_observed("the implementation declares no `started` line");
  const auto starts = lines_like(view, *pattern);
  std::vector<std::string> wrong;
  std::vector<int> evidence;
  for (const DeclaredLine& line : lines) {
    const auto start = std::find_if(starts.begin(), starts.end(), [&](const DeclaredLine& s) {
      return s.match.pid && s.match.pid == line.match.pid;
    });
    if (start != starts.end() && start->number < line.number) continue;
    wrong.push_back(fmt::format("{} came {}", quoted(line.output->text),
                                start == starts.end() ? "without one" : "before it"));
    evidence.push_back(line.number);
    if (start != starts.end()) evidence.push_back(start->number);
  }
  if (!wrong.empty())
    assessment.violated(
        {.expected = fmt::format("each {} after the `started` line of the same pid", name_of_line(expect)),
         .actual = list(wrong, 4),
         .evidence = few(evidence),
         .hint = "A worker can end before its start is announced: announce the start before reaping."});
}

void judge_stream(const ExpectLines& expect, const DeclaredLines& lines, Assessment& assessment) {
  DeclaredLines elsewhere;
  std::copy_if(lines.begin(), lines.end(), std::back_inserter(elsewhere),
               [](const DeclaredLine& line) { return line.output->stream != Stream::out; });
  if (!elsewhere.empty())
    assessment.violated({.expected = fmt::format("each {} on standard output", name_of_line(expect)),
                         .actual = fmt::format("{} of {} on standard error, the first {}", elsewhere.size(),
                                               lines.size(), quoted(elsewhere.front().output->text)),
                         .evidence = few_of(elsewhere),
                         .hint = ""});
}

}  // namespace

std::string name_of_line(const ExpectLines& expect) { return fmt::format("`{}` line", name_of(expect.line)); }

DeclaredLines lines_like(const CaseView& view, const std::string& pattern) {
  DeclaredLines lines;
  for (const auto& output : view.all<Output>())
    if (const auto match = match_line(pattern, output->text))
      lines.push_back(
          {output.number, output.what, *match, match->pid ? view.cluster().pid_of_named(*match->pid) : 0});
  return lines;
}

Assessment judge_it(const ExpectLines& expect, const CaseView& view) {
  Assessment assessment;
  const auto& pattern = pattern_of(view.implementation().log, expect.line);
  if (!pattern) {
    assessment.not_observed(fmt::format("the implementation declares no {}", name_of_line(expect)));
    return assessment;
  }
  const auto lines = lines_like(view, *pattern);
  const bool counts = expect.count || expect.at_most || expect.once_about_each || expect.once_by_each;
  if (expect.count) judge_count(expect, lines, assessment);
  if (expect.at_most) judge_most(expect, lines, assessment);
  if (expect.once_about_each || expect.once_by_each) {
    const auto processes = view.some_of(expect.of, assessment);
    if (!processes.empty() || view.expected_number(expect.of) == 0) {
      if (expect.once_about_each) judge_once_about_each(expect, view, lines, processes, assessment);
      if (expect.once_by_each) judge_once_by_each(expect, view, lines, processes, assessment);
    }
  }
  if (expect.by) judge_by(expect, view, lines, assessment);
  if (expect.real_status) judge_real_status(expect, view, lines, assessment);
  if (expect.whole) judge_wholeness(expect, view, assessment);
  if (expect.after_started) judge_sequence(expect, view, lines, assessment);
  if (expect.on_stdout) judge_stream(expect, lines, assessment);
  // What is said of each line would hold for want of lines.
  if (!counts && lines.empty() && assessment.violations.empty())
    assessment.violated(
        {.expected = fmt::format("a {}, like {}", name_of_line(expect), quoted(*pattern)),
         .actual = "none was printed",
         .evidence = {},
         .hint = "Look at the output among the events: it may be worded otherwise than the implementation "
                 "file says.",
         .proof = Proof::missing});
  return assessment;
}

}  // namespace clusterspec
