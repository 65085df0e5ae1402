// Written by hand and not through a JSON document: a journal under load has a hundred thousand lines, and a
// document for each would be most of the time. Reading is not so urgent and uses the library.
#include <charconv>
#include <cmath>

#include "journal/byte_string.hpp"
#include "journal/fields.hpp"
#include "journal/journal_lines.hpp"

namespace clusterspec {

namespace {

using namespace detail;

class Writer {
 public:
  explicit Writer(std::string& out) : m_out(out) {}

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

void append_line(std::string& out, const Event& event, int number) {
  out += '{';
  Writer writer(out);
  writer.field("n", number);
  writer.field("at", event.at);
  writer.field("source", event.source);
  writer.field("event", std::string(k_event_names[event.what.index()]));
  std::visit([&](const auto& what) { writer.fields(what); }, event.what);
  out += "}\n";
}

}  // namespace

std::string to_line(const Event& event, int number) {
  std::string line;
  line.reserve(256);
  append_line(line, event, number);
  return line;
}

std::string write_journal(const Journal& journal) {
  std::string text;
  text.reserve(journal.size() * 256);
  for (std::size_t i = 0; i < journal.size(); ++i) append_line(text, journal[i], static_cast<int>(i));
  return text;
}

}  // namespace clusterspec
