// Evenness of connections over processes.
#include <fmt/format.h>

#include <algorithm>

#include "judge/chi_squared.hpp"
#include "judge/holders.hpp"
#include "judge/table.hpp"
#include "judge/wording.hpp"

namespace clusterspec {

Assessment judge_it(const ExpectSpread& expect, const CaseView& view) {
  Assessment assessment;
  auto processes = view.some_of(expect.over, assessment);
  std::erase_if(processes, [&](const ProcessState* process) { return !view.asked_for(*process); });
  if (processes.empty()) return assessment;
  std::vector<int> counts(processes.size(), 0), numbers;
  std::vector<int> unserved;
  int total = 0;
  for (const auto& one : view.all<Concluded>()) {
    if (one->group != expect.group) continue;
    const Pid pid = holder_of(*one.what, view);
    if (pid == 0) {
      if (!was_answered(*one.what) && one->outcome != Outcome::abandoned) unserved.push_back(one.number);
      continue;
    }
    const auto holder = std::find(processes.begin(), processes.end(), view.bearer(pid, one.number));
    if (holder == processes.end()) continue;
    ++counts[static_cast<std::size_t>(holder - processes.begin())];
    ++total;
    numbers.push_back(one.number);
  }
  std::vector<std::string> shares;
  for (std::size_t i = 0; i < processes.size(); ++i)
    shares.push_back(fmt::format("{} at {}", counts[i], view.name(*processes[i])));
  if (total < expect.at_least && !unserved.empty()) {
    assessment.violated(
        {.expected = fmt::format("{} of {} accepted by some process", counted(expect.at_least, "connection"),
                                 quoted(expect.group)),
         .actual = fmt::format("{}; {} had reached no process when they ended", list(shares, 12),
                               counted(static_cast<long>(unserved.size()), "connection")),
         .evidence = few(unserved),
         .hint = "Some listener's queue is full: its process does not accept, or too slowly."});
    return assessment;
  }
  if (total < expect.at_least) {
    assessment.not_observed(fmt::format("the spread of {} needs {}, {} are known by their process",
                                        quoted(expect.group), counted(expect.at_least, "connection"), total));
    return assessment;
  }

  const bool somebody_got_none = std::find(counts.begin(), counts.end(), 0) != counts.end();
  const double statistic = chi_squared(counts);
  const int degrees = static_cast<int>(counts.size()) - 1;
  const double p = upper_tail(statistic, degrees);
  if (!somebody_got_none && p >= expect.p) return assessment;
  assessment.violated(
      {.expected = fmt::format("{} of {} spread evenly over {} (p at least {:g}), none without any",
                               counted(total, "connection"), quoted(expect.group),
                               counted(static_cast<long>(counts.size()), "process"), expect.p),
       .actual = fmt::format("{}; chi-squared {:.1f} with {}, p = {:.3g}", list(shares, 12), statistic,
                             counted(degrees, "degree") + " of freedom", p),
       .evidence = few(numbers),
       .hint = "The kernel hashes evenly over the sockets of one SO_REUSEPORT group. Uneven: some process "
               "shares a listener, "
               "has two, or has none."});
  return assessment;
}

}  // namespace clusterspec
