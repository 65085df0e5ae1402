// Declared lines of output: how many, about whom, by whom.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "judge/line_pieces.hpp"
#include "judge/table.hpp"
#include "judge/wording.hpp"

namespace clusterspec {

namespace {

struct Line {
  int number = k_never;
  const Output* output = nullptr;
  LineMatch match;
  Pid about = 0;  // whom match.pid names
};

using Processes = std::vector<const ProcessState*>;

std::string name_of_line(const ExpectLines& expect) { return fmt::format("`{}` line", name_of(expect.line)); }

std::vector<Line> lines_like(const CaseView& view, const std::string& pattern) {
  std::vector<Line> lines;
  for (const auto& output : view.all<Output>())
    if (const auto match = match_line(pattern, output->text))
      lines.push_back(
          {output.number, output.what, *match, match->pid ? view.cluster().pid_of_named(*match->pid) : 0});
  return lines;
}

void judge_count(const ExpectLines& expect, const std::vector<Line>& lines, Assessment& assessment) {
  const int count = static_cast<int>(lines.size());
  if (count == *expect.count) return;
  assessment.violated(
      {.expected = counted(*expect.count, name_of_line(expect)),
       .actual = fmt::format("{}{}", count, count == 0 ? "" : ", the first " + quoted(lines[0].output->text)),
       .evidence = few_of(lines),
       .hint = "",
       .proof = count > *expect.count ? Proof::seen : Proof::missing});
}

void judge_about(const ExpectLines& expect, const CaseView& view, const std::vector<Line>& lines,
                 const Processes& processes, Assessment& assessment) {
  const std::string expected =
      fmt::format("one {} about {}, none about anybody else", name_of_line(expect), who(expect.of));
  std::vector<std::string> strange, doubled, lacking;
  std::vector<int> evidence, evidence_lacking;
  for (const Line& line : lines) {
    if (!line.match.pid)
      return assessment.not_observed(
          fmt::format("the pattern of the {} has no {{pid}}", name_of_line(expect)));
    const bool known = std::any_of(processes.begin(), processes.end(),
                                   [&](const ProcessState* process) { return line.about == process->pid; });
    // Asked about one worker, what is said of another is no mistake.
    const ProcessState* other = view.bearer(line.about, line.number);
    if (known || (expect.of.role == Role::worker && other && other->ordinal > 0)) continue;
    strange.push_back(fmt::format("{} names pid {}, which is none of {}", quoted(line.output->text),
                                  *line.match.pid,
                                  processes.empty() ? "them: there are none" : view.names(processes)));
    evidence.push_back(line.number);
  }
  std::map<Pid, int> bearers;
  for (const ProcessState* process : processes) ++bearers[process->pid];
  for (const auto& [pid, bearing] : bearers) {
    int count = 0, latest = k_never;
    for (const Line& line : lines) {
      if (line.about != pid) continue;
      ++count;
      latest = line.number;
    }
    const ProcessState* process = view.cluster().process(pid);
    // Who has failed has not stopped: that nothing says so is right.
    const bool due = expect.line != LineKind::stopped || process->status.value_or(0) == 0;
    if (!due && count < bearing) continue;
    if (count > bearing) {
      doubled.push_back(fmt::format("{} about {}", count, view.name(*process)));
      evidence.push_back(latest);
    } else if (count < bearing) {
      lacking.push_back(
          fmt::format("{} about {}", count == 0 ? "none" : std::to_string(count), view.name(*process)));
      evidence_lacking.push_back(process->exited_at == k_never ? process->appeared_at : process->exited_at);
    }
  }
  doubled.insert(doubled.begin(), strange.begin(), strange.end());
  if (!doubled.empty())
    assessment.violated(
        {.expected = expected,
         .actual = list(doubled),
         .evidence = few(evidence),
         .hint = "The pid in the line must be the worker's own as waitpid or posix_spawn gives it, and each "
                 "end must be announced once."});
  if (!lacking.empty())
    assessment.violated(
        {.expected = expected,
         .actual = list(lacking),
         .evidence = few(evidence_lacking),
         .hint = "One SIGCHLD can stand for several ends: call waitpid until it has no more. Flush standard "
                 "output before the end.",
         .proof = Proof::missing});
}

// Where nobody knows who wrote a line (a pipe, a source that polls), lines are counted against processes.
void judge_writers(const ExpectLines& expect, const CaseView& view, const std::vector<Line>& lines,
                   const Processes& processes, Assessment& assessment) {
  const std::string expected =
      fmt::format("one {} by {}, none by anybody else", name_of_line(expect), who(expect.of));
  std::vector<std::string> wrong, lacking;
  std::vector<int> evidence, births;
  int unattributed = 0;
  for (const Line& line : lines) {
    if (line.output->writer == 0) {
      ++unattributed;
      continue;
    }
    const ProcessState* writer = view.bearer(line.output->writer, line.number);
    if (std::find(processes.begin(), processes.end(), writer) != processes.end()) continue;
    wrong.push_back("one by " + view.cluster().name(line.output->writer));
    evidence.push_back(line.number);
  }
  for (const ProcessState* process : processes) {
    const auto count = std::count_if(lines.begin(), lines.end(), [&](const Line& line) {
      return line.output->writer != 0 && view.bearer(line.output->writer, line.number) == process;
    });
    if (count > 1) {
      wrong.push_back(fmt::format("{} by {}", count, view.name(*process)));
      for (const Line& line : lines)
        if (line.output->writer == process->pid) evidence.push_back(line.number);
    } else if (count == 0) {
      lacking.push_back(view.name(*process));
      births.push_back(process->exited_at == k_never ? process->appeared_at : process->exited_at);
    }
  }
  const int unknown_authors = static_cast<int>(lacking.size());
  if (unattributed > unknown_authors) {
    wrong.push_back(fmt::format("{} for {}, whoever wrote them",
                                counted(static_cast<long>(lines.size()), "line"),
                                counted(static_cast<long>(processes.size()), "process")));
    for (const Line& line : lines) evidence.push_back(line.number);
  }
  if (!wrong.empty())
    assessment.violated(
        {.expected = expected,
         .actual = list(wrong),
         .evidence = few(evidence),
         .hint = "A repeated signal must not be announced again, and a worker must not inherit unflushed "
                 "output of the launcher."});
  if (unattributed < unknown_authors)
    assessment.violated(
        {.expected = expected,
         .actual = unattributed == 0
                       ? fmt::format("none by {}", list(lacking))
                       : fmt::format("{} for {}", counted(static_cast<long>(lines.size()), "line"),
                                     counted(static_cast<long>(processes.size()), "process")),
         .evidence = few(births),
         .hint = "Flush standard output before the end: on a pipe it is buffered in full.",
         .proof = Proof::missing});
}

void judge_author(const ExpectLines& expect, const CaseView& view, const std::vector<Line>& lines,
                  Assessment& assessment) {
  const auto authors = view.cluster().of(*expect.by);
  std::vector<std::string> wrong;
  std::vector<int> evidence;
  for (const Line& line : lines) {
    if (line.output->writer == 0) {
      assessment.not_observed(fmt::format("who wrote {} is not known", quoted(line.output->text)));
      break;
    }
    if (std::find(authors.begin(), authors.end(), view.bearer(line.output->writer, line.number)) !=
        authors.end())
      continue;
    wrong.push_back(
        fmt::format("{} by {}", quoted(line.output->text), view.cluster().name(line.output->writer)));
    evidence.push_back(line.number);
  }
  if (!wrong.empty())
    assessment.violated(
        {.expected = fmt::format("each {} to be written by {}", name_of_line(expect), who(*expect.by)),
         .actual = list(wrong, 4),
         .evidence = few(evidence),
         .hint = ""});
}

void judge_status(const ExpectLines& expect, const CaseView& view, const std::vector<Line>& lines,
                  Assessment& assessment) {
  std::vector<std::string> wrong;
  std::vector<int> evidence;
  for (const Line& line : lines) {
    if (!line.match.pid || !line.match.status)
      return assessment.not_observed(
          fmt::format("the pattern of the {} lacks {{pid}} or {{status}}", name_of_line(expect)));
    const ProcessState* process = nullptr;
    for (const ProcessState& candidate : view.cluster().processes())
      if (candidate.pid == line.about && candidate.appeared_at <= line.number) process = &candidate;
    if (!process) {
      wrong.push_back(
          fmt::format("{} names pid {}, which no process has", quoted(line.output->text), *line.match.pid));
    } else if (process->exited_at == k_never) {
      wrong.push_back(
          fmt::format("{} though {} has not ended", quoted(line.output->text), view.name(*process)));
    } else if (!process->status) {
      assessment.not_observed(fmt::format("the wait status of {} is not known", view.name(*process)));
      continue;
    } else if (*line.match.status != *process->status) {
      wrong.push_back(fmt::format("{} says {}, the raw wait status of {} is {} ({})",
                                  quoted(line.output->text), *line.match.status, view.name(*process),
                                  *process->status, wait_status_text(*process->status)));
      evidence.push_back(process->exited_at);
    } else {
      continue;
    }
    evidence.push_back(line.number);
  }
  if (!wrong.empty())
    assessment.violated(
        {.expected = fmt::format("the raw wait status of the process in each {}", name_of_line(expect)),
         .actual = list(wrong, 4),
         .evidence = few(evidence),
         .hint = "Print the int that waitpid filled in, neither WEXITSTATUS nor WTERMSIG of it: exit code 1 "
                 "is 256, SIGKILL is 9."});
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

void judge_sequence(const ExpectLines& expect, const CaseView& view, const std::vector<Line>& lines,
                    Assessment& assessment) {
  const auto& pattern = pattern_of(view.implementation().log, LineKind::started);
  if (!pattern) return assessment.not_observed("the implementation declares no `started` line");
  const auto starts = lines_like(view, *pattern);
  std::vector<std::string> wrong;
  std::vector<int> evidence;
  for (const Line& line : lines) {
    const auto start = std::find_if(starts.begin(), starts.end(), [&](const Line& s) {
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

void judge_stream(const ExpectLines& expect, const std::vector<Line>& lines, Assessment& assessment) {
  std::vector<Line> elsewhere;
  std::copy_if(lines.begin(), lines.end(), std::back_inserter(elsewhere),
               [](const Line& line) { return line.output->stream != Stream::out; });
  if (!elsewhere.empty())
    assessment.violated({.expected = fmt::format("each {} on standard output", name_of_line(expect)),
                         .actual = fmt::format("{} of {} on standard error, the first {}", elsewhere.size(),
                                               lines.size(), quoted(elsewhere.front().output->text)),
                         .evidence = few_of(elsewhere),
                         .hint = ""});
}

}  // namespace

Assessment judge_it(const ExpectLines& expect, const CaseView& view) {
  Assessment assessment;
  const auto& pattern = pattern_of(view.implementation().log, expect.line);
  if (!pattern) {
    assessment.not_observed(fmt::format("the implementation declares no {}", name_of_line(expect)));
    return assessment;
  }
  const auto lines = lines_like(view, *pattern);
  const bool counts = expect.count || expect.once_about_each || expect.once_by_each;
  if (expect.count) judge_count(expect, lines, assessment);
  if (expect.once_about_each || expect.once_by_each) {
    const auto processes = view.some_of(expect.of, assessment);
    if (!processes.empty() || view.expected_number(expect.of) == 0) {
      if (expect.once_about_each) judge_about(expect, view, lines, processes, assessment);
      if (expect.once_by_each) judge_writers(expect, view, lines, processes, assessment);
    }
  }
  if (expect.by) judge_author(expect, view, lines, assessment);
  if (expect.real_status) judge_status(expect, view, lines, assessment);
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
