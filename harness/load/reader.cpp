#include "load/reader.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "load/choices.hpp"

namespace clusterspec {
namespace {

std::string kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "a whole number";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "true or false";
    default:
      return "a date or time";
  }
}

}  // namespace

void Reader::wrong_type(const toml::node& node, const std::string& key, const std::string& wanted) {
  m_mistakes.add(node.source(), fmt::format("{} must be {}, not {}", key, wanted, kind_of(node)));
}

std::optional<Substitution::Replaced> Reader::text(const toml::node& node, const std::string& key,
                                                   const std::string& wanted) {
  const auto* value = node.as_string();
  if (!value) {
    wrong_type(node, key, wanted);
    return std::nullopt;
  }
  auto replaced = m_substitution.apply(value->get());
  if (!replaced) {
    m_mistakes.add(node.source(), replaced.error().message, replaced.error().hint);
    return std::nullopt;
  }
  return std::move(*replaced);
}

std::optional<std::string> Reader::placed(const toml::node& node, const std::string& key,
                                          const std::string& wanted) {
  if (!node.is_string()) {
    wrong_type(node, key, wanted);
    return std::nullopt;
  }
  auto written = text(node, key, wanted);
  if (!written) return std::nullopt;
  if (!written->changed) {
    wrong_type(node, key, wanted);
    return std::nullopt;
  }
  return std::move(written->text);
}

bool Reader::read(const toml::node& node, const std::string& key, std::string& out) {
  const auto written = text(node, key, "a string");
  if (written) out = written->text;
  return written.has_value();
}

bool Reader::read_element(const toml::node& node, const std::string& key, std::string& out) {
  if (const auto* number = node.as_integer()) {
    out = std::to_string(number->get());
    return true;
  }
  return read(node, key, out);
}

bool Reader::read(const toml::node& node, const std::string& key, bool& out) {
  if (const auto* flag = node.as_boolean()) {
    out = flag->get();
    return true;
  }
  const auto written = placed(node, key, "true or false");
  if (!written) return false;
  if (*written == "true" || *written == "false") {
    out = *written == "true";
    return true;
  }
  m_mistakes.add(node.source(),
                 fmt::format("{} must be true or false, not \"{}\"", key, printable(*written, 100)));
  return false;
}

bool Reader::read(const toml::node& node, const std::string& key, std::int64_t& out) {
  if (const auto* number = node.as_integer()) {
    out = number->get();
    return true;
  }
  const auto written = placed(node, key, "a whole number");
  if (!written) return false;
  std::int64_t number = 0;
  const auto [end, status] = std::from_chars(written->data(), written->data() + written->size(), number);
  if (status == std::errc{} && end == written->data() + written->size()) {
    out = number;
    return true;
  }
  m_mistakes.add(node.source(),
                 fmt::format("{} must be a whole number, not \"{}\"", key, printable(*written, 100)));
  return false;
}

bool Reader::read(const toml::node& node, const std::string& key, int& out) {
  std::int64_t number = 0;
  if (!read(node, key, number)) return false;
  if (number < std::numeric_limits<int>::min() || number > std::numeric_limits<int>::max()) {
    m_mistakes.add(node.source(), fmt::format("{} = {} is out of range", key, number));
    return false;
  }
  out = static_cast<int>(number);
  return true;
}

bool Reader::read(const toml::node& node, const std::string& key, double& out) {
  if (const auto* number = node.as_floating_point()) {
    out = number->get();
  } else if (const auto* whole = node.as_integer()) {
    out = static_cast<double>(whole->get());
  } else {
    const auto written = placed(node, key, "a number");
    if (!written) return false;
    const auto [end, status] = std::from_chars(written->data(), written->data() + written->size(), out);
    if (status != std::errc{} || end != written->data() + written->size()) {
      m_mistakes.add(node.source(),
                     fmt::format("{} must be a number, not \"{}\"", key, printable(*written, 100)));
      return false;
    }
  }
  if (std::isfinite(out)) return true;
  m_mistakes.add(node.source(), fmt::format("{} must be a finite number", key));
  return false;
}

template <class T>
bool Reader::parsed(const toml::node& node, Result<T> result, const std::vector<std::string>& choices,
                    const std::string& written, T& out) {
  if (result) {
    out = *result;
    return true;
  }
  m_mistakes.add(node.source(), result.error().message, did_you_mean(written, choices) + result.error().hint);
  return false;
}

bool Reader::read(const toml::node& node, const std::string& key, Duration& out) {
  if (node.is_integer() || node.is_floating_point()) {
    m_mistakes.add(node.source(), fmt::format("{} is a duration and has no unit", key),
                   "a duration is a string with a unit: \"300ms\", \"2s\", \"1m\", \"50us\"");
    return false;
  }
  const auto written = text(node, key, "a duration such as \"300ms\"");
  return written && parsed(node, parse_duration(written->text), {}, written->text, out);
}

bool Reader::read(const toml::node& node, const std::string& key, Signal& out) {
  const auto written = text(node, key, "a signal's name such as \"INT\"");
  return written && parsed(node, parse_signal(written->text), signal_choices(), written->text, out);
}

bool Reader::read(const toml::node& node, const std::string& key, SignalWord& out) {
  const auto written = text(node, key, "a signal's name such as \"INT\", or \"graceful\"");
  return written && parsed(node, parse_signal_word(written->text), signal_choices(), written->text, out);
}

bool Reader::read(const toml::node& node, const std::string& key, Target& out) {
  const auto written = text(node, key, "who is meant, such as \"workers\"");
  return written && parsed(node, parse_target(written->text), target_choices(), written->text, out);
}

bool Reader::read(const toml::node& node, const std::string& key, Moment& out) {
  const auto written = text(node, key, "a moment such as \"launcher exited\"");
  return written && parsed(node, parse_moment(written->text), moment_choices(), written->text, out);
}

void Reader::unknown_keys(const toml::table& table, const std::string& what,
                          const std::vector<std::string>& keys) {
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (std::find(keys.begin(), keys.end(), name) != keys.end()) continue;
    m_mistakes.add(key.source(), fmt::format("{} has no key \"{}\"", what, printable(name, 100)),
                   did_you_mean(name, keys) + "valid: " + listed(keys));
  }
}

}  // namespace clusterspec
