// Any text as a saved journal: what `clusterspec judge` reads, judges and shows. Then whatever events it
// holds, in the order of the file, judged by a scenario of its own that asks for everything: the first line
// need not be right for the judge to be reached.
#include <algorithm>

#include "drive/judging.hpp"
#include "fuzz/require.hpp"
#include "journal/journal_lines.hpp"
#include "judge/judge.hpp"
#include "load/load.hpp"
#include "reports/report.hpp"

namespace {

using namespace clusterspec;

Case demanding_case() {
  Case one;
  one.id = "documented/demanding@reference";
  const auto scenario_source = read_source(SOURCE_DIR "/harness/fuzz/demanding.toml");
  const auto implementation_source =
      read_source(SOURCE_DIR "/scenarios/implementations/reference/reference.toml");
  fuzz::require(scenario_source && implementation_source, "the files of the demanding case can be read");
  const auto scenario = load_scenario(*scenario_source, "documented/demanding", {}, nullptr);
  const auto implementation = load_implementation(*implementation_source);
  if (!scenario) fuzz::require(false, "the demanding scenario is right", to_text(scenario.error().front()));
  fuzz::require(implementation.has_value(), "the implementation is right");
  one.scenario = *scenario;
  one.implementation = std::make_shared<const Implementation>(*implementation);
  return one;
}

Journal readable_events(std::string_view text) {
  Journal journal;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (auto event = from_line(line)) journal.push_back(std::move(*event));
  }
  return journal;
}

void require_sound(const CaseResult& result) {
  for (const Finding& finding : result.judgement.findings) {
    fuzz::require(!finding.expected.empty() && !finding.actual.empty(), "a finding says what it is");
    fuzz::require(std::is_sorted(finding.evidence.begin(), finding.evidence.end()), "evidence is in order");
    for (const int number : finding.evidence)
      fuzz::require(number >= 0 && number < static_cast<int>(result.journal.size()), "evidence is an event");
  }
  fuzz::require_harmless(explain(result, {}));
  for (const Event& event : result.journal) fuzz::require_harmless(to_text(event));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Case demanding = demanding_case();
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto own = case_of_journal(text, "x.jsonl"))
    require_sound(judge_text(*own, text));
  else
    fuzz::require_told(own.error());

  const Journal journal = readable_events(text);
  if (journal.empty()) return 0;
  const std::string written = write_journal(journal);
  const auto back = read_journal(written, "x.jsonl");
  fuzz::require(back.has_value(), "what was written can be read");
  fuzz::require(write_journal(*back) == written, "what was read is written the same");
  const CaseResult result = judge_text(demanding, written);
  require_sound(result);
  fuzz::require(result.judgement == judge_text(demanding, written).judgement,
                "the same journal has the same verdict");
  return 0;
}
