// Whether process 1 has waited for those who became its children.
#include <fmt/format.h>

#include <algorithm>

#include "judge/table.hpp"
#include "judge/wording.hpp"

namespace clusterspec {

Assessment judge_it(const ExpectOrphans& expect, const CaseView& view) {
  Assessment assessment;
  const auto orphans = view.all<Orphaned>();
  const auto look = view.at<ProcessesSeen>(expect.at);
  if (orphans.empty() || !look || look.number < orphans.back().number) {
    assessment.not_observed(fmt::format("nobody looked for orphans at {}", quoted(expect.at)));
    return assessment;
  }
  std::vector<std::string> zombies;
  std::vector<int> evidence{look.number};
  for (const auto& orphan : orphans) {
    const bool zombie =
        std::any_of(look->processes.begin(), look->processes.end(), [&](const ProcessSeen& seen) {
          return seen.pid == orphan->pid && (seen.state == 'Z' || seen.state == 'X');
        });
    if (!zombie) continue;
    zombies.push_back(fmt::format("process {}", orphan->pid));
    evidence.push_back(orphan.number);
  }
  if (!zombies.empty())
    assessment.violated(
        {.expected = fmt::format("no zombie of {} orphans at {}", orphans.size(), quoted(expect.at)),
         .actual = fmt::format("{} ended, and the launcher had not waited for it", list(zombies, 4)),
         .evidence = few(evidence),
         .hint = "Process 1 of a container is the parent of every orphan in it: wait for any child "
                 "(waitpid(-1)), not only for workers."});
  return assessment;
}

}  // namespace clusterspec
