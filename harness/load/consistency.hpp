// What the types of single keys cannot say: that a group was opened before it is awaited, that a look was
// taken, that an expectation judges something. One small function a rule.
#pragma once

#include <vector>

#include "load/mistakes.hpp"

namespace clusterspec {

// A scenario as read, with the tables it came from: a mistake is reported at the value that makes it.
struct ReadScenario {
  const Scenario& scenario;
  const toml::table& root;
  std::vector<const toml::table*> steps{}, expectations{};  // of each Step, of each Expectation
  bool complete = true;  // false: some table was so faulty that it is missing here
};

// `catalogue` may be null: then requirement ids are not looked up.
void check_consistency(const ReadScenario& read, const Catalogue* catalogue, Mistakes& mistakes);

// The parts of it, one file each.
void check_values(const ReadScenario& read, Mistakes& mistakes);  // each step and expectation for itself
void check_names(const ReadScenario& read, Mistakes& mistakes);   // groups, looks, gates, steps, instances
void check_requirements(const ReadScenario& read, const Catalogue* catalogue, Mistakes& mistakes);

// Place of a key's value in a table; the table's own place if the key is not in it.
inline const toml::source_region& place(const toml::table& table, std::string_view key) {
  const toml::node* node = table.get(key);
  return node ? node->source() : table.source();
}

}  // namespace clusterspec
