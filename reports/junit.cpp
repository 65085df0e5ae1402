// JUnit XML in the flavour that Jenkins' schema (xunit-plugin, junit-10.xsd) accepts. A suite is a folder of
// scenarios, a class is a scenario, a test case is one combination of it.
#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>
#include <set>

#include "command_line.hpp"
#include "report.hpp"
#include "text.hpp"
#include "whole_run.hpp"

namespace clusterspec {
namespace {

constexpr std::size_t k_message_columns = 300;

// XML 1.0 has no way to write some characters, not even as references. Control characters are C escapes by
// now; what is left are the two noncharacters U+FFFE and U+FFFF.
std::string xml_safe(std::string text) {
  for (std::size_t at = text.find("\xEF\xBF"); at != std::string::npos; at = text.find("\xEF\xBF", at + 1)) {
    char& last = text[at + 2];
    if (last == '\xBE' || last == '\xBF') last = '\xBD';
  }
  return text;
}

void set(pugi::xml_node node, const char* name, std::string_view value) {
  node.append_attribute(name).set_value(xml_safe(one_line(value)).c_str());
}

void set_text(pugi::xml_node node, std::string_view text) {
  node.append_child(pugi::node_pcdata).set_value(xml_safe(many_lines(text)).c_str());
}

std::string seconds_text(double seconds) { return fmt::format("{:.3f}", seconds); }

// What of a run's failures does not count: those of flaky cases, if that was asked for.
class Flaky {
 public:
  explicit Flaky(const RunResult& run)
      : m_cases(flaky_cases(run)), m_report(run.flaky == FlakyPolicy::report) {
    for (const FlakyCase& one : m_cases) m_ids.insert(one.id);
  }
  const std::vector<FlakyCase>& cases() const { return m_cases; }
  bool excuses(const CaseResult& result) const { return m_report && m_ids.contains(result.id); }

 private:
  std::vector<FlakyCase> m_cases;
  std::set<std::string_view> m_ids;
  bool m_report;
};

struct Counts {
  int tests = 0, failures = 0, errors = 0, skipped = 0;
  double seconds = 0;

  void add(const CaseResult& result, const Flaky& flaky) {
    ++tests;
    const bool known = !result.known.empty();
    failures += result.judgement.verdict == Verdict::fail && !known && !flaky.excuses(result);
    errors += result.judgement.verdict == Verdict::error;
    skipped += result.judgement.verdict == Verdict::skip || known;
    seconds += result.seconds;
  }
};

void set_counts(pugi::xml_node node, const Counts& counts) {
  set(node, "tests", std::to_string(counts.tests));
  set(node, "failures", std::to_string(counts.failures));
  set(node, "errors", std::to_string(counts.errors));
}

void add_properties(pugi::xml_node suite, const RunResult& run, const Flaky& flaky,
                    const std::vector<const RequirementResult*>& requirements) {
  pugi::xml_node properties = suite.append_child("properties");
  const auto add = [&](std::string_view name, std::string_view value) {
    pugi::xml_node property = properties.append_child("property");
    set(property, "name", name);
    set(property, "value", value);
  };
  add("clusterspec", run.version);
  add("implementation", run.implementation);
  add("implementation.version", run.implementation_version);
  add("isolation", run.isolation);
  add("observation", run.observation);
  add("time-scale", fmt::format("{}", run.time_scale));
  add("interrupted", run.interrupted ? "true" : "false");
  for (const std::string& note : run.notes) add("note", note);
  for (const FlakyCase& one : flaky.cases()) add("flaky", one.id + ": " + flaky_count(one));
  for (const RequirementResult* result : requirements)
    add("requirement." + result->requirement.id, name_of(result->verdict));
}

// Each requirement belongs to the test suite of its area, or to the first if there is no such in this run.
std::vector<const RequirementResult*> requirements_of(const std::string& suite, const RunResult& run,
                                                      const std::vector<std::string>& suites) {
  std::vector<const RequirementResult*> all;
  for (const RequirementResult& result : run.requirements) {
    const std::string& id = result.requirement.id;
    std::string home = fmt::format("{}/{}", name_of(result.requirement.suite), id.substr(0, id.find('.')));
    if (std::find(suites.begin(), suites.end(), home) == suites.end()) home = suites.front();
    if (home == suite) all.push_back(&result);
  }
  return all;
}

// "documented.terminate.launcher-closes-last": what stands before the last dot becomes the package.
std::string class_name(const CaseResult& result) {
  std::string name = one_line(result.scenario);
  std::replace(name.begin(), name.end(), '/', '.');
  return name;
}

// "launcher-closes-last[workers=4]@reference (repetition 2)".
std::string test_name(const CaseResult& result) {
  const std::size_t folder = area(result).size();
  const std::string whole = label(result);
  return result.id.starts_with(result.scenario) && folder < whole.size() && whole[folder] == '/'
             ? whole.substr(folder + 1)
             : whole;
}

std::string first_message(const CaseResult& result) {
  const auto& findings = result.judgement.findings;
  if (findings.empty()) return "no finding was recorded";
  std::string message = one_line(findings[0].actual) + "; expected: " + one_line(findings[0].expected);
  if (findings.size() > 1) message += fmt::format(" (and {} more)", findings.size() - 1);
  return cut(message, k_message_columns);
}

void add_outcome(pugi::xml_node test, const CaseResult& result, bool excused, const Catalogue& catalogue) {
  const Judgement& judgement = result.judgement;
  const auto add = [&](const char* element, std::string_view type, std::string_view message) {
    pugi::xml_node node = test.append_child(element);
    set(node, "type", type);
    set(node, "message", message);
    return node;
  };
  switch (judgement.verdict) {
    case Verdict::pass:
      break;
    case Verdict::fail: {
      if (!result.known.empty()) {
        set_text(add("skipped", "known", "known to fail: " + one_line(result.known)),
                 explain(result, catalogue));
        break;
      }
      const pugi::xml_node node =
          add(excused ? "flakyFailure" : "failure",
              judgement.findings.empty() ? "" : judgement.findings[0].requirement, first_message(result));
      set_text(excused ? pugi::xml_node(node).append_child("stackTrace") : node, explain(result, catalogue));
      break;
    }
    case Verdict::error:
      set_text(add("error", "harness", cut(one_line(judgement.reason), k_message_columns)),
               explain(result, catalogue));
      break;
    case Verdict::skip:
      add("skipped", "skip", judgement.reason);
      break;
  }
}

void add_output(pugi::xml_node test, const CaseResult& result, const Catalogue& catalogue) {
  std::string text;
  if (result.judgement.verdict == Verdict::pass && !result.judgement.findings.empty())
    text += explain(result, catalogue);
  if (!result.arguments.empty()) text += "server: " + command_line(result.arguments) + '\n';
  if (!result.journal_file.empty()) text += "journal: " + one_line(result.journal_file) + '\n';
  if (!result.capsule_file.empty()) text += "capsule: " + one_line(result.capsule_file) + '\n';
  if (!text.empty()) set_text(test.append_child("system-out"), text);
}

void add_suite(pugi::xml_node root, const std::string& name, const std::vector<std::string>& suites,
               const RunResult& run, const Flaky& flaky, const Catalogue& catalogue) {
  Counts counts;
  for (const CaseResult& result : run.cases)
    if (area(result) == name) counts.add(result, flaky);
  pugi::xml_node suite = root.append_child("testsuite");
  set(suite, "name", name);
  set_counts(suite, counts);
  set(suite, "skipped", std::to_string(counts.skipped));
  set(suite, "time", seconds_text(counts.seconds));
  set(suite, "timestamp", run.started);
  set(suite, "hostname", run.host);
  add_properties(suite, run, flaky, requirements_of(name, run, suites));
  for (const CaseResult& result : run.cases) {
    if (area(result) != name) continue;
    pugi::xml_node test = suite.append_child("testcase");
    set(test, "name", test_name(result));
    set(test, "classname", class_name(result));
    set(test, "time", seconds_text(result.seconds));
    add_outcome(test, result, flaky.excuses(result), catalogue);
    add_output(test, result, catalogue);
  }
}

}  // namespace

std::string junit_text(const RunResult& run, const Catalogue& catalogue) {
  pugi::xml_document document;
  pugi::xml_node declaration = document.append_child(pugi::node_declaration);
  declaration.append_attribute("version") = "1.0";
  declaration.append_attribute("encoding") = "UTF-8";
  pugi::xml_node root = document.append_child("testsuites");
  Counts counts;
  const Flaky flaky(run);
  std::vector<std::string> suites;
  for (const CaseResult& result : run.cases) {
    counts.add(result, flaky);
    if (std::find(suites.begin(), suites.end(), area(result)) == suites.end()) suites.push_back(area(result));
  }
  set(root, "name", "clusterspec");
  set_counts(root, counts);
  set(root, "time", seconds_text(run.seconds));
  for (const std::string& suite : suites) add_suite(root, suite, suites, run, flaky, catalogue);

  struct Text : pugi::xml_writer {
    std::string text;
    void write(const void* data, std::size_t size) override {
      text.append(static_cast<const char*>(data), size);
    }
  } writer;
  document.save(writer, "  ", pugi::format_default, pugi::encoding_utf8);
  return std::move(writer.text);
}

}  // namespace clusterspec
