// A worker's standard descriptors.
#include <fmt/format.h>

#include <algorithm>

#include "judge/table.hpp"
#include "judge/wording.hpp"

namespace clusterspec {

namespace {

constexpr std::string_view k_closed = "closed";

std::string file_of(const Described& described, int descriptor) {
  const auto found = described.descriptors.find(std::to_string(descriptor));
  return found == described.descriptors.end() ? std::string(k_closed) : found->second;
}

}  // namespace

Assessment judge_it(const ExpectDescriptors& expect, const CaseView& view) {
  Assessment assessment;
  const auto processes = view.some_of(expect.of, assessment);
  const ProcessState* launcher = view.cluster().launcher(expect.of.instance);
  if (expect.same_as_launcher && !processes.empty() && (!launcher || !launcher->described)) {
    assessment.not_observed("the launcher's descriptors were not observed");
    return assessment;
  }

  std::vector<std::string> not_any, not_same;
  std::vector<int> evidence_any, evidence_same;
  for (const ProcessState* process : processes) {
    if (!process->described) {
      assessment.not_observed(fmt::format("the descriptors of {} were not observed", view.name(*process)));
      continue;
    }
    const std::string file = file_of(*process->described, expect.descriptor);
    const std::string found = fmt::format("{} in {}", quoted(file), view.name(*process));
    const int number = view.described_at(*process);
    if (!expect.is.empty() && std::find(expect.is.begin(), expect.is.end(), file) == expect.is.end()) {
      not_any.push_back(found);
      evidence_any.push_back(number);
    }
    if (expect.same_as_launcher && file != file_of(*launcher->described, expect.descriptor)) {
      not_same.push_back(found);
      evidence_same.push_back(number);
    }
  }
  const std::string hint = expect.descriptor == 0
                               ? "A worker that reads the launcher's standard input steals from it, and on a "
                                 "terminal can be stopped by it."
                               : "A worker must write where the launcher writes, or its log is lost.";
  if (!not_any.empty())
    assessment.violated({.expected = fmt::format("descriptor {} of {} to be {}", expect.descriptor,
                                                 who(expect.of), fmt::join(expect.is, " or ")),
                         .actual = list(not_any),
                         .evidence = few(evidence_any),
                         .hint = hint});
  if (!not_same.empty()) {
    evidence_same.push_back(view.described_at(*launcher));
    assessment.violated(
        {.expected = fmt::format("descriptor {} of {} to be the launcher's, {}", expect.descriptor,
                                 who(expect.of), quoted(file_of(*launcher->described, expect.descriptor))),
         .actual = list(not_same),
         .evidence = few(evidence_same),
         .hint = hint});
  }
  return assessment;
}

}  // namespace clusterspec
