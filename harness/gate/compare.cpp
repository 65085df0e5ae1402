#include "gate/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "gate/known.hpp"
#include "reports/markdown_text.hpp"
#include "reports/text.hpp"

namespace clusterspec {
namespace {

struct Found {
  CaseState state = CaseState::absent;
  std::string title, actual;
  std::set<RequirementId> failing;
};

CaseState state_of(const CaseResult& result) {
  switch (result.judgement.verdict) {
    case Verdict::pass:
      return CaseState::pass;
    case Verdict::skip:
      return CaseState::skip;
    case Verdict::error:
      return CaseState::error;
    case Verdict::fail:
      return result.known.empty() ? CaseState::fail : CaseState::known;
  }
  return CaseState::absent;
}

// By id, in the order of the report.
std::vector<std::pair<std::string, Found>> found_in(const RunResult& run) {
  std::vector<std::pair<std::string, Found>> all;
  std::map<std::string_view, std::size_t> position;
  for (const CaseResult& result : run.cases) {
    const auto [it, fresh] = position.emplace(result.id, all.size());
    if (fresh) all.emplace_back(result.id, Found{});
    Found& found = all[it->second].second;
    found.state = std::max(found.state, state_of(result));
    found.title = result.title;
    const auto failing = failing_requirements(result);
    found.failing.insert(failing.begin(), failing.end());
    if (found.actual.empty() && !failing.empty() && !result.judgement.findings.empty())
      found.actual = result.judgement.findings.front().actual;
    if (found.actual.empty() && result.judgement.verdict == Verdict::error)
      found.actual = result.judgement.reason;
  }
  if (run.flaky == FlakyPolicy::report)
    for (const FlakyCase& one : flaky_cases(run)) all[position.at(one.id)].second.state = CaseState::flaky;
  return all;
}

bool is_bad(CaseState state) { return state == CaseState::fail || state == CaseState::error; }
bool fails(CaseState state) { return is_bad(state) || state == CaseState::known; }
bool judged(CaseState state) { return state >= CaseState::pass; }

std::vector<RequirementId> without(const std::set<RequirementId>& all, const std::set<RequirementId>& some) {
  std::vector<RequirementId> rest;
  std::set_difference(all.begin(), all.end(), some.begin(), some.end(), std::back_inserter(rest));
  return rest;
}

void add(Comparison& comparison, const std::string& id, const Found& before, const Found& after) {
  Change change{id,          after.title.empty() ? before.title : after.title, before.state, after.state, {},
                after.actual};
  const auto fresh = without(after.failing, before.failing);
  if (is_bad(after.state) && (!fails(before.state) || !fresh.empty())) {
    change.requirements = fresh;
    comparison.worse.push_back(std::move(change));
  } else if (judged(before.state) && !judged(after.state)) {
    comparison.lost.push_back(std::move(change));
  } else if (fails(before.state) && after.state == CaseState::pass) {
    change.requirements = without(before.failing, after.failing);
    comparison.better.push_back(std::move(change));
  } else if (!judged(before.state) && after.state == CaseState::pass) {
    comparison.gained.push_back(std::move(change));
  } else if (fails(after.state)) {
    change.requirements = {after.failing.begin(), after.failing.end()};
    comparison.failing.push_back(std::move(change));
  } else {
    ++comparison.same;
  }
}

void warn(Comparison& comparison, const ReadReport& before, const ReadReport& after) {
  const auto differ = [&](std::string_view what, const std::string& a, const std::string& b) {
    if (a != b)
      comparison.warnings.push_back(fmt::format("{}: {} before, {} now", what, one_line(a), one_line(b)));
  };
  differ("implementation", before.run.implementation, after.run.implementation);
  differ("isolation", before.run.isolation, after.run.isolation);
  differ("observation", before.run.observation, after.run.observation);
  differ("time scale", fmt::format("{}", before.run.time_scale), fmt::format("{}", after.run.time_scale));
  for (const ReadReport* report : {&before, &after}) {
    if (report->run.interrupted) comparison.warnings.push_back(report->file + ": it was interrupted");
    for (const std::string& why : report->run.incomplete)
      comparison.warnings.push_back(fmt::format("{} is incomplete: {}", report->file, one_line(why)));
  }
}

struct Section {
  std::string_view title;
  const std::vector<Change>& changes;
};

std::vector<Section> sections(const Comparison& comparison) {
  return {{"Worse", comparison.worse},
          {"No longer judged", comparison.lost},
          {"Better", comparison.better},
          {"Newly judged, and passed", comparison.gained},
          {"Failing as before", comparison.failing}};
}

std::string totals(const Comparison& comparison) {
  return fmt::format(
      "{} worse, {} no longer judged, {} better, {} newly passed, {} failing as before, {} the same",
      comparison.worse.size(), comparison.lost.size(), comparison.better.size(), comparison.gained.size(),
      comparison.failing.size(), comparison.same);
}

std::string joined(const std::vector<RequirementId>& ids) {
  std::string text;
  for (const RequirementId& id : ids) text += (text.empty() ? "" : ", ") + one_line(id);
  return text;
}

}  // namespace

Comparison compare(const ReadReport& before, const ReadReport& after) {
  Comparison comparison;
  warn(comparison, before, after);
  std::map<std::string, Found> earlier;
  for (auto& [id, found] : found_in(before.run)) earlier.emplace(id, std::move(found));
  for (const auto& [id, found] : found_in(after.run)) {
    const auto it = earlier.find(id);
    add(comparison, id, it == earlier.end() ? Found{} : it->second, found);
    if (it != earlier.end()) earlier.erase(it);
  }
  for (const auto& [id, found] : earlier) add(comparison, id, found, Found{});
  return comparison;
}

int exit_code(const Comparison& comparison) {
  return comparison.worse.empty() && comparison.lost.empty() ? 0 : 1;
}

std::string comparison_text(const Comparison& comparison) {
  constexpr std::size_t k_columns = 160;
  std::string text;
  for (const std::string& warning : comparison.warnings) text += "note: " + one_line(warning) + '\n';
  for (const Section& section : sections(comparison)) {
    if (section.changes.empty()) continue;
    text += std::string(section.title) + '\n';
    for (const Change& change : section.changes) {
      text += fmt::format("  {}: {} before, {} now\n", one_line(change.id), name_of(change.before),
                          name_of(change.after));
      if (!change.requirements.empty()) text += "      " + joined(change.requirements) + '\n';
      if (fails(change.after) && !change.actual.empty())
        text += "      " + cut(one_line(change.actual), k_columns) + '\n';
    }
  }
  return text + totals(comparison) + '\n';
}

std::string comparison_markdown(const Comparison& comparison) {
  constexpr std::size_t k_columns = 160, k_most = 200;
  std::string text = fmt::format("### {} {}\n\n", exit_code(comparison) == 0 ? "✅" : "❌", totals(comparison));
  for (const std::string& warning : comparison.warnings)
    text += fmt::format("- note: {}\n", code(one_line(warning)));
  if (!comparison.warnings.empty()) text += '\n';
  for (const Section& section : sections(comparison)) {
    if (section.changes.empty()) continue;
    text += fmt::format("#### {} ({})\n\n", section.title, section.changes.size());
    text += "| Case | Before | Now | Requirements | Actual |\n|---|---|---|---|---|\n";
    std::size_t rows = 0;
    for (const Change& change : section.changes) {
      if (++rows > k_most) break;
      text += fmt::format("| {} | {} | {} | {} | {} |\n", code(one_line(change.id)), name_of(change.before),
                          name_of(change.after), code(joined(change.requirements)),
                          fails(change.after) ? code(cut(one_line(change.actual), k_columns)) : "");
    }
    if (section.changes.size() > k_most)
      text += fmt::format("\n{} more are not shown here.\n", section.changes.size() - k_most);
    text += '\n';
  }
  return text;
}

}  // namespace clusterspec
