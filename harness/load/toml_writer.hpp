// The model's types as TOML, by the keys that each struct names in its `describe`: what load/reader.hpp
// reads, written back. An optional key that has its default is left out.
//
// To add a type: one `toml_text` here beside its `read` there.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "load/load.hpp"

namespace clusterspec {

// The value as it stands behind "key = "; empty if there is none.
std::string toml_text(const std::string& text);
std::string toml_text(bool value);
std::string toml_text(std::int64_t value);
std::string toml_text(double value);
std::string toml_text(Duration value);
std::string toml_text(Signal value);
std::string toml_text(const SignalWord& value);
std::string toml_text(const Target& value);
std::string toml_text(const Moment& value);
std::string toml_text(const Link& value);  // empty if there is none
inline std::string toml_text(int value) { return toml_text(std::int64_t{value}); }

template <Named E>
std::string toml_text(E value) {
  return toml_text(std::string(name_of(value)));
}
template <class T>
std::string toml_text(const std::optional<T>& value) {
  return value ? toml_text(*value) : std::string();
}
// A list of one is that value alone, as the loader takes it.
template <class T>
std::string toml_text(const std::vector<T>& values) {
  std::string text;
  for (const T& value : values) text += (text.empty() ? "" : ", ") + toml_text(value);
  return values.size() == 1 ? text : "[" + text + "]";
}

// As a list, also one of one.
std::string toml_list(const std::vector<std::string>& values);

struct TomlKey {
  std::string key, value;
  bool required = false;
};

// Every key that `describe(visitor)` names, in order, each once: a gate's name is the name of its step too.
template <class Describe>
std::vector<TomlKey> toml_keys(Describe&& describe) {
  std::vector<TomlKey> keys;
  describe([&](const char* key, const auto& member, Need need, const char*) {
    for (const TomlKey& known : keys)
      if (known.key == key) return;
    keys.push_back({key, toml_text(member), need == Need::required});
  });
  return keys;
}

}  // namespace clusterspec
