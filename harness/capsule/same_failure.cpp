#include "capsule/same_failure.hpp"

#include <algorithm>

#include "load/toml_writer.hpp"

namespace clusterspec {
namespace {

// Words of three letters or more, in lower case, of one number. What is left out is numbers and their units.
std::set<std::string> words_of(const std::string& text) {
  std::set<std::string> words;
  std::string word;
  for (const char c : text + " ") {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      word += static_cast<char>(c | 0x20);
      continue;
    }
    if (word.size() > 3 && word.ends_with('s')) word.pop_back();
    if (word.size() > 2) words.insert(word);
    word.clear();
  }
  return words;
}

template <class Variant>
std::string first_key(const Variant& variant) {
  std::string text = std::visit(
      [](const auto& it) {
        const TomlKey key = toml_keys([&](auto&& visit) { it.describe(it, visit); }).front();
        return key.key + " = " + key.value;
      },
      variant);
  std::erase_if(text, [](char c) { return c >= '0' && c <= '9'; });
  return text;
}

std::string place_of(const Scenario& scenario, int line) {
  for (const Step& step : scenario.steps)
    if (step.where.line == line) return first_key(step.action);
  for (const Expectation& expectation : scenario.expectations)
    if (expectation.where.line == line) return first_key(expectation.subject);
  return {};
}

Symptom symptom(const Scenario& scenario, int line, const RequirementId& requirement,
                const std::string& expected, const std::string& actual) {
  return {requirement, place_of(scenario, line), words_of(expected), words_of(actual)};
}

std::set<RequirementId> requirements_of(const std::vector<Symptom>& all) {
  std::set<RequirementId> ids;
  for (const Symptom& one : all) ids.insert(one.requirement);
  return ids;
}

template <class Findings>
std::string outcome_of(Verdict verdict, const Findings& findings) {
  std::set<std::string> ids;
  for (const auto& finding : findings) ids.insert(printable(finding.requirement, 100));
  std::string text(name_of(verdict));
  for (const std::string& id : ids) text += ", " + id;
  return text;
}

}  // namespace

std::vector<Symptom> symptoms(const Scenario& scenario, const std::vector<RecordedFinding>& findings) {
  std::vector<Symptom> all;
  for (const RecordedFinding& it : findings)
    all.push_back(symptom(scenario, it.line, it.requirement, it.expected, it.actual));
  return all;
}

std::vector<Symptom> symptoms(const Scenario& scenario, const std::vector<Finding>& findings) {
  std::vector<Symptom> all;
  for (const Finding& it : findings)
    all.push_back(symptom(scenario, it.where.line, it.requirement, it.expected, it.actual));
  return all;
}

bool same_failure(const std::vector<Symptom>& recorded, const std::vector<Symptom>& seen) {
  if (requirements_of(recorded) != requirements_of(seen)) return false;
  return std::all_of(seen.begin(), seen.end(), [&](const Symptom& one) {
    return std::any_of(recorded.begin(), recorded.end(), [&](const Symptom& before) {
      return before.requirement == one.requirement && before.at == one.at &&
             before.expected == one.expected &&
             std::includes(before.actual.begin(), before.actual.end(), one.actual.begin(), one.actual.end());
    });
  });
}

std::string outcome_text(Verdict verdict, const std::vector<RecordedFinding>& findings) {
  return outcome_of(verdict, findings);
}
std::string outcome_text(const Judgement& judgement) {
  return outcome_of(judgement.verdict, judgement.findings);
}

}  // namespace clusterspec
