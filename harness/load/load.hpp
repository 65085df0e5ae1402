// load/: TOML text to model. Every mistake of a file is reported at once, each with file:line:column, the
// line, a caret and what would be right (model/error.hpp). Only this room knows toml++.
//
// To add a key: one line in the struct's `describe` in model/. Nothing here changes, unless the type is new.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "model/gate.hpp"
#include "model/implementation.hpp"
#include "model/requirement.hpp"
#include "model/scenario.hpp"

namespace clusterspec {

// A value, or all the mistakes that were found.
template <class T>
using Loaded = tl::expected<T, std::vector<Error>>;

struct SourceText {
  std::string file;  // as messages name it
  std::string text;
};

Result<SourceText> read_source(const std::string& path);

Loaded<Catalogue> load_catalogue(const SourceText& source);

Loaded<Implementation> load_implementation(const SourceText& source);

// The axes of [matrix] in the order of the file, each with its values as text.
using Matrix = std::vector<std::pair<std::string, std::vector<std::string>>>;
Loaded<Matrix> load_matrix(const SourceText& source);

// The scenario for one combination: "{axis}" and "{axis + 1}" in any string are replaced, and a string stands
// for a number, a flag or a duration where one is expected. {port}, {host}, {dir}, {address} stay for the
// launch. `catalogue` may be null when a saved journal is judged again: then requirement ids are not checked.
Loaded<Scenario> load_scenario(const SourceText& source, const std::string& name,
                               const Combination& combination, const Catalogue* catalogue);

// One Scenario for each combination of its matrix (one if it has none), in the order of the file: last axis
// fastest.
Loaded<std::vector<Scenario>> load_combinations(const SourceText& source, const std::string& name,
                                                const Catalogue* catalogue);

// The scenario as a file without a matrix: load_scenario reads the same from it, for the empty combination.
std::string scenario_text(const Scenario& scenario);

// Known failures, and the same written back. `catalogue` may be null: then requirement ids are not checked.
Loaded<Baseline> load_baseline(const SourceText& source, const Catalogue* catalogue);
std::string baseline_text(const Baseline& baseline);

// clusterspec.toml. Paths in it are as they stand there.
Loaded<SettingsFile> load_settings(const SourceText& source);

// A clusterspec.toml to go on from, with every key and its meaning. What is set in `chosen` holds, and what
// is set in `ci` in [profile.ci]; the rest stands behind "#", with its value of `shown`.
std::string settings_text(const Settings& shown, const Settings& chosen, const Settings& ci);

// The kinds of TOML files there are.
enum class TomlFile { scenario, implementation, requirements, baseline, settings };
template <>
struct Names<TomlFile> {
  static constexpr std::array table{
      std::pair{TomlFile::scenario, "scenario"}, std::pair{TomlFile::implementation, "implementation"},
      std::pair{TomlFile::requirements, "requirements"}, std::pair{TomlFile::baseline, "baseline"},
      std::pair{TomlFile::settings, "settings"}};
};

// The JSON schema of such a file, for editors: it is generated from the same lists of keys that the loader
// reads by. `catalogue` gives the ids that a scenario may name.
std::string json_schema(TomlFile kind, const Catalogue& catalogue);

}  // namespace clusterspec
