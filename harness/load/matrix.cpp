#include "load/matrix.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "load/document.hpp"
#include "load/substitution.hpp"

namespace clusterspec {
namespace {

// A larger one is a slip, and would make a report unreadable.
constexpr std::size_t k_most_combinations = 10'000;

const std::vector<std::string> k_reserved{"port", "host", "dir", "address"};

std::optional<std::string> text_of(const toml::node& value) {
  if (const auto* text = value.as_string()) return text->get();
  if (const auto* number = value.as_integer()) return std::to_string(number->get());
  if (const auto* flag = value.as_boolean()) return flag->get() ? "true" : "false";
  return std::nullopt;
}

std::vector<std::string> values_of(const std::string& axis, const toml::node& node, Mistakes& mistakes) {
  std::vector<std::string> values;
  const toml::array* list = node.as_array();
  if (!list || list->empty()) {
    mistakes.add(node.source(), fmt::format("axis \"{}\" needs a list of values", axis),
                 fmt::format("{} = [1, 4]", axis));
    return values;
  }
  for (const toml::node& element : *list) {
    const auto text = text_of(element);
    if (!text)
      mistakes.add(element.source(),
                   fmt::format("a value of axis \"{}\" is a string, a whole number, true or false", axis));
    else if (std::find(values.begin(), values.end(), *text) != values.end())
      mistakes.add(element.source(),
                   fmt::format("axis \"{}\" has the value \"{}\" twice", axis, printable(*text)));
    else
      values.push_back(*text);
  }
  return values;
}

// toml++ sorts the keys of a table; the file's order is the one that people see.
std::vector<const toml::key*> in_order_of_file(const toml::table& table) {
  std::vector<const toml::key*> keys;
  for (const auto& [key, node] : table) keys.push_back(&key);
  std::sort(keys.begin(), keys.end(),
            [](const toml::key* a, const toml::key* b) { return a->source().begin < b->source().begin; });
  return keys;
}

}  // namespace

Matrix read_matrix(const toml::table& root, Mistakes& mistakes) {
  Matrix matrix;
  const toml::node* node = root.get("matrix");
  if (!node) return matrix;
  const toml::table* table = node->as_table();
  if (!table) {
    mistakes.add(node->source(), "matrix must be a table: [matrix] with a list of values for each axis");
    return matrix;
  }
  std::size_t product = 1;
  for (const toml::key* key : in_order_of_file(*table)) {
    const std::string axis(key->str());
    if (!is_placeholder_name(axis) ||
        std::find(k_reserved.begin(), k_reserved.end(), axis) != k_reserved.end()) {
      mistakes.add(
          key->source(), fmt::format("\"{}\" cannot be the name of an axis", printable(axis)),
          "a name begins with a letter and has letters, digits, - and _; port, host, dir and address are "
          "filled in at the launch");
      continue;
    }
    auto values = values_of(axis, *table->get(axis), mistakes);
    if (values.empty()) continue;
    product = std::min(product * values.size(), k_most_combinations + 1);
    if (product > k_most_combinations) {
      mistakes.add(key->source(),
                   fmt::format("the matrix has more than {} combinations", k_most_combinations));
      break;
    }
    matrix.emplace_back(axis, std::move(values));
  }
  return matrix;
}

std::vector<Combination> combinations(const Matrix& matrix) {
  std::vector<Combination> all{Combination{}};
  for (const auto& [axis, values] : matrix) {
    std::vector<Combination> longer;
    for (const Combination& begun : all)
      for (const std::string& value : values) {
        longer.push_back(begun);
        longer.back()[axis] = value;
      }
    all = std::move(longer);
  }
  return all;
}

Loaded<Matrix> load_matrix(const SourceText& source) {
  Mistakes mistakes(source);
  const auto root = parse_document(source, mistakes);
  Matrix matrix;
  if (root) matrix = read_matrix(*root, mistakes);
  if (mistakes.any()) return tl::unexpected(mistakes.take());
  return matrix;
}

}  // namespace clusterspec
