// How findings speak: lists that stay short, plurals, quoted text of others made safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/roles.hpp"

namespace clusterspec {

// "a", "a and b", "a, b and c"; long lists end in "… (40 in all)".
std::string list(const std::vector<std::string>& items, std::size_t limit = 6);

// "1 connection", "13 connections".
std::string counted(long count, std::string_view noun);

// What `text` says of each item.
template <class Items, class Text>
std::vector<std::string> texts_of(const Items& items, Text&& text) {
  std::vector<std::string> texts;
  texts.reserve(items.size());
  for (const auto& item : items) texts.push_back(text(item));
  return texts;
}

// In quotes and printable, at most 120 bytes of it.
std::string quoted(std::string_view bytes);

// "the launcher", "each worker", "worker 2", "launcher and workers", with the instance where it is not the
// first.
std::string who(const Target& target);

// The decisive few events of many, in order and each once.
std::vector<int> few(std::vector<int> numbers);

// The same of whatever has an event number.
template <class Items>
std::vector<int> few_of(const Items& items) {
  std::vector<int> numbers;
  numbers.reserve(items.size());
  for (const auto& item : items) numbers.push_back(item.number);
  return few(std::move(numbers));
}

}  // namespace clusterspec
