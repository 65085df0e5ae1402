// Who wrote declared lines.
#include <fmt/format.h>

#include <algorithm>

#include "judge/declared_lines.hpp"
#include "judge/wording.hpp"

namespace clusterspec {

// Where nobody knows who wrote a line (a pipe, a source that polls), lines are counted against processes.
void judge_once_by_each(const ExpectLines& expect, const CaseView& view, const DeclaredLines& lines,
                        const Processes& processes, Assessment& assessment) {
  const std::string expected =
      fmt::format("one {} by {}, none by anybody else", name_of_line(expect), who(expect.of));
  std::vector<std::string> wrong, lacking;
  std::vector<int> evidence, births;
  int unattributed = 0;
  for (const DeclaredLine& line : lines) {
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
    const auto count = std::count_if(lines.begin(), lines.end(), [&](const DeclaredLine& line) {
      return line.output->writer != 0 && view.bearer(line.output->writer, line.number) == process;
    });
    if (count > 1) {
      wrong.push_back(fmt::format("{} by {}", count, view.name(*process)));
      for (const DeclaredLine& line : lines)
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
    for (const DeclaredLine& line : lines) evidence.push_back(line.number);
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

void judge_by(const ExpectLines& expect, const CaseView& view, const DeclaredLines& lines,
              Assessment& assessment) {
  const auto authors = view.cluster().of(*expect.by);
  std::vector<std::string> wrong;
  std::vector<int> evidence;
  for (const DeclaredLine& line : lines) {
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

}  // namespace clusterspec
