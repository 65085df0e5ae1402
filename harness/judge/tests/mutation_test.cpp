// Every check of the judge can fail, and by nothing but what it reads (mutation_table.hpp).
#include <fmt/format.h>

#include <map>
#include <set>

#include "mutation_table.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

std::vector<Row> all_rows() {
  std::vector<Row> rows;
  for (auto part : {rows_of_processes, rows_of_inheritance, rows_of_lines, rows_of_connections,
                    rows_of_moments, rows_of_endings, rows_of_standing})
    for (Row& row : part()) rows.push_back(std::move(row));
  return rows;
}

std::string name_of(const Row& row) { return row.subject + ", " + row.key + ": " + row.title; }

Scenario scenario_of(const Row& row) {
  Scenario scenario = scenario_with(row.expect);
  for (const auto& [standing, name] : Names<Standing>::table)
    if (std::find(row.standing.begin(), row.standing.end(), standing) == row.standing.end())
      scenario.waive.push_back(standing);
  return scenario;
}

bool chosen(const Events& events, const Journal& original, int number) {
  return events.chosen(original[static_cast<std::size_t>(number)]);
}

// What every case stands on, whatever it expects.
std::vector<Read> frame() {
  return {reads_only(every<StepEnded>(), {"done"}), reads_only(every<CleanedUp>(), {"complete"})};
}

bool names(const std::vector<std::string>& fields, const std::string& field) {
  return std::any_of(fields.begin(), fields.end(),
                     [&](const std::string& one) { return field == one || field.starts_with(one + "."); });
}

// Does this mutation change what is read, as far as that entry says?
bool concerns(const Read& read, const Journal& original, const Mutation& mutation) {
  if (!chosen(read.events, original, mutation.number)) return false;
  return mutation.kind == Mutation::Kind::changed ? names(read.fields, mutation.field) : read.place;
}

bool is_read(const Row& row, const Journal& original, const Mutation& mutation) {
  const int ends = static_cast<int>(original.size()) - 1;
  const auto any = [&](const std::vector<Read>& reads, const Mutation& of) {
    return std::any_of(reads.begin(), reads.end(),
                       [&](const Read& read) { return concerns(read, original, of); });
  };
  if (mutation.kind == Mutation::Kind::changed) return any(frame(), mutation) || any(row.reads, mutation);
  const auto is_end = [&](int number) { return number == 0 || number == ends; };
  const bool first = is_end(mutation.number) || any(row.reads, mutation);
  if (mutation.kind != Mutation::Kind::swapped) return first;
  // Against all others each stands where it stood.
  Mutation other = mutation;
  ++other.number;
  return is_end(mutation.number) || is_end(other.number) || (first && any(row.reads, other));
}

std::string text_of(const Events& events) {
  return events.type + (events.whose.empty() ? "" : " " + events.whose);
}

// All mutations of one row's journal, and what went otherwise than the row says.
class Trial {
 public:
  explicit Trial(const Row& row)
      : m_row(row),
        m_original(row.journal.journal()),
        m_scenario(scenario_of(row)),
        m_noticed(row.must.size()),
        m_mattered(row.reads.size()) {}

  // In words.
  std::vector<std::string> holes() {
    const Judgement healthy = judged(m_original);
    if (healthy.verdict != Verdict::pass || !healthy.findings.empty())
      return {"its journal does not pass: " + told(healthy)};
    each_mutation(m_original, [&](const Mutation& mutation, const Journal& journal) {
      const Judgement judgement = judged(journal);
      check_evidence(judgement, mutation, static_cast<int>(journal.size()));
      if (judgement.verdict != Verdict::pass || !judgement.findings.empty()) note(judgement, mutation);
      for (const Must& must : m_row.must)
        if (judgement.verdict != must.becomes && is_one_of_every(must, mutation))
          m_holes.push_back(fmt::format("{}: goes unnoticed, or is not {}", to_text(mutation, m_original),
                                        name_of(must.becomes)));
      return true;
    });
    for (std::size_t i = 0; i < m_row.must.size(); ++i) check(m_row.must[i], m_noticed[i]);
    for (std::size_t i = 0; i < m_row.reads.size(); ++i) check(m_row.reads[i], m_mattered[i]);
    for (const Damage& damage : m_row.damages) check(damage);
    return std::move(m_holes);
  }

 private:
  Judgement judged(const Journal& journal) const { return judge(m_scenario, m_row.implementation, journal); }

  void check_evidence(const Judgement& judgement, const Mutation& mutation, int events) {
    for (const Finding& finding : judgement.findings)
      for (const int number : finding.evidence)
        if (number < 0 || number >= events)
          m_holes.push_back(fmt::format("{}: event {} is evidence and does not exist",
                                        to_text(mutation, m_original), number));
  }

  bool is_one_of_every(const Must& must, const Mutation& mutation) const {
    const auto excepts = [&](const std::string& text) {
      return mutation.change.find(text) != std::string::npos;
    };
    return must.every && must.kind == mutation.kind && must.field == mutation.field &&
           chosen(must.events, m_original, mutation.number) &&
           std::none_of(must.but.begin(), must.but.end(), excepts);
  }

  // A mutation that changed the verdict.
  void note(const Judgement& judgement, const Mutation& mutation) {
    for (std::size_t i = 0; i < m_row.must.size(); ++i) {
      const Must& must = m_row.must[i];
      if (must.kind == mutation.kind && must.field == mutation.field && must.becomes == judgement.verdict)
        m_noticed[i].insert(mutation.number);
    }
    for (std::size_t i = 0; i < m_row.reads.size(); ++i) {
      if (!concerns(m_row.reads[i], m_original, mutation)) continue;
      if (mutation.kind != Mutation::Kind::changed) m_mattered[i].insert("");
      for (const std::string& field : m_row.reads[i].fields)
        if (names({field}, mutation.field)) m_mattered[i].insert(field);
    }
    if (!is_read(m_row, m_original, mutation))
      m_holes.push_back(to_text(mutation, m_original) + ": is no business of it, and yet " + told(judgement));
  }

  void check(const Must& must, const std::set<int>& noticed) {
    bool some = false;
    for (int number = 0; number < static_cast<int>(m_original.size()); ++number) {
      if (!chosen(must.events, m_original, number)) continue;
      some = true;
      if (noticed.contains(number)) continue;
      m_holes.push_back(
          fmt::format("{}: goes unnoticed, or is not {}",
                      to_text({must.kind, number, must.field, must.field + " changed"}, m_original),
                      name_of(must.becomes)));
    }
    if (!some) m_holes.push_back("there is no " + text_of(must.events) + " that must be noticed");
  }

  void check(const Read& read, const std::set<std::string>& mattered) {
    if (read.shared) return;
    if (read.place && !mattered.contains(""))
      m_holes.push_back("whether and where there is " + text_of(read.events) + " never mattered");
    for (const std::string& field : read.fields)
      if (!mattered.contains(field))
        m_holes.push_back(fmt::format("`{}` of {} never mattered", field, text_of(read.events)));
  }

  void check(const Damage& damage) {
    JournalBuilder damaged = m_row.journal;
    damage.apply(damaged);
    const Judgement judgement = judged(damaged.journal());
    if (judgement.verdict != Verdict::fail)
      m_holes.push_back(damage.text + ": goes unnoticed; " + told(judgement));
  }

  const Row& m_row;
  const Journal m_original;
  const Scenario m_scenario;
  std::vector<std::set<int>> m_noticed;           // by must: the events whose mutation was
  std::vector<std::set<std::string>> m_mattered;  // by read: its fields, and its place as ""
  std::vector<std::string> m_holes;
};

// The vocabulary: each subject with its keys.
template <class Subject>
void add_keys_of(std::map<std::string, std::vector<std::string>>& keys) {
  Subject subject;
  std::string name;
  Subject::describe(subject, [&](const char* key, auto&, Need, const char*) {
    if (name.empty()) name = key;
    keys[name].emplace_back(key);
  });
}
template <class... Subjects>
std::map<std::string, std::vector<std::string>> vocabulary(const std::variant<Subjects...>&) {
  std::map<std::string, std::vector<std::string>> keys;
  (add_keys_of<Subjects>(keys), ...);
  return keys;
}

}  // namespace

TEST_CASE("Every parameter of every expectation has a row of mutations") {
  std::set<std::pair<std::string, std::string>> rows;
  for (const Row& row : all_rows()) rows.emplace(row.subject, row.key);
  const auto known = vocabulary(ExpectationSubject{});
  for (const auto& [subject, keys] : known)
    for (const std::string& key : keys) {
      INFO("`" << key << "` of `" << subject << "`: add a row to judge/tests/mutation_of_*.cpp");
      CHECK(rows.contains({subject, key}));
    }
  for (const auto& [standing, name] : Names<Standing>::table) {
    INFO("the standing check `" << name << "`: add a row to judge/tests/mutation_of_standing.cpp");
    CHECK(rows.contains({"standing", std::string(name)}));
  }
}

TEST_CASE("What a row says must be noticed is noticed, and what it does not read is not") {
  for (const Row& row : all_rows()) {
    INFO(name_of(row));
    CHECK_FALSE((row.must.empty() && row.damages.empty()));
    for (const std::string& hole : Trial(row).holes()) FAIL_CHECK(hole);
  }
}
