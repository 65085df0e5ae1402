// Structs from JSON, by the fields that each names in its `describe`: the lines of a journal, and other files
// that are written in the same way (write_fields.hpp).
#pragma once

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "journal/byte_string.hpp"
#include "journal/fields.hpp"
#include "model/units.hpp"

namespace clusterspec::detail {

using nlohmann::json;

// Fills structs from a JSON document. Keys that nobody asks for are left alone, so that a newer writer's
// journal can be read; a missing or wrong value is a problem. Only the first problem is kept, with the path
// to it.
class FieldReader {
 public:
  const std::optional<std::string>& problem() const { return m_problem; }

  template <class T>
  void field(const json& object, const std::string& path, std::string_view name, T& value) {
    if (m_problem) return;
    const auto found = object.find(name);
    if constexpr (k_is_optional<T>) {
      value.reset();
      if (found != object.end()) read(*found, join(path, name), value.emplace());
    } else if (found == object.end()) {
      m_problem = "`" + join(path, name) + "` is missing";
    } else {
      read(*found, join(path, name), value);
    }
  }

  template <Struct T>
  void fields(const json& object, const std::string& path, T& value) {
    T::describe(value, [&](const char* key, auto& member) { field(object, path, key, member); });
  }

 private:
  static std::string join(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : path + "." + std::string(name);
  }

  void wrong(const std::string& path, std::string_view wanted, const json& found) {
    if (!m_problem)
      m_problem = "`" + path + "` must be " + std::string(wanted) + ", not " + found.type_name();
  }

  template <class T>
  void read(const json& found, const std::string& path, T& value) {
    if (m_problem) return;
    if constexpr (std::same_as<T, bool>) {
      if (!found.is_boolean()) return wrong(path, "true or false", found);
      value = found.get<bool>();
    } else if constexpr (std::same_as<T, char>) {
      std::string letter;
      read(found, path, letter);
      if (!m_problem && letter.size() != 1) return wrong(path, "one character", found);
      if (!m_problem) value = letter[0];
    } else if constexpr (Integer<T>) {
      read_integer(found, path, value);
    } else if constexpr (std::floating_point<T>) {
      if (!found.is_number()) return wrong(path, "a number", found);
      value = found.get<T>();
    } else if constexpr (std::same_as<T, std::string>) {
      read_bytes(found, path, value);
    } else if constexpr (Named<T>) {
      if (!found.is_string()) return wrong(path, "one of " + all_names<T>(), found);
      const auto& spelling = found.get_ref<const std::string&>();
      if (const auto named = from_name<T>(spelling))
        value = *named;
      else
        m_problem =
            "`" + path + "` is \"" + printable(spelling, 60) + "\", which is none of " + all_names<T>();
    } else if constexpr (k_is_vector<T>) {
      if (!found.is_array()) return wrong(path, "a list", found);
      value.clear();
      value.reserve(found.size());
      for (const auto& element : found) {
        if (m_problem) return;
        const auto index = std::to_string(value.size());
        read(element, std::string(path).append("[").append(index).append("]"), value.emplace_back());
      }
    } else if constexpr (k_is_text_map<T>) {
      read_map(found, path, value);
    } else {
      static_assert(Struct<T>, "a field of a shape that the journal does not know");
      if (!found.is_object()) return wrong(path, "an object", found);
      fields(found, path, value);
    }
  }

  template <Integer T>
  void read_integer(const json& found, const std::string& path, T& value) {
    if (!found.is_number_integer()) return wrong(path, "a whole number", found);
    const bool fits = found.is_number_unsigned() ? std::in_range<T>(found.get<std::uint64_t>())
                                                 : std::in_range<T>(found.get<std::int64_t>());
    if (!fits) {
      m_problem = "`" + path + "` is " + found.dump() + ", which is out of range";
      return;
    }
    value = found.is_number_unsigned() ? static_cast<T>(found.get<std::uint64_t>())
                                       : static_cast<T>(found.get<std::int64_t>());
  }

  void read_bytes(const json& found, const std::string& path, std::string& value) {
    if (found.is_string()) {
      value = found.get_ref<const std::string&>();
      return;
    }
    const auto escaped = found.is_object() ? found.find("escaped") : found.end();
    if (!found.is_object() || escaped == found.end() || !escaped->is_string())
      return wrong(path, R"(a string or {"escaped": "…"})", found);
    auto bytes = unescape(escaped->get_ref<const std::string&>());
    if (bytes)
      value = *std::move(bytes);
    else
      m_problem = "`" + path + R"(` has a faulty escape; only \xNN and \\ are known)";
  }

  template <class T>
  void read_map(const json& found, const std::string& path, T& value) {
    if (!found.is_object()) return wrong(path, "an object", found);
    value.clear();
    for (const auto& [key, element] : found.items()) {
      if (m_problem) return;
      const auto name = unescape(key);
      if (!name) {
        m_problem = "`" + path + "` has a key with a faulty escape";
        return;
      }
      read(element, join(path, printable(key, 60)), value[*name]);
    }
  }

  std::optional<std::string> m_problem;
};

}  // namespace clusterspec::detail
