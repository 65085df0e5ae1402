#include "drive/judging.hpp"

#include <algorithm>

#include "journal/journal_lines.hpp"
#include "judge/judge.hpp"
#include "load/load.hpp"

namespace clusterspec {

CaseResult empty_result(const Case& one) {
  CaseResult result;
  result.id = one.id;
  result.scenario = one.scenario.name;
  result.title = one.scenario.title;
  result.scenario_at = Location{one.scenario.file, 1, 1};
  result.implementation = one.implementation->name;
  result.combination = one.scenario.combination;
  return result;
}

void set_all(Judgement& judgement, const Case& one, Verdict verdict, std::string reason) {
  judgement.verdict = verdict;
  judgement.reason = std::move(reason);
  for (const RequirementId& id : one.scenario.verifies) judgement.requirements[id] = verdict;
}

namespace {

void count_connection(std::vector<GroupResult>& groups, const Concluded& one) {
  auto it = std::find_if(groups.begin(), groups.end(),
                         [&](const GroupResult& group) { return group.group == one.group; });
  if (it == groups.end()) it = groups.insert(it, GroupResult{one.group, {}, {}, 0});
  ++it->outcomes[one.outcome];
  const Duration took(one.ended - one.begun);
  it->slowest = std::max(it->slowest, took);
  it->slow += took > k_slow ? 1 : 0;
}

}  // namespace

CaseResult judge_text(const Case& one, const std::string& text) {
  return judge_journal(one, read_journal(text, one.id));
}

CaseResult judge_journal(const Case& one, Result<Journal> journal) {
  CaseResult result = empty_result(one);
  if (!journal) {
    set_all(result.judgement, one, Verdict::error, to_text(journal.error()));
    return result;
  }
  result.judgement = judge(one.scenario, *one.implementation, *journal);
  for (const Event& event : *journal) {
    if (const auto* launched = std::get_if<Launched>(&event.what); launched && result.arguments.empty())
      result.arguments = launched->arguments;
    if (const auto* seen = std::get_if<ProcessesSeen>(&event.what))
      result.became_ready |= seen->occasion == "ready";
    if (const auto* concluded = std::get_if<Concluded>(&event.what))
      count_connection(result.groups, *concluded);
  }
  if (!journal->empty()) result.seconds = static_cast<double>(journal->back().at) / 1e9;
  result.journal = std::move(*journal);
  return result;
}

Result<Case> case_of_journal(std::string_view text, const std::string& file) {
  const auto opening = from_line(text.substr(0, text.find('\n')));
  if (!opening) {
    Error error = opening.error();
    error.where = Location{file, 1, 1};
    return tl::unexpected(std::move(error));
  }
  const auto* begun = std::get_if<CaseBegun>(&opening->what);
  if (!begun)
    return tl::unexpected(Error{
        ErrorKind::file, "this is no journal: it does not begin with a case", Location{file, 1, 1}, {}, {}});
  const auto first = [](const std::vector<Error>& errors) { return tl::unexpected(errors.front()); };
  Case one;
  one.id = begun->case_id;
  const std::string name = begun->case_id.substr(0, begun->case_id.find_first_of("[@"));
  auto scenario =
      load_scenario({begun->scenario_file, begun->scenario_text}, name, begun->combination, nullptr);
  if (!scenario) return first(scenario.error());
  auto implementation = load_implementation({begun->implementation_file, begun->implementation_text});
  if (!implementation) return first(implementation.error());
  one.scenario = std::move(*scenario);
  one.implementation = std::make_shared<const Implementation>(std::move(*implementation));
  for (const auto& [id, level] : begun->levels)
    one.levels[id] = from_name<Level>(level).value_or(Level::must);
  return one;
}

}  // namespace clusterspec
