// Events of every kind with random contents, through the same `describe` that the journal uses.
#pragma once

#include <random>

#include "journal/fields.hpp"
#include "model/event.hpp"

namespace clusterspec::tests {

class Generator {
 public:
  explicit Generator(unsigned seed) : m_random(seed) {}

  template <std::size_t Index>
  Event event() {
    Event event;
    event.at = integer<std::int64_t>();
    fill(event.source);
    fill(event.what.emplace<Index>());
    return event;
  }

  // Nasty on purpose: control characters, broken UTF-8, text that looks like an escape.
  std::string bytes() {
    static const std::vector<std::string> pieces{"plain",
                                                 "",
                                                 " ",
                                                 "\n",
                                                 "\t",
                                                 "\r",
                                                 std::string(1, '\0'),
                                                 "\x1b[2J",
                                                 "\x7f",
                                                 "\\",
                                                 "\\x41",
                                                 "\"",
                                                 "{\"escaped\":\"a\"}",
                                                 "\xff",
                                                 "\xc3",
                                                 "\xc3\xa9",
                                                 "\xc2\x9b"
                                                 "1m",
                                                 "\xed\xa0\x80",
                                                 "\xf0\x9f\x90\x8c",
                                                 "\xe2\x80\xae",
                                                 "'",
                                                 "</script>"};
    std::string text;
    for (int i = below(6); i > 0; --i)
      text += pieces[static_cast<std::size_t>(below(static_cast<int>(pieces.size())))];
    if (below(4) == 0) text += static_cast<char>(below(256));
    return text;
  }

 private:
  int below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(m_random); }

  template <class T>
  T integer() {
    switch (below(4)) {
      case 0:
        return std::numeric_limits<T>::max();
      case 1:
        return std::numeric_limits<T>::min();
      case 2:
        return static_cast<T>(below(100));
      default:
        return static_cast<T>(std::uniform_int_distribution<std::uint64_t>()(m_random));
    }
  }

  template <class T>
  void fill(T& value) {
    using namespace detail;
    if constexpr (std::same_as<T, bool>) {
      value = below(2) == 0;
    } else if constexpr (std::same_as<T, char>) {
      value = static_cast<char>(below(256));
    } else if constexpr (Integer<T>) {
      value = integer<T>();
    } else if constexpr (std::floating_point<T>) {
      value = std::uniform_real_distribution<T>(-1e6, 1e6)(m_random);
    } else if constexpr (std::same_as<T, std::string>) {
      value = bytes();
    } else if constexpr (Named<T>) {
      value =
          Names<T>::table[static_cast<std::size_t>(below(static_cast<int>(Names<T>::table.size())))].first;
    } else if constexpr (k_is_vector<T>) {
      for (int i = below(4); i > 0; --i) fill(value.emplace_back());
    } else if constexpr (k_is_optional<T>) {
      if (below(2) == 0) fill(value.emplace());
    } else if constexpr (k_is_text_map<T>) {
      for (int i = below(4); i > 0; --i) fill(value[bytes()]);
    } else {
      T::describe(value, [&](const char*, auto& member) { fill(member); });
    }
  }

  std::mt19937 m_random;
};

// Are two values the same in all described fields?
template <class T>
bool same(const T& a, const T& b) {
  using namespace detail;
  if constexpr (k_is_vector<T>) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
      if (!same(a[i], b[i])) return false;
    return true;
  } else if constexpr (Struct<T>) {
    std::vector<const void*> members;
    T::describe(b, [&](const char*, const auto& member) { members.push_back(&member); });
    bool equal = true;
    std::size_t next = 0;
    T::describe(a, [&](const char*, const auto& member) {
      equal =
          equal && same(member, *static_cast<std::remove_cvref_t<decltype(member)> const*>(members[next++]));
    });
    return equal;
  } else {
    return a == b;
  }
}

inline bool same_event(const Event& a, const Event& b) {
  if (a.at != b.at || a.source != b.source || a.what.index() != b.what.index()) return false;
  return std::visit(
      [&](const auto& what) { return same(what, std::get<std::remove_cvref_t<decltype(what)>>(b.what)); },
      a.what);
}

}  // namespace clusterspec::tests
