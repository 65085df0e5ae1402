#include "gate/read_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace clusterspec {
namespace {

using Json = nlohmann::json;

constexpr int k_version = 1;

// Reads members and remembers the first that is not as it must be, so that no reading has to stop at once.
class Members {
 public:
  Members(const Json& object, std::string path, std::string& wrong)
      : m_object(object), m_path(std::move(path)), m_wrong(wrong) {}

  std::string text(const char* name) {
    const Json* value = member(name);
    if (!value) return {};
    if (value->is_null()) return {};
    return value->is_string() ? value->get<std::string>() : (must_be(name, "a text"), std::string());
  }
  // Of a member that may be missing.
  std::string text_if_there(const char* name) { return has(name) ? text(name) : std::string(); }

  double number(const char* name) {
    const Json* value = member(name);
    if (!value) return 0;
    return value->is_number() ? value->get<double>() : (must_be(name, "a number"), 0.0);
  }
  int whole(const char* name) {
    const Json* value = member(name);
    if (!value) return 0;
    return value->is_number_integer() ? value->get<int>() : (must_be(name, "a whole number"), 0);
  }
  int whole_if_there(const char* name, int otherwise) { return has(name) ? whole(name) : otherwise; }

  bool flag(const char* name) {
    const Json* value = member(name);
    if (!value) return false;
    return value->is_boolean() ? value->get<bool>() : (must_be(name, "true or false"), false);
  }

  template <Named E>
  E choice(const char* name) {
    const std::string word = text(name);
    if (const auto value = from_name<E>(word)) return *value;
    must_be(name, "one of " + all_names<E>());
    return Names<E>::table.front().first;
  }

  std::vector<std::string> texts(const char* name) {
    std::vector<std::string> all;
    for (const Json& element : list(name))
      if (element.is_string())
        all.push_back(element.get<std::string>());
      else
        must_be(name, "a list of texts");
    return all;
  }
  std::vector<std::string> texts_if_there(const char* name) {
    return has(name) ? texts(name) : std::vector<std::string>();
  }

  const Json& list(const char* name) {
    static const Json k_none = Json::array();
    const Json* value = member(name);
    if (!value) return k_none;
    return value->is_array() ? *value : (must_be(name, "a list"), k_none);
  }

  // An object; one that is null or missing is empty.
  const Json& object(const char* name) {
    static const Json k_none = Json::object();
    const auto it = m_object.find(name);
    if (it == m_object.end() || it->is_null()) return k_none;
    return it->is_object() ? *it : (must_be(name, "an object"), k_none);
  }

  bool has(const char* name) const { return m_object.is_object() && m_object.contains(name); }
  std::string path(const std::string& name) const { return m_path + name; }
  std::string& wrong() { return m_wrong; }
  void must_be(const char* name, const std::string& what) {
    if (!m_wrong.empty()) return;
    const auto it = m_object.find(name);
    const std::string found =
        it == m_object.end() ? "" : it->dump(-1, ' ', true, Json::error_handler_t::replace);
    m_wrong = fmt::format("{}{} must be {}{}", m_path, name, what,
                          found.empty() || found.size() > 60 ? "" : ", not " + found);
  }

 private:
  const Json* member(const char* name) {
    if (!m_object.is_object()) {
      if (m_wrong.empty()) m_wrong = fmt::format("{} must be an object", m_path.empty() ? "it" : m_path);
      return nullptr;
    }
    const auto it = m_object.find(name);
    if (it != m_object.end()) return &*it;
    if (m_wrong.empty()) m_wrong = fmt::format("{}{} is missing", m_path, name);
    return nullptr;
  }

  const Json& m_object;
  std::string m_path;
  std::string& m_wrong;
};

Location location_of(const Json& object, const std::string& path, std::string& wrong) {
  if (object.empty()) return {};
  Members members(object, path + ".", wrong);
  return {members.text("file"), members.whole("line"), 0};
}

Finding finding_of(const Json& object, const std::string& path, std::string& wrong,
                   std::map<int, ToldEvent>& told) {
  Members members(object, path + ".", wrong);
  Finding finding;
  finding.requirement = members.text("requirement");
  finding.expected = members.text("expected");
  finding.actual = members.text("actual");
  finding.hint = members.text("hint");
  finding.where = location_of(members.object("location"), members.path("location"), wrong);
  for (const Json& element : members.list("evidence")) {
    Members event(element, members.path("evidence[]."), wrong);
    const int number = event.whole("number");
    finding.evidence.push_back(number);
    if (event.has("text")) told[number] = {event.number("ms"), event.text("text")};
  }
  return finding;
}

GroupResult group_of(const Json& object, const std::string& path, std::string& wrong) {
  Members members(object, path + ".", wrong);
  GroupResult group;
  group.group = members.text("group");
  for (const auto& [name, count] : members.object("outcomes").items()) {
    const auto outcome = from_name<Outcome>(name);
    if (outcome && count.is_number_integer())
      group.outcomes[*outcome] = count.get<int>();
    else
      members.must_be("outcomes", "numbers by outcome");
  }
  group.slowest = Duration(std::llround(members.number("slowest_ms") * 1e6));
  group.slow = members.whole("over_500_ms");
  return group;
}

CaseResult case_of(const Json& object, const std::string& path, std::string& wrong) {
  Members members(object, path + ".", wrong);
  CaseResult result;
  result.id = members.text("id");
  result.repetition = members.whole("repetition");
  result.judgement.verdict = members.choice<Verdict>("verdict");
  result.judgement.reason = members.text("reason");
  result.title = members.text("title");
  result.scenario = members.text("scenario");
  result.scenario_at = location_of(members.object("location"), members.path("location"), wrong);
  result.implementation = members.text("implementation");
  for (const auto& [axis, value] : members.object("combination").items())
    if (value.is_string()) result.combination[axis] = value.get<std::string>();
  result.seconds = members.number("seconds");
  result.became_ready = members.flag("became_ready");
  result.arguments = members.texts("arguments");
  result.command = members.text("command");
  result.journal_file = members.text("journal");
  result.capsule_file = members.text("capsule");
  result.known = members.text_if_there("known");
  result.attempts = members.whole_if_there("attempts", 1);
  for (const auto& [id, verdict] : members.object("requirements").items()) {
    const auto value = verdict.is_string() ? from_name<Verdict>(verdict.get<std::string>()) : std::nullopt;
    if (!value)
      members.must_be("requirements", "verdicts by requirement");
    else
      result.judgement.requirements[id] = *value;
  }
  std::size_t number = 0;
  if (members.has("connections"))
    for (const Json& element : members.list("connections"))
      result.groups.push_back(
          group_of(element, members.path(fmt::format("connections[{}]", number++)), wrong));
  number = 0;
  for (const Json& element : members.list("findings"))
    result.judgement.findings.push_back(
        finding_of(element, members.path(fmt::format("findings[{}]", number++)), wrong, result.told));
  return result;
}

RequirementResult requirement_of(const Json& object, const std::string& path, std::string& wrong) {
  Members members(object, path + ".", wrong);
  RequirementResult result;
  result.requirement = {members.text("id"),
                        members.choice<Level>("level"),
                        members.choice<Suite>("suite"),
                        members.choice<Basis>("basis"),
                        members.text("source"),
                        members.text("text"),
                        members.text("quote")};
  result.verdict = members.choice<RequirementVerdict>("verdict");
  result.passed = members.whole("passed");
  result.failed = members.whole("failed");
  result.skipped = members.whole("skipped");
  result.errors = members.whole("errors");
  result.reasons = members.texts("skip_reasons");
  return result;
}

void read_facts(const Json& object, RunResult& run, std::string& wrong) {
  Members members(object, "run.", wrong);
  run.version = members.text("clusterspec");
  run.implementation = members.text("implementation");
  run.implementation_version = members.text("implementation_version");
  run.started = members.text("started");
  run.seconds = members.number("seconds");
  run.host = members.text("host");
  run.isolation = members.text("isolation");
  run.observation = members.text("observation");
  run.time_scale = members.number("time_scale");
  run.interrupted = members.flag("interrupted");
  run.flaky = members.choice<FlakyPolicy>("flaky_policy");
  run.retries = members.whole_if_there("retries", 0);
  run.notes = members.texts("notes");
  run.incomplete = members.texts_if_there("incomplete");
  run.unexpected = members.texts_if_there("unexpected");
  if (const Json& shard = members.object("shard"); !shard.empty()) {
    Members of(shard, "run.shard.", wrong);
    run.shard = {of.whole("index"), of.whole("count"), of.whole("planned"), of.text("plan")};
  }
  if (const Json& baseline = members.object("baseline"); !baseline.empty()) {
    Members of(baseline, "run.baseline.", wrong);
    run.baseline = of.text("file");
    run.strict_baseline = of.flag("strict");
    for (const Json& element : of.list("fixed")) {
      Members one(element, "run.baseline.fixed[].", wrong);
      run.fixed.push_back({one.text("requirement"), one.text("case"), one.text("reason")});
    }
  }
}

}  // namespace

namespace {

// What is no JSON, with its place; empty: it is.
std::string parse(std::string_view text, Json& document) {
  try {
    document = Json::parse(text);
    return {};
  } catch (const Json::parse_error& error) {
    const auto before = text.substr(0, error.byte > 0 ? error.byte - 1 : 0);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    if (text.find_first_not_of(" \t\r\n", std::min(error.byte, text.size())) == std::string_view::npos)
      return fmt::format(
          "line {}: it ends in the middle: the run was killed while it wrote it, or not all of it was copied",
          line);
    const auto column = before.size() - (before.rfind('\n') + 1) + 1;
    return fmt::format("line {}, column {}: it is no JSON", line, column);
  } catch (const Json::exception&) {
    return "it is no JSON";
  }
}

}  // namespace

Result<ReadReport> read_report(std::string_view text, const std::string& file) {
  const auto faulty = [&](const std::string& why) {
    return failure(ErrorKind::file, fmt::format("{}: {}", file, why),
                   "a JSON report is what `clusterspec run --report json=FILE` writes when it ends");
  };
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return faulty("it is empty: the run that was to write it has not ended, or was killed");
  Json document;
  if (const std::string why = parse(text, document); !why.empty()) return faulty(why);
  std::string wrong;
  Members members(document, "", wrong);
  if (members.text("format") != "clusterspec-report") return faulty("it is no report of clusterspec");
  if (members.whole("version") != k_version)
    return faulty(fmt::format("it is of version {}, and this clusterspec reads version {}",
                              document["version"].dump(), k_version));
  ReadReport report;
  report.file = file;
  read_facts(members.object("run"), report.run, wrong);
  std::size_t number = 0;
  for (const Json& element : members.list("cases"))
    report.run.cases.push_back(case_of(element, fmt::format("cases[{}]", number++), wrong));
  number = 0;
  for (const Json& element : members.list("requirements")) {
    report.run.requirements.push_back(
        requirement_of(element, fmt::format("requirements[{}]", number++), wrong));
    report.catalogue.push_back(report.run.requirements.back().requirement);
  }
  if (!wrong.empty()) return faulty(wrong);
  return report;
}

}  // namespace clusterspec
