// Values and tables of TOML into the model's types, by the keys that each struct names in its `describe`.
//
// To add a type: one `read` that reports what is wrong with the value and returns false, or writes the
// member.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "load/did_you_mean.hpp"
#include "load/mistakes.hpp"
#include "load/substitution.hpp"

namespace clusterspec {

struct AnyVisitor {
  template <class Member>
  void operator()(const char*, Member&, Need, const char*) const {}
};

template <class T>
concept InToml = requires(T& value) {
  T::describe(value, AnyVisitor{});
};

// The keys of a struct, in order.
template <InToml T>
std::vector<std::string> keys_of() {
  std::vector<std::string> keys;
  T value;
  T::describe(value, [&](const char* key, auto&, Need, const char*) { keys.emplace_back(key); });
  return keys;
}

class Reader {
 public:
  Reader(Mistakes& mistakes, Substitution& substitution)
      : m_mistakes(mistakes), m_substitution(substitution) {}

  // Reads the keys that `describe(visitor)` names. `others`: keys of the table that are read elsewhere.
  template <class Describe>
  void keys(const toml::table& table, const std::string& what, Describe&& describe,
            std::vector<std::string> others = {});

  Mistakes& mistakes() { return m_mistakes; }

  // One value each. `key` names it in messages. False: it was wrong, that was reported, `out` is as before.
  bool read(const toml::node& node, const std::string& key, std::string& out);
  bool read(const toml::node& node, const std::string& key, bool& out);
  bool read(const toml::node& node, const std::string& key, std::int64_t& out);
  bool read(const toml::node& node, const std::string& key, int& out);
  bool read(const toml::node& node, const std::string& key, double& out);
  bool read(const toml::node& node, const std::string& key, Duration& out);
  bool read(const toml::node& node, const std::string& key, Signal& out);
  bool read(const toml::node& node, const std::string& key, SignalWord& out);
  bool read(const toml::node& node, const std::string& key, Target& out);
  bool read(const toml::node& node, const std::string& key, Moment& out);
  template <Named E>
  bool read(const toml::node& node, const std::string& key, E& out);
  template <class T>
  bool read(const toml::node& node, const std::string& key, std::optional<T>& out);
  template <class T>
  bool read(const toml::node& node, const std::string& key, std::vector<T>& out);
  template <class T>
  bool read(const toml::node& node, const std::string& key, std::map<std::string, T>& out);
  template <InToml T>
  bool read(const toml::node& node, const std::string& key, T& out);

 private:
  // A string after substitution. Nothing if it is none (reported as "must be `wanted`") or names what is
  // unknown.
  std::optional<Substitution::Replaced> text(const toml::node& node, const std::string& key,
                                             const std::string& wanted);
  // Text of a list's element: also a whole number, for counts.
  bool read_element(const toml::node& node, const std::string& key, std::string& out);
  template <class T>
  bool read_element(const toml::node& node, const std::string& key, T& out) {
    return read(node, key, out);
  }
  template <class T>
  bool parsed(const toml::node& node, Result<T> result, const std::vector<std::string>& choices,
              const std::string& written, T& out);
  // The text of a number or a flag that a placeholder stands for; a plain string is of the wrong type.
  std::optional<std::string> placed(const toml::node& node, const std::string& key,
                                    const std::string& wanted);
  void wrong_type(const toml::node& node, const std::string& key, const std::string& wanted);
  void unknown_keys(const toml::table& table, const std::string& what, const std::vector<std::string>& keys);

  Mistakes& m_mistakes;
  Substitution& m_substitution;
};

template <class Describe>
void Reader::keys(const toml::table& table, const std::string& what, Describe&& describe,
                  std::vector<std::string> others) {
  std::vector<std::string> known;
  std::string missing;
  describe([&](const char* key, auto& member, Need need, const char* meaning) {
    known.emplace_back(key);
    if (const toml::node* node = table.get(key))
      read(*node, key, member);
    else if (need == Need::required)
      missing += (missing.empty() ? "" : "; ") + std::string(key) + ": " + meaning;
  });
  if (!missing.empty()) m_mistakes.add(table.source(), what + " lacks " + missing);
  for (std::string& other : others) known.push_back(std::move(other));
  unknown_keys(table, what, known);
}

template <Named E>
bool Reader::read(const toml::node& node, const std::string& key, E& out) {
  std::vector<std::string> choices;
  for (const auto& [value, name] : Names<E>::table) choices.emplace_back(name);
  const auto written = text(node, key, "one of " + listed(choices));
  if (!written) return false;
  if (const auto value = from_name<E>(written->text)) {
    out = *value;
    return true;
  }
  m_mistakes.add(node.source(), key + " cannot be \"" + printable(written->text, 100) + "\"",
                 did_you_mean(written->text, choices) + "valid: " + listed(choices));
  return false;
}

template <class T>
bool Reader::read(const toml::node& node, const std::string& key, std::optional<T>& out) {
  T value{};
  if (!read(node, key, value)) return false;
  out = std::move(value);
  return true;
}

template <class T>
bool Reader::read(const toml::node& node, const std::string& key, std::vector<T>& out) {
  std::vector<T> values;
  bool good = true;
  const auto add = [&](const toml::node& element) {
    T value{};
    if (read_element(element, key, value))
      values.push_back(std::move(value));
    else
      good = false;
  };
  if (const toml::array* list = node.as_array())
    for (const toml::node& element : *list) add(element);
  else
    add(node);
  if (good) out = std::move(values);
  return good;
}

template <class T>
bool Reader::read(const toml::node& node, const std::string& key, std::map<std::string, T>& out) {
  const toml::table* table = node.as_table();
  if (!table) {
    wrong_type(node, key, "a table, each key of it a name");
    return false;
  }
  bool good = true;
  for (const auto& [name, element] : *table) {
    T value{};
    if (read(element, key + "." + std::string(name.str()), value))
      out.emplace(std::string(name.str()), std::move(value));
    else
      good = false;
  }
  return good;
}

template <InToml T>
bool Reader::read(const toml::node& node, const std::string& key, T& out) {
  const toml::table* table = node.as_table();
  if (!table) {
    wrong_type(node, key, "a table with the keys " + listed(keys_of<T>()));
    return false;
  }
  keys(*table, key, [&](auto&& visit) { T::describe(out, visit); });
  return true;
}

}  // namespace clusterspec
