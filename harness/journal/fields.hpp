// Which shapes of field the journal knows. Both directions use these, so that what can be written can be
// read.
#pragma once

#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/names.hpp"

namespace clusterspec::detail {

struct AnyVisitor {
  template <class T>
  void operator()(const char*, T&) const {}
};

// A struct that names its fields in `describe(self, visitor(key, member))`.
template <class T>
concept Struct = requires(T& value) {
  T::describe(value, AnyVisitor{});
};

template <class T>
inline constexpr bool k_is_vector = false;
template <class T>
inline constexpr bool k_is_vector<std::vector<T>> = true;

template <class T>
inline constexpr bool k_is_optional = false;
template <class T>
inline constexpr bool k_is_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool k_is_text_map = false;
template <class T>
inline constexpr bool k_is_text_map<std::map<std::string, T>> = true;

// Numbers; char is a letter and bool a truth, not numbers.
template <class T>
concept Integer = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;

}  // namespace clusterspec::detail
