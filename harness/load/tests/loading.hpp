// Shortcuts for tests: text in, values or the text of mistakes out.
#pragma once

#include <catch2/catch.hpp>

#include "load/load.hpp"

namespace clusterspec {

inline const Catalogue k_catalogue{
    {"launch.exact-count", Level::must, Suite::documented, Basis::quoted, "", "", ""},
    {"terminate.exit-code", Level::must, Suite::documented, Basis::derived, "", "", ""},
    {"terminate.launcher-waits", Level::must, Suite::documented, Basis::quoted, "", "", ""}};

// A scenario that is right; tests add to it or replace in it.
inline const std::string k_head = R"(title = "T"
why = "W"
verifies = ["launch.exact-count", "terminate.exit-code"]
)";
inline const std::string k_expect = "[[expect]]\nprocesses = \"workers\"\ncount = 2\n";

inline Loaded<std::vector<Scenario>> combinations_of(const std::string& text) {
  return load_combinations({"s.toml", text}, "documented/s", &k_catalogue);
}

// The scenario, or a failed test that shows why there is none.
inline Scenario scenario_of(const std::string& text) {
  const auto loaded = combinations_of(text);
  if (!loaded)
    for (const Error& error : loaded.error()) UNSCOPED_INFO(to_text(error));
  REQUIRE(loaded);
  REQUIRE(loaded->size() == 1);
  return loaded->front();
}

inline std::string joined(const std::vector<Error>& errors) {
  std::string text;
  for (const Error& error : errors) text += to_text(error) + "\n";
  return text;
}

inline std::string mistakes_of(const std::string& text) {
  const auto loaded = combinations_of(text);
  return loaded ? "" : joined(loaded.error());
}

}  // namespace clusterspec
