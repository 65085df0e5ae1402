// A line exactly as our writer writes it, read straight along the fields that the event's struct describes: a
// document for each of a million lines would be most of the time that judging takes. Anything else, be it
// another order, an escape, a shape that is not frequent or a mistake, is left to the reader of
// read_fields.hpp, which also says what is wrong.
#pragma once

#include <algorithm>
#include <charconv>
#include <string_view>

#include "journal/fields.hpp"

namespace clusterspec::detail {

class WrittenReader {
 public:
  explicit WrittenReader(std::string_view text) : m_left(text) {}

  // False from the first thing on that is not as it was expected.
  bool good() const { return m_good; }
  bool at_end() const { return m_good && m_left.empty(); }

  void expect(std::string_view text) {
    if (m_good && m_left.starts_with(text))
      m_left.remove_prefix(text.size());
    else
      m_good = false;
  }

  // {"name": or ,"name": and the value.
  template <class T>
  void field(std::string_view name, T& value, char before = ',') {
    if (!m_good) return;
    if constexpr (k_is_optional<T>) {
      value.reset();
      if (next_is(name, before)) field(name, value.emplace(), before);
    } else {
      if (!next_is(name, before)) {
        m_good = false;
        return;
      }
      m_left.remove_prefix(name.size() + 4);
      read(value);
    }
  }

  template <Struct T>
  void fields(T& value) {
    T::describe(value, [&](const char* key, auto& member) { field(key, member); });
  }

  // A string of printable ASCII without a quote or a backslash.
  std::string_view plain_string() {
    expect("\"");
    const auto end = std::find_if(m_left.begin(), m_left.end(),
                                  [](char c) { return c < ' ' || c > '~' || c == '"' || c == '\\'; });
    const auto size = static_cast<std::size_t>(end - m_left.begin());
    const std::string_view text = m_left.substr(0, size);
    m_left.remove_prefix(size);
    expect("\"");
    return text;
  }

 private:
  bool next_is(std::string_view name, char before) const {
    const std::size_t size = name.size();
    return m_left.size() > size + 4 && m_left[0] == before && m_left[1] == '"' &&
           m_left.substr(2, size) == name && m_left[size + 2] == '"' && m_left[size + 3] == ':';
  }

  template <class T>
  void read(T& value) {
    if constexpr (std::same_as<T, bool>) {
      value = m_left.starts_with('t');
      expect(value ? "true" : "false");
    } else if constexpr (Integer<T>) {
      // JSON has neither "+1" nor "01"; from_chars has the second.
      const std::size_t first = m_left.starts_with('-') ? 1 : 0;
      const bool leading_zero = m_left.size() > first + 1 && m_left[first] == '0' &&
                                (first == 1 || (m_left[1] >= '0' && m_left[1] <= '9'));
      const auto [end, error] = std::from_chars(m_left.data(), m_left.data() + m_left.size(), value);
      m_good = m_good && error == std::errc{} && !leading_zero;
      m_left.remove_prefix(static_cast<std::size_t>(end - m_left.data()));
      // What goes on as a number does is none that is whole.
      m_good = m_good && (m_left.starts_with(',') || m_left.starts_with('}'));
    } else if constexpr (std::same_as<T, std::string>) {
      value = plain_string();
    } else if constexpr (Named<T>) {
      const auto named = from_name<T>(plain_string());
      m_good = m_good && named;
      if (m_good) value = *named;
    } else {
      m_good = false;
    }
  }

  std::string_view m_left;
  bool m_good = true;
};

}  // namespace clusterspec::detail
