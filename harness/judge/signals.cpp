// Signals that the server's own processes sent each other.
#include <fmt/format.h>

#include <algorithm>

#include "judge/table.hpp"
#include "judge/wording.hpp"

namespace clusterspec {

Assessment judge_it(const ExpectSignals& expect, const CaseView& view) {
  Assessment assessment;
  const auto processes = view.cluster().of(expect.to);
  std::vector<std::string> sent;
  std::vector<int> evidence;
  for (const auto& signal : view.all<Signalled>()) {
    // Signal 0 only asks whether the process is there; raise(3) is nobody else's.
    if (signal->by == 0 || signal->signal == 0 || signal->target == signal->by) continue;
    const auto target = std::find_if(processes.begin(), processes.end(), [&](const ProcessState* process) {
      return hits(view, signal, *process);
    });
    if (target == processes.end()) continue;
    const std::string to = signal->target > 0 ? view.name(**target)
                                              : fmt::format("a process group with {}", view.name(**target));
    sent.push_back(fmt::format("{} from {} to {}", to_text(Signal{signal->signal}),
                               view.cluster().name(signal->by), to));
    evidence.push_back(signal.number);
  }
  const int count = static_cast<int>(sent.size());
  if (count == expect.count) return assessment;
  assessment.violated(
      {.expected = fmt::format("{} sent by the server's processes to {}", counted(expect.count, "signal"),
                               who(expect.to)),
       .actual = count == 0 ? "none" : fmt::format("{}: {}", count, list(sent, 4)),
       .evidence = few(evidence),
       .hint = "Signals of the terminal reach the whole process group: who passes them on sends them twice.",
       .proof = count > expect.count ? Proof::seen : Proof::missing});
  return assessment;
}

}  // namespace clusterspec
