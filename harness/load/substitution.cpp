#include "load/substitution.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "load/did_you_mean.hpp"

namespace clusterspec {

// {name} or {name operator number}; what else stands between braces is text like any other.
struct Substitution::Placeholder {
  std::string_view whole, name;
  char operation = 0;
  std::int64_t number = 0;

  static std::optional<Placeholder> at_start_of(std::string_view text);
};

namespace {

// Filled in later: when the program is built, at the launch, for each request, for each line.
const std::vector<std::string> k_later{"port",  "host",  "dir", "address", "workers", "value",
                                       "delay", "bytes", "pid", "status",  "built"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  // Far below overflow for one operation.
  if (number > 1'000'000'000 || number < -1'000'000'000) return std::nullopt;
  return number;
}

bool stays(std::string_view name) {
  for (const std::string& later : k_later)
    if (later == name) return true;
  return false;
}

}  // namespace

bool is_placeholder_name(std::string_view text) {
  if (text.empty() || !is_letter(text.front())) return false;
  for (const char c : text)
    if (!is_letter(c) && !is_digit(c) && c != '-' && c != '_') return false;
  return true;
}

std::optional<Substitution::Placeholder> Substitution::Placeholder::at_start_of(std::string_view text) {
  if (!text.starts_with('{')) return std::nullopt;
  // No placeholder is longer, and a text of many braces is not searched again and again.
  const auto close = text.substr(0, 100).find('}');
  if (close == std::string_view::npos) return std::nullopt;
  Placeholder found;
  found.whole = text.substr(0, close + 1);
  const std::string_view inside = trimmed(text.substr(1, close - 1));
  found.name = inside.substr(0, inside.find_first_of(" +*"));
  if (!is_placeholder_name(found.name)) return std::nullopt;
  const std::string_view rest = trimmed(inside.substr(found.name.size()));
  if (rest.empty()) return found;
  const auto number = whole_number(trimmed(rest.substr(1)));
  if (std::string_view("+-*").find(rest.front()) == std::string_view::npos || !number) return std::nullopt;
  found.operation = rest.front();
  found.number = *number;
  return found;
}

bool is_count_expression(std::string_view text) {
  if (const auto number = whole_number(text)) return *number >= 0;
  const auto found = Substitution(Combination{{"workers", "1"}}).apply(text);
  return found && text.starts_with('{') && text.ends_with('}') && whole_number(found->text);
}

Result<std::string> Substitution::replacement(const Placeholder& placeholder) {
  const auto axis = m_combination.find(std::string(placeholder.name));
  if (axis == m_combination.end()) {
    if (stays(placeholder.name) && (placeholder.operation == 0 || placeholder.name == "workers"))
      return std::string(placeholder.whole);
    std::vector<std::string> names;
    for (const auto& [name, value] : m_combination) names.push_back(name);
    const std::string axes = names.empty() ? "there is no matrix" : "axes of the matrix: " + listed(names);
    const auto minus = placeholder.name.find('-');
    if (minus != std::string_view::npos &&
        m_combination.contains(std::string(placeholder.name.substr(0, minus))))
      return failure(ErrorKind::file, fmt::format("{} is no axis of the matrix", placeholder.whole),
                     fmt::format("arithmetic needs spaces: \"{{{} - {}}}\"",
                                 placeholder.name.substr(0, minus), placeholder.name.substr(minus + 1)));
    names.insert(names.end(), k_later.begin(), k_later.end());
    return failure(ErrorKind::file,
                   fmt::format("{} is neither an axis of the matrix nor filled in later", placeholder.whole),
                   fmt::format("{}{}; filled in later: {}", did_you_mean(placeholder.name, names), axes,
                               listed(k_later)));
  }
  m_used.insert(axis->first);
  if (placeholder.operation == 0) return axis->second;
  const auto value = whole_number(axis->second);
  if (!value)
    return failure(ErrorKind::file, fmt::format("{} cannot be computed: \"{}\" is no number",
                                                placeholder.whole, printable(axis->second)));
  switch (placeholder.operation) {
    case '+':
      return std::to_string(*value + placeholder.number);
    case '-':
      return std::to_string(*value - placeholder.number);
    default:
      return std::to_string(*value * placeholder.number);
  }
}

Result<Substitution::Replaced> Substitution::apply(std::string_view text) {
  Replaced result;
  while (!text.empty()) {
    const auto placeholder = Placeholder::at_start_of(text);
    if (!placeholder) {
      result.text += text.front();
      text.remove_prefix(1);
      continue;
    }
    auto filled = replacement(*placeholder);
    if (!filled) return tl::unexpected(filled.error());
    result.changed = result.changed || *filled != placeholder->whole;
    result.text += *filled;
    text.remove_prefix(placeholder->whole.size());
  }
  return result;
}

}  // namespace clusterspec
