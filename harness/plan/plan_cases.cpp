#include <fmt/format.h>

#include <algorithm>

#include "plan/plan.hpp"

namespace clusterspec {
namespace {

// Letters, digits and . _ + - stand for themselves; any other byte is %NN. So ids need no quotes in a shell,
// differ where values differ, and hold no character that a pattern gives a meaning.
std::string safe(std::string_view value) {
  std::string text;
  for (const char c : value) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("._+-").find(c) != std::string_view::npos;
    text += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return text;
}

bool matches_pattern(const Case& it, const std::string& pattern) {
  if (pattern.find('/') == std::string::npos)
    return std::any_of(it.scenario.verifies.begin(), it.scenario.verifies.end(),
                       [&](const RequirementId& id) { return glob_matches(pattern, id); });
  const std::string without_implementation = it.id.substr(0, it.id.rfind('@'));
  return glob_matches(pattern, it.id) || glob_matches(pattern, without_implementation) ||
         glob_matches(pattern, it.scenario.name);
}

bool selected(const Case& it, const Selection& selection, const Catalogue& catalogue) {
  if (!selection.patterns.empty() &&
      std::none_of(selection.patterns.begin(), selection.patterns.end(),
                   [&](const std::string& pattern) { return matches_pattern(it, pattern); }))
    return false;
  if (!selection.tags.empty() &&
      std::none_of(selection.tags.begin(), selection.tags.end(), [&](const std::string& tag) {
        return std::count(it.scenario.tags.begin(), it.scenario.tags.end(), tag) > 0;
      }))
    return false;
  if (!selection.suite) return true;
  return std::any_of(it.scenario.verifies.begin(), it.scenario.verifies.end(), [&](const RequirementId& id) {
    const Requirement* requirement = find(catalogue, id);
    return requirement && requirement->suite == *selection.suite;
  });
}

}  // namespace

std::string case_id(const Scenario& scenario, const std::string& implementation) {
  std::string axes;
  for (const auto& [axis, value] : scenario.combination)
    axes += (axes.empty() ? "" : ",") + axis + "=" + safe(value);
  if (!axes.empty()) axes = "[" + axes + "]";
  return scenario.name + axes + "@" + implementation;
}

std::vector<Case> plan_cases(const std::vector<Scenario>& scenarios,
                             std::shared_ptr<const Implementation> implementation, const Catalogue& catalogue,
                             const Selection& selection, const Machine& machine) {
  std::vector<Case> cases;
  for (const Scenario& scenario : scenarios) {
    Case planned{case_id(scenario, implementation->name), scenario, implementation, {}, {}};
    if (!selected(planned, selection, catalogue)) continue;
    const auto add_levels = [&](const std::vector<RequirementId>& ids) {
      for (const RequirementId& id : ids)
        if (const Requirement* requirement = find(catalogue, id)) planned.levels[id] = requirement->level;
    };
    add_levels(scenario.verifies);
    for (const Step& step : scenario.steps) add_levels(step.verifies);
    if (std::string reason = skip_reason(scenario, *implementation, machine); !reason.empty())
      planned.skip = std::move(reason);
    const bool another = !cases.empty() && cases.back().scenario.name == scenario.name;
    if (another && selection.combinations == Combinations::one) cases.pop_back();
    cases.push_back(std::move(planned));
  }
  return cases;
}

}  // namespace clusterspec
