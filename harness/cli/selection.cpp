#include "cli/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "load/did_you_mean.hpp"
#include "model/units.hpp"

namespace clusterspec {
namespace {

class Cases {
 public:
  Cases(const Library& library, std::shared_ptr<const Implementation> implementation)
      : m_library(library), m_implementation(std::move(implementation)) {}

  std::vector<Case> selected(const Selection& selection) const {
    return plan_cases(m_library.scenarios, m_implementation, m_library.catalogue, selection, Machine{});
  }

  // What somebody may have meant by a pattern.
  std::string hint(const std::string& pattern) const {
    if (pattern.ends_with(".toml")) return hint_of_file(pattern);
    std::vector<std::string> choices;
    if (pattern.find('/') == std::string::npos) {
      for (const Requirement& requirement : m_library.catalogue) choices.push_back(requirement.id);
      return did_you_mean(pattern, choices) + "`clusterspec list --requirements` shows all requirements";
    }
    std::set<std::string> names;
    for (const Case& one : selected({})) names.insert({one.scenario.name, one.id});
    choices.assign(names.begin(), names.end());
    return did_you_mean(pattern, choices) + "`clusterspec list` shows all cases";
  }

  std::vector<std::string> tags() const {
    std::set<std::string> tags;
    for (const Scenario& scenario : m_library.scenarios)
      tags.insert(scenario.tags.begin(), scenario.tags.end());
    return {tags.begin(), tags.end()};
  }

 private:
  // A shell completes paths, so one comes to be written where a name is asked for.
  std::string hint_of_file(const std::string& path) const {
    for (const Scenario& scenario : m_library.scenarios) {
      std::error_code no_file;
      if (std::filesystem::equivalent(scenario.file, path, no_file))
        return fmt::format("a pattern is a name, not a file: \"{}\"", scenario.name);
    }
    return "a pattern is a name, not a file: `--scenarios DIR` reads another directory of scenarios";
  }

  const Library& m_library;
  std::shared_ptr<const Implementation> m_implementation;
};

Error nothing(std::string message, std::string hint) {
  return {ErrorKind::selection, std::move(message), {}, {}, std::move(hint)};
}

}  // namespace

std::vector<Error> unselected(const Selection& selection, const Library& library,
                              const std::shared_ptr<const Implementation>& implementation,
                              const SaidAt& said_at) {
  const Cases cases(library, implementation);
  std::vector<Error> errors;
  for (const std::string& pattern : selection.patterns) {
    Selection one;
    one.patterns = {pattern};
    one.suite = selection.suite;
    if (!cases.selected(one).empty()) continue;
    const std::string quoted = "\"" + printable(pattern, 200) + "\"";
    one.suite.reset();
    Error error =
        cases.selected(one).empty()
            ? nothing("no case matches " + quoted, cases.hint(pattern))
            : nothing(fmt::format("no case of suite {} matches {}", name_of(*selection.suite), quoted),
                      "one of the other suite does: --suite all");
    errors.push_back(placed(std::move(error), said_at, "patterns", pattern));
  }
  const auto tags = cases.tags();
  for (const std::string& tag : selection.tags)
    if (std::find(tags.begin(), tags.end(), tag) == tags.end())
      errors.push_back(placed(nothing(fmt::format("no scenario has the tag \"{}\"", printable(tag, 200)),
                                      did_you_mean(tag, tags) + "tags: " + listed(tags)),
                              said_at, "tags", tag));
  if (errors.empty() && cases.selected(selection).empty())
    errors.push_back(nothing("no case has all that was asked for: pattern, tag and suite",
                             "`clusterspec list PATTERN` shows what a pattern selects"));
  return errors;
}

}  // namespace clusterspec
