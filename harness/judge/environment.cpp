// Environment and working directory of workers.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "judge/table.hpp"
#include "judge/wording.hpp"

namespace clusterspec {

namespace {

using Variables = std::vector<std::string>;

// "has FOO=1 too, lacks BAR=2"; empty if both are the same set. The order of variables means nothing.
std::string difference(Variables wanted, Variables found) {
  std::sort(wanted.begin(), wanted.end());
  std::sort(found.begin(), found.end());
  Variables lacking, more;
  std::set_difference(wanted.begin(), wanted.end(), found.begin(), found.end(), std::back_inserter(lacking));
  std::set_difference(found.begin(), found.end(), wanted.begin(), wanted.end(), std::back_inserter(more));
  std::vector<std::string> parts;
  for (const auto& variable : lacking) parts.push_back("lacks " + quoted(variable));
  for (const auto& variable : more) parts.push_back("also has " + quoted(variable));
  return list(parts, 4);
}

}  // namespace

Assessment judge_it(const ExpectEnvironment& expect, const CaseView& view) {
  Assessment assessment;
  const auto processes = view.some_of(expect.of, assessment);
  if (processes.empty()) return assessment;
  const ProcessState* launcher = view.cluster().launcher(expect.of.instance);
  if (!launcher || !launcher->described) {
    assessment.not_observed("the launcher's environment was not observed");
    return assessment;
  }
  std::vector<std::string> variables, directories;
  std::vector<int> evidence_variables{view.described_at(*launcher)},
      evidence_directories = evidence_variables;
  for (const ProcessState* process : processes) {
    if (!process->described) {
      assessment.not_observed(fmt::format("the environment of {} was not observed", view.name(*process)));
      continue;
    }
    const int number = view.described_at(*process);
    const std::string differs = difference(launcher->described->environment, process->described->environment);
    if (!differs.empty()) {
      variables.push_back(fmt::format("{} {}", view.name(*process), differs));
      evidence_variables.push_back(number);
    }
    if (process->described->directory != launcher->described->directory) {
      directories.push_back(
          fmt::format("{} is in {}", view.name(*process), quoted(process->described->directory)));
      evidence_directories.push_back(number);
    }
  }
  if (expect.same_variables && !variables.empty())
    assessment.violated({.expected = fmt::format("{} to have the launcher's environment, no more and no less",
                                                 who(expect.of)),
                         .actual = list(variables),
                         .evidence = few(evidence_variables),
                         .hint = "Pass `environ` on as it is when executing a worker."});
  if (expect.same_directory && !directories.empty())
    assessment.violated(
        {.expected = fmt::format("{} to be in the launcher's working directory, {}", who(expect.of),
                                 quoted(launcher->described->directory)),
         .actual = list(directories),
         .evidence = few(evidence_directories),
         .hint = "Relative paths among the arguments mean something else in another directory."});
  return assessment;
}

}  // namespace clusterspec
