// Moments, each after the one before.
#include <fmt/format.h>

#include "judge/moments.hpp"
#include "judge/table.hpp"
#include "judge/wording.hpp"

namespace clusterspec {

namespace {

std::string time_of(const CaseView& view, int number) {
  return fmt::format("+{:.3f} ms (event {})", static_cast<double>(view.event(number).at) / 1e6, number);
}

constexpr std::string_view k_hint =
    "A launcher that closes its listener or ends before its workers have ended leaves connections refused or "
    "workers "
    "alone: wait for every worker first, then close, then exit.";

}  // namespace

Assessment judge_it(const ExpectOrder& expect, const CaseView& view) {
  Assessment assessment;
  std::vector<std::optional<When>> times;
  for (const Moment& moment : expect.moments) times.push_back(when(moment, view));

  for (std::size_t i = 0; i < times.size(); ++i) {
    if (times[i]) continue;
    std::vector<int> evidence;
    for (std::size_t k = 0; k < i; ++k)
      if (times[k]) evidence.push_back(times[k]->proven);
    assessment.violated({.expected = fmt::format("\"{}\" to happen", printable(to_text(expect.moments[i]))),
                         .actual = "it did not",
                         .evidence = few(evidence),
                         .hint = std::string(k_hint),
                         .proof = Proof::missing});
  }
  for (std::size_t i = 1; i < times.size(); ++i) {
    if (!times[i - 1] || !times[i]) continue;
    const std::string first = printable(to_text(expect.moments[i - 1])),
                      second = printable(to_text(expect.moments[i]));
    switch (sequence(*times[i - 1], *times[i])) {
      case Sequence::kept:
        break;
      case Sequence::undecided:
        assessment.not_observed(
            fmt::format("whether \"{}\" came before \"{}\" was not observed exactly enough", first, second));
        break;
      case Sequence::broken:
        assessment.violated({.expected = fmt::format("\"{}\", then \"{}\"", first, second),
                             .actual = fmt::format("\"{}\" at {}, \"{}\" not before {}", second,
                                                   time_of(view, times[i]->begun), first,
                                                   time_of(view, times[i - 1]->proven)),
                             .evidence = few({times[i]->begun, times[i]->proven, times[i - 1]->proven}),
                             .hint = std::string(k_hint)});
    }
  }
  return assessment;
}

}  // namespace clusterspec
