#include <fmt/format.h>

#include <map>

#include "capsule/same_failure.hpp"
#include "cli/again.hpp"
#include "cli/commands.hpp"
#include "cli/results.hpp"
#include "reports/report.hpp"

namespace clusterspec {
namespace {

constexpr int k_different = 1, k_interrupted = 130;

std::string verdict_text(const std::string& recorded, const std::map<std::string, int>& seen, int times) {
  const auto same = seen.find(recorded);
  const int again = same == seen.end() ? 0 : same->second;
  if (times == 1)
    return again == 1
               ? "same verdict: " + recorded + '\n'
               : fmt::format("another verdict: {}\n       recorded: {}\n", seen.begin()->first, recorded);
  std::string text = fmt::format("same verdict in {} of {}: {}\n", again, times, recorded);
  for (const auto& [outcome, number] : seen)
    if (outcome != recorded) text += fmt::format("otherwise in {} of {}: {}\n", number, times, outcome);
  return text;
}

}  // namespace

int replay_command(const ReplayArguments& arguments) {
  const auto again = Again::open(arguments.capsule, arguments.executable,
                                 arguments.stress > 0 ? std::optional(arguments.stress) : std::nullopt);
  if (!again) return complain(again.error());
  Again& it = **again;
  print(it.announcement());
  const Manifest& manifest = it.capsule().manifest;
  const std::string recorded = outcome_text(manifest.verdict, manifest.findings);
  const Case one = it.with(it.held().one.scenario);
  const ResultsDirectory results(arguments.results);
  std::map<std::string, int> seen;
  int times = 0;
  while (times < arguments.repeat && !(arguments.until_fail && seen.contains(recorded))) {
    auto ran = it.run(one);
    if (!ran) return complain(ran.error());
    if (!*ran) return k_interrupted;
    ++times;
    CaseResult& result = (*ran)->result;
    const std::string outcome = outcome_text(result.judgement);
    const bool passed = result.judgement.verdict == Verdict::pass;
    if (++seen[outcome] > 1 || passed) continue;
    // Each kind of failure once.
    if (!(*ran)->journal.empty()) result.journal_file = results.keep_journal(result, (*ran)->journal);
    print('\n' + explain(result, it.held().catalogue));
  }
  print('\n' + verdict_text(recorded, seen, times));
  return seen.contains(recorded) ? 0 : k_different;
}

}  // namespace clusterspec
