// Structs as JSON, by the fields that each names in its `describe`; read_fields.hpp reads them.
//
// Written by hand and not through a JSON document: a journal under load has a hundred thousand lines, and a
// document for each would be most of the time. Reading is not so urgent and uses the library.
#pragma once

#include <charconv>
#include <cmath>

#include "journal/byte_string.hpp"
#include "journal/fields.hpp"

namespace clusterspec::detail {

class FieldWriter {
 public:
  explicit FieldWriter(std::string& out) : m_out(out) {}

  // ,"key":value; an absent optional leaves out its key.
  template <class T>
  void field(std::string_view name, const T& value) {
    if constexpr (k_is_optional<T>) {
      if (value) field(name, *value);
    } else {
      if (m_out.back() != '{') m_out += ',';
      m_out += '"';
      m_out += name;
      m_out += "\":";
      write(value);
    }
  }

  template <Struct T>
  void fields(const T& value) {
    T::describe(value, [&](const char* key, const auto& member) { field(key, member); });
  }

  void bytes(std::string_view value) {
    if (is_plain(value)) return append_literal(m_out, value);
    m_out += R"({"escaped":)";
    append_literal(m_out, escape(value));
    m_out += '}';
  }

 private:
  template <class T>
  void write(const T& value) {
    if constexpr (std::same_as<T, bool>) {
      m_out += value ? "true" : "false";
    } else if constexpr (std::same_as<T, char>) {
      bytes({&value, 1});
    } else if constexpr (Integer<T>) {
      number(value);
    } else if constexpr (std::floating_point<T>) {
      // JSON has no word for these; the reader refuses the null.
      if (std::isfinite(value))
        number(value);
      else
        m_out += "null";
    } else if constexpr (std::same_as<T, std::string>) {
      bytes(value);
    } else if constexpr (Named<T>) {
      append_literal(m_out, name_of(value));
    } else if constexpr (k_is_vector<T>) {
      m_out += '[';
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (i != 0) m_out += ',';
        write(value[i]);
      }
      m_out += ']';
    } else if constexpr (k_is_text_map<T>) {
      m_out += '{';
      bool first = true;
      for (const auto& [key, element] : value) {
        if (!first) m_out += ',';
        first = false;
        append_literal(m_out, escape(key));
        m_out += ':';
        write(element);
      }
      m_out += '}';
    } else {
      static_assert(Struct<T>, "a field of a shape that the journal does not know");
      m_out += '{';
      fields(value);
      m_out += '}';
    }
  }

  template <class T>
  void number(T value) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    m_out.append(digits, end);
  }

  std::string& m_out;
};

}  // namespace clusterspec::detail
