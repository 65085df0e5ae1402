// "{axis}" and "{axis + 1}" in a scenario's strings, for one combination of its matrix.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "load/load.hpp"

namespace clusterspec {

class Substitution {
 public:
  // Nothing is replaced; placeholders are checked all the same.
  Substitution() = default;
  explicit Substitution(const Combination& combination) : m_combination(combination) {}

  struct Replaced {
    std::string text;
    bool changed = false;
  };
  // The error has no place: the caller knows it.
  Result<Replaced> apply(std::string_view text);

  const std::set<std::string>& used_axes() const { return m_used; }

 private:
  struct Placeholder;
  Result<std::string> replacement(const Placeholder& placeholder);

  Combination m_combination;
  std::set<std::string> m_used;
};

// Letters, digits, "-" and "_", beginning with a letter: what can stand in braces.
bool is_placeholder_name(std::string_view text);

// "3", "{workers}", "{workers + 1}", "{workers - 1}", "{workers * 2}"
bool is_count_expression(std::string_view text);

}  // namespace clusterspec
