#include <fmt/format.h>

#include "load/consistency.hpp"
#include "load/document.hpp"
#include "load/matrix.hpp"
#include "load/vocabulary.hpp"

namespace clusterspec {
namespace {

const Words k_step{"a step", "verb", {"name", "verifies"}};
const Words k_expectation{"an expectation", "subject", {"verifies", "hint"}};

// One reading of a scenario's table, for one combination.
class ScenarioReader {
 public:
  ScenarioReader(const toml::table& root, Mistakes& mistakes, Substitution& substitution)
      : m_root(root), m_mistakes(mistakes), m_reader(mistakes, substitution) {}

  Scenario read(const Catalogue* catalogue) {
    Scenario scenario;
    m_reader.keys(m_root, "a scenario", [&](auto&& visit) { Scenario::describe(scenario, visit); },
                  {"matrix", "launch", "step", "expect"});
    read_launch(scenario);
    ReadScenario read{scenario, m_root};
    for (const toml::table* table : tables("step"))
      read_step(*table, scenario) ? read.steps.push_back(table) : void(read.complete = false);
    for (const toml::table* table : tables("expect"))
      read_expectation(*table, scenario) ? read.expectations.push_back(table) : void(read.complete = false);
    check_consistency(read, catalogue, m_mistakes);
    return scenario;
  }

 private:
  std::vector<const toml::table*> tables(const char* key) {
    std::vector<const toml::table*> list;
    const toml::node* node = m_root.get(key);
    if (!node) return list;
    const toml::array* array = node->as_array();
    if (!array || (!array->empty() && !array->is_array_of_tables())) {
      m_mistakes.add(node->source(), fmt::format("{0} must be a list of tables: write [[{0}]]", key));
      return list;
    }
    for (const toml::node& element : *array) list.push_back(element.as_table());
    return list;
  }

  void read_launch(Scenario& scenario) {
    const toml::node* node = m_root.get("launch");
    if (!node) return;
    const toml::table* table = node->as_table();
    if (!table) {
      m_mistakes.add(node->source(), "launch must be a table: [launch]");
      return;
    }
    if (const auto name = table->find("launch"); name != table->end()) {
      m_mistakes.add(name->first.source(), "the instance of [launch] has the name \"server\"",
                     "a step with launch = \"NAME\" starts another one");
      return;
    }
    m_reader.keys(*table, "[launch]", [&](auto&& visit) { Launch::describe(scenario.launch, visit); });
  }

  Location where(const toml::table& table, const std::string& word) {
    return m_mistakes.location(table.find(word)->first.source().begin);
  }

  bool read_step(const toml::table& table, Scenario& scenario) {
    const auto index = choose(table, k_step, vocabulary<StepAction>(), m_mistakes);
    if (!index) return false;
    Step step;
    read_alternative(m_reader, table, k_step, *index, step.action,
                     [&](auto&& visit) { Step::describe_common(step, visit); });
    step.where = where(table, vocabulary<StepAction>()[*index].front());
    scenario.launches_itself = scenario.launches_itself || std::holds_alternative<Launch>(step.action);
    scenario.steps.push_back(std::move(step));
    return true;
  }

  bool read_expectation(const toml::table& table, Scenario& scenario) {
    const auto index = choose(table, k_expectation, vocabulary<ExpectationSubject>(), m_mistakes);
    if (!index) return false;
    Expectation expectation;
    read_alternative(m_reader, table, k_expectation, *index, expectation.subject,
                     [&](auto&& visit) { Expectation::describe_common(expectation, visit); });
    expectation.where = where(table, vocabulary<ExpectationSubject>()[*index].front());
    scenario.expectations.push_back(std::move(expectation));
    return true;
  }

  const toml::table& m_root;
  Mistakes& m_mistakes;
  Reader m_reader;
};

Scenario read_scenario(const SourceText& source, const toml::table& root, const std::string& name,
                       const Combination& combination, const Catalogue* catalogue, Mistakes& mistakes,
                       std::set<std::string>& used_axes) {
  Substitution substitution(combination);
  Scenario scenario = ScenarioReader(root, mistakes, substitution).read(catalogue);
  scenario.name = name;
  scenario.file = source.file;
  scenario.text = source.text;
  scenario.combination = combination;
  used_axes.insert(substitution.used_axes().begin(), substitution.used_axes().end());
  return scenario;
}

void report_unused_axes(const toml::table& root, const Matrix& matrix, const std::set<std::string>& used,
                        Mistakes& mistakes) {
  for (const auto& [axis, values] : matrix)
    if (!used.contains(axis))
      mistakes.add(root.get("matrix")->as_table()->find(axis)->first.source(),
                   fmt::format("axis \"{}\" is used nowhere", axis),
                   fmt::format("write \"{{{}}}\" where its value belongs, or remove it", axis));
}

// A saved journal and a scenario that was edited since do not fit each other.
void check_combination(const Combination& combination, const Matrix& matrix, Mistakes& mistakes) {
  const toml::source_position start{1, 1};
  for (const auto& [axis, values] : matrix)
    if (!combination.contains(axis))
      mistakes.add(start, fmt::format("the combination lacks axis \"{}\" of the matrix", axis));
  for (const auto& [axis, value] : combination) {
    const bool known = std::any_of(matrix.begin(), matrix.end(),
                                   [&name = axis](const auto& it) { return it.first == name; });
    if (!known)
      mistakes.add(start, fmt::format("the combination has an axis \"{}\", the matrix has none", axis));
  }
}

}  // namespace

Loaded<Scenario> load_scenario(const SourceText& source, const std::string& name,
                               const Combination& combination, const Catalogue* catalogue) {
  Mistakes mistakes(source);
  const auto root = parse_document(source, mistakes);
  if (!root) return tl::unexpected(mistakes.take());
  const Matrix matrix = read_matrix(*root, mistakes);
  check_combination(combination, matrix, mistakes);
  if (mistakes.any()) return tl::unexpected(mistakes.take());
  std::set<std::string> used;
  Scenario scenario = read_scenario(source, *root, name, combination, catalogue, mistakes, used);
  if (mistakes.any()) return tl::unexpected(mistakes.take());
  return scenario;
}

Loaded<std::vector<Scenario>> load_combinations(const SourceText& source, const std::string& name,
                                                const Catalogue* catalogue) {
  Mistakes mistakes(source);
  const auto root = parse_document(source, mistakes);
  if (!root) return tl::unexpected(mistakes.take());
  const Matrix matrix = read_matrix(*root, mistakes);
  std::vector<Scenario> scenarios;
  std::set<std::string> used;
  for (const Combination& combination : combinations(matrix)) {
    scenarios.push_back(read_scenario(source, *root, name, combination, catalogue, mistakes, used));
    mistakes.next_reading();
  }
  report_unused_axes(*root, matrix, used, mistakes);
  if (mistakes.any()) return tl::unexpected(mistakes.take());
  return scenarios;
}

}  // namespace clusterspec
