#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/commands.hpp"
#include "cli/sources.hpp"

namespace clusterspec {
namespace {

std::string origin(const Requirement& requirement) {
  std::string text = fmt::format("{} from {}", name_of(requirement.basis), requirement.source);
  if (!requirement.quote.empty()) text += fmt::format(": \"{}\"", requirement.quote);
  return text;
}

// In some combinations of its matrix a scenario may have one, in others not.
std::string links_of(const std::string& name, const std::vector<Scenario>& scenarios) {
  std::set<std::string> links;
  for (const Scenario& scenario : scenarios)
    if (scenario.name == name && scenario.link.there()) links.insert(to_text(scenario.link));
  std::string text;
  for (const std::string& link : links) text += "    over a link: " + link + "\n";
  return text;
}

void explain_requirement(const Requirement& requirement, const std::vector<Scenario>& scenarios) {
  print(fmt::format("{}  ({}, suite {})\n  {}\n  {}\n", requirement.id, name_of(requirement.level),
                    name_of(requirement.suite), requirement.text, origin(requirement)));
  std::set<std::string> told;  // a scenario has one entry for each combination of its matrix
  for (const Scenario& scenario : scenarios) {
    const auto& verifies = scenario.verifies;
    const bool concerned = std::find(verifies.begin(), verifies.end(), requirement.id) != verifies.end();
    if (!concerned || !told.insert(scenario.name).second) continue;
    print(fmt::format("  verified by {}\n    {}\n    {}\n", scenario.name, scenario.title, scenario.why));
    print(links_of(scenario.name, scenarios));
  }
  if (told.empty()) print("  no scenario verifies it yet\n");
}

}  // namespace

int explain_command(const std::vector<std::string>& ids, const std::string& scenarios) {
  const auto directory = scenarios_directory(scenarios);
  if (!directory) return complain(directory.error());
  const auto library = load_library(*directory);
  if (!library) return complain(library.error());
  for (const std::string& id : ids) {
    bool known = false;
    for (const Requirement& requirement : library->catalogue) {
      if (!glob_matches(id, requirement.id)) continue;
      known = true;
      explain_requirement(requirement, library->scenarios);
    }
    if (!known)
      return complain(Error{ErrorKind::usage,
                            fmt::format("there is no requirement \"{}\"", printable(id)),
                            {},
                            {},
                            "`clusterspec list --requirements` shows all"});
  }
  return 0;
}

}  // namespace clusterspec
