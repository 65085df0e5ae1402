// One table of spellings per enumeration, read by the loader, the journal and the reports.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace clusterspec {

// Specialised beside each enumeration: `static constexpr std::array table{std::pair{value, "spelling"}, …}`.
template <class E>
struct Names;

template <class E>
concept Named = requires {
  Names<E>::table.size();
};

template <Named E>
constexpr std::string_view name_of(E value) {
  for (const auto& [candidate, name] : Names<E>::table)
    if (candidate == value) return name;
  return "?";
}

template <Named E>
constexpr std::optional<E> from_name(std::string_view spelling) {
  for (const auto& [candidate, name] : Names<E>::table)
    if (name == spelling) return candidate;
  return std::nullopt;
}

// "a, b, c": for messages that list the valid choices.
template <Named E>
std::string all_names() {
  std::string list;
  for (const auto& [value, name] : Names<E>::table) {
    if (!list.empty()) list += ", ";
    list += name;
  }
  return list;
}

}  // namespace clusterspec
