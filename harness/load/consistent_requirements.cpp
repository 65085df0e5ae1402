// Rules about requirement ids: each is in the catalogue, and what a part proves is what the scenario
// verifies.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "load/consistency.hpp"
#include "load/did_you_mean.hpp"

namespace clusterspec {
namespace {

struct Written {
  std::string id;
  toml::source_region at;
};

// The ids as they stand in the file. A placeholder in one has been replaced in the model only.
std::vector<Written> ids(const toml::table& table, const std::vector<RequirementId>& read) {
  std::vector<Written> list;
  const toml::node* node = table.get("verifies");
  if (!node) return list;
  const toml::array* array = node->as_array();
  for (std::size_t i = 0; i < read.size(); ++i)
    list.push_back({read[i], array && i < array->size() ? array->get(i)->source() : node->source()});
  return list;
}

void check_known(const std::vector<Written>& written, const Catalogue& catalogue, Mistakes& mistakes) {
  std::vector<std::string> all;
  for (const Requirement& requirement : catalogue) all.push_back(requirement.id);
  for (const Written& id : written) {
    if (find(catalogue, id.id)) continue;
    std::vector<std::string> area;
    const std::string prefix = id.id.substr(0, id.id.find('.') + 1);
    for (const std::string& candidate : all)
      if (!prefix.empty() && candidate.starts_with(prefix)) area.push_back(candidate);
    mistakes.add(id.at, fmt::format("there is no requirement \"{}\"", printable(id.id)),
                 did_you_mean(id.id, all) +
                     (area.empty() ? "requirements.toml lists them" : "in this area: " + listed(area)));
  }
}

void check_each_once(const std::vector<Written>& written, Mistakes& mistakes) {
  std::set<std::string> seen;
  for (const Written& id : written)
    if (!seen.insert(id.id).second)
      mistakes.add(id.at, fmt::format("\"{}\" stands here twice", printable(id.id)));
}

void check_part(const std::vector<Written>& written, const std::vector<RequirementId>& whole,
                Mistakes& mistakes) {
  for (const Written& id : written)
    if (std::find(whole.begin(), whole.end(), id.id) == whole.end())
      mistakes.add(id.at, fmt::format("\"{}\" is not among what this scenario verifies", printable(id.id)),
                   did_you_mean(id.id, whole) + "it verifies: " + listed(whole));
}

// If each part names what it proves, a requirement that none of them names could never fail.
void check_all_proved(const ReadScenario& read, const std::vector<Written>& whole, Mistakes& mistakes) {
  std::set<std::string> proved;
  for (const Expectation& expectation : read.scenario.expectations) {
    if (expectation.verifies.empty()) return;
    proved.insert(expectation.verifies.begin(), expectation.verifies.end());
  }
  for (const Step& step : read.scenario.steps) proved.insert(step.verifies.begin(), step.verifies.end());
  for (const Written& id : whole)
    if (!proved.contains(id.id))
      mistakes.add(id.at, fmt::format("no expectation proves \"{}\"", printable(id.id)),
                   "name it in an expectation's verifies, or remove it");
}

}  // namespace

void check_requirements(const ReadScenario& read, const Catalogue* catalogue, Mistakes& mistakes) {
  const toml::node* node = read.root.get("verifies");
  const toml::array* list = node ? node->as_array() : nullptr;
  if (list && list->empty())
    mistakes.add(node->source(), "verifies must not be empty", "name at least one requirement");

  const std::vector<Written> whole = ids(read.root, read.scenario.verifies);
  if (catalogue) check_known(whole, *catalogue, mistakes);
  check_each_once(whole, mistakes);
  if (whole.empty()) return;

  // A step may name a requirement that the scenario does not verify: a precondition that is broken is then
  // said of the requirement it belongs to.
  for (std::size_t i = 0; catalogue && i < read.steps.size(); ++i)
    check_known(ids(*read.steps[i], read.scenario.steps[i].verifies), *catalogue, mistakes);
  for (std::size_t i = 0; i < read.expectations.size(); ++i)
    check_part(ids(*read.expectations[i], read.scenario.expectations[i].verifies), read.scenario.verifies,
               mistakes);
  if (read.complete && !read.expectations.empty()) check_all_proved(read, whole, mistakes);
}

}  // namespace clusterspec
