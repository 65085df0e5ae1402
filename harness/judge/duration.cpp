// At most so long from one moment to another.
#include <fmt/format.h>

#include "judge/moments.hpp"
#include "judge/table.hpp"
#include "judge/wording.hpp"

namespace clusterspec {

Assessment judge_it(const ExpectDuration& expect, const CaseView& view) {
  Assessment assessment;
  const Duration limit(
      static_cast<Duration::rep>(static_cast<double>(expect.at_most.count()) * view.time_scale()));
  const std::string scaled = view.time_scale() == 1 ? ""
                                                    : fmt::format(" ({} scaled by {:g})",
                                                                  to_text(expect.at_most), view.time_scale());
  const std::string from = printable(to_text(expect.from)), to = printable(to_text(expect.to));
  const std::string expected =
      fmt::format("at most {}{} from \"{}\" to \"{}\"", to_text(limit), scaled, from, to);
  const auto begin = when(expect.from, view), end = when(expect.to, view);
  if ((begin && begin->vacuous) || (end && end->vacuous)) return assessment;
  if (!begin || !end) {
    std::vector<int> evidence;
    if (begin) evidence.push_back(begin->proven);
    assessment.violated({.expected = expected,
                         .actual = fmt::format("\"{}\" did not happen", begin ? to : from),
                         .evidence = evidence,
                         .hint = "Look at the last events: what was it still waiting for?",
                         .proof = Proof::missing});
    return assessment;
  }
  const Duration measured(view.event(end->proven).at - view.event(begin->proven).at);
  if (measured <= limit) return assessment;
  assessment.violated(
      {.expected = expected,
       .actual = to_text(measured),
       .evidence = few({begin->proven, end->proven}),
       .hint = "Waits by polling and idle connections that are kept open are the usual causes. On a machine "
               "under load run again with --time-scale."});
  return assessment;
}

}  // namespace clusterspec
