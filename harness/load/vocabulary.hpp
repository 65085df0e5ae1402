// Which step or expectation a table is: the one whose first key (its verb, its subject) stands in it. The
// lists come from the `describe` of each alternative, so that a new one is known here by itself.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "load/reader.hpp"

namespace clusterspec {

// The keys of each alternative, in the order of the variant.
template <class Variant, std::size_t... I>
std::vector<std::vector<std::string>> vocabulary(std::index_sequence<I...>) {
  return {keys_of<std::variant_alternative_t<I, Variant>>()...};
}
template <class Variant>
const std::vector<std::vector<std::string>>& vocabulary() {
  static const auto k_vocabulary =
      vocabulary<Variant>(std::make_index_sequence<std::variant_size_v<Variant>>());
  return k_vocabulary;
}

// The words of a table's kind in messages: "a step", "verb".
struct Words {
  std::string thing, word;
  std::vector<std::string> common;  // keys that any of them may have
};

// Index into the vocabulary, or nothing, reported: no such word, or more than one.
std::optional<std::size_t> choose(const toml::table& table, const Words& words,
                                  const std::vector<std::vector<std::string>>& vocabulary,
                                  Mistakes& mistakes);

// Reads the table as the alternative `index`. `read_common(visit)` names the keys that all have.
template <class Variant, class ReadCommon>
void read_alternative(Reader& reader, const toml::table& table, const Words& words, std::size_t index,
                      Variant& out, ReadCommon&& read_common) {
  const auto read_as = [&]<class T>(T value) {
    const std::string what = words.thing + " \"" + vocabulary<Variant>()[index].front() + "\"";
    std::vector<std::string> own = keys_of<T>();
    reader.keys(table, what, [&](auto&& visit) {
      T::describe(value, visit);
      read_common([&](const char* key, auto& member, Need need, const char* meaning) {
        // A gate's name is the name of its step too: one key, two members, listed once.
        if (std::find(own.begin(), own.end(), key) == own.end())
          visit(key, member, need, meaning);
        else if (const toml::node* node = table.get(key))
          reader.read(*node, key, member);
      });
    });
    out = std::move(value);
  };
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    ((I == index ? read_as(std::variant_alternative_t<I, Variant>{}) : void()), ...);
  }
  (std::make_index_sequence<std::variant_size_v<Variant>>());
}

}  // namespace clusterspec
