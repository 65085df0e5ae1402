#include "load/consistency.hpp"

#include <fmt/format.h>

namespace clusterspec {
namespace {

void needs_text(const ReadScenario& read, const char* key, Mistakes& mistakes) {
  const auto* text = read.root.get_as<std::string>(key);
  if (text && text->get().find_first_not_of(" \t\n") == std::string::npos)
    mistakes.add(text->source(), fmt::format("{} must not be empty", key));
}

void needs_expectation(const ReadScenario& read, Mistakes& mistakes) {
  if (read.expectations.empty() && read.complete)
    mistakes.add(toml::source_position{1, 1}, "a scenario without an expectation proves nothing",
                 "add at least one [[expect]] table");
}

void launch_is_used(const ReadScenario& read, Mistakes& mistakes) {
  if (const toml::node* launch = read.root.get("launch"); launch && read.scenario.launches_itself)
    mistakes.add(launch->source(), "[launch] has no effect: the steps of this scenario launch by themselves",
                 "move its keys to the step with launch = \"server\"");
}

}  // namespace

void check_consistency(const ReadScenario& read, const Catalogue* catalogue, Mistakes& mistakes) {
  needs_text(read, "title", mistakes);
  needs_text(read, "why", mistakes);
  needs_expectation(read, mistakes);
  launch_is_used(read, mistakes);
  check_values(read, mistakes);
  check_requirements(read, catalogue, mistakes);
  // A table that is missing would make every use of what it names look wrong.
  if (read.complete) check_names(read, mistakes);
}

}  // namespace clusterspec
