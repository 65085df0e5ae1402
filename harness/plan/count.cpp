#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "plan/plan.hpp"

namespace clusterspec {
namespace {

constexpr int k_most_workers = 1024;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::optional<int> number_in(std::string_view text) {
  int number = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Result<int> evaluate_count(std::string_view expression, int workers) {
  const auto wrong = [&] {
    return failure(ErrorKind::file, fmt::format("\"{}\" is no count", printable(expression, 100)),
                   "a count is \"3\", \"{workers}\" or \"{workers + 1}\" with + - or *");
  };
  if (const auto number = number_in(expression)) return *number >= 0 ? Result<int>(*number) : wrong();
  if (!expression.starts_with('{') || !expression.ends_with('}')) return wrong();
  std::string_view inside = trimmed(expression.substr(1, expression.size() - 2));
  if (!inside.starts_with("workers")) return wrong();
  inside = trimmed(inside.substr(7));
  if (inside.empty()) return workers;
  const auto number = number_in(trimmed(inside.substr(1)));
  if (!number) return wrong();
  const std::int64_t left = workers, right = *number;
  std::int64_t count = 0;
  switch (inside.front()) {
    case '+':
      count = left + right;
      break;
    case '-':
      count = left - right;
      break;
    case '*':
      count = left * right;
      break;
    default:
      return wrong();
  }
  // A server that counts its launcher has "{workers - 1}" workers, and none, not -1, for a count of 0.
  if (count < 0) return 0;
  if (count > 1'000'000) return wrong();
  return static_cast<int>(count);
}

int requested_workers(const Launch& launch) {
  if (launch.workers.empty()) return 0;
  const auto number = number_in(launch.workers.back());
  return number && *number >= 0 && *number <= k_most_workers ? *number : 0;
}

}  // namespace clusterspec
