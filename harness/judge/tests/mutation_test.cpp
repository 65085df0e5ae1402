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
  if (!chosen(read.events, original, mutation.number)) {
    return false;
  } else if (mutation.kind == Mutation::Kind::changed) {
    return names(read.fields, mutation.field);
  }
  return read.place;
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

std::string text_of(const Must& must) {
  static constexpr std::array names{
      "removed", "doubled", "swapped with the next", "moved to the beginning", "moved to the end", "changed"};
  return fmt::format("{} {}{}{}{}", must.events.type, must.events.whose, must.events.whose.empty() ? "" : " ",
                     names[static_cast<std::size_t>(must.kind)],
                     must.field.empty() ? "" : " in " + must.field);
}

// What went otherwise than the row says, in words.
std::vector<std::string> holes_in(const Row& row) {
  const Journal original = row.journal.journal();
  const Scenario scenario = scenario_of(row);
  const auto verdict_of = [&](const Journal& journal) {
    return judge(scenario, row.implementation, journal);
  };
  std::vector<std::string> holes;
  const Judgement healthy = verdict_of(original);
  if (healthy.verdict != Verdict::pass || !healthy.findings.empty())
    return {"its journal does not pass: " + told(healthy)};

  std::vector<std::set<int>> wanted(row.must.size()), noticed(row.must.size());
  std::vector<std::set<std::string>> mattered(row.reads.size());  // its fields, and its place as ""
  for (std::size_t i = 0; i < row.must.size(); ++i) {
    for (int number = 0; number < static_cast<int>(original.size()); ++number)
      if (chosen(row.must[i].events, original, number)) wanted[i].insert(number);
    if (wanted[i].empty()) holes.push_back(text_of(row.must[i]) + ": its journal has no such event");
  }
  each_mutation(original, [&](const Mutation& mutation, const Journal& journal) {
    const Judgement judgement = verdict_of(journal);
    for (const Finding& finding : judgement.findings)
      for (const int number : finding.evidence)
        if (number < 0 || number >= static_cast<int>(journal.size()))
          holes.push_back(
              fmt::format("{}: event {} is no evidence, there is none", to_text(mutation, original), number));
    if (judgement.verdict == Verdict::pass && judgement.findings.empty()) return true;
    for (std::size_t i = 0; i < row.must.size(); ++i)
      if (row.must[i].kind == mutation.kind && row.must[i].field == mutation.field &&
          row.must[i].becomes == judgement.verdict)
        noticed[i].insert(mutation.number);
    for (std::size_t i = 0; i < row.reads.size(); ++i) {
      if (!concerns(row.reads[i], original, mutation)) continue;
      if (mutation.kind != Mutation::Kind::changed) mattered[i].insert("");
      for (const std::string& field : row.reads[i].fields)
        if (names({field}, mutation.field)) mattered[i].insert(field);
    }
    if (!is_read(row, original, mutation))
      holes.push_back(to_text(mutation, original) + ": is no business of it, and yet " + told(judgement));
    return true;
  });
  for (std::size_t i = 0; i < row.must.size(); ++i)
    for (const int number : wanted[i])
      if (!noticed[i].contains(number))
        holes.push_back(fmt::format(
            "{}: goes unnoticed, or is not {}",
            to_text({row.must[i].kind, number, row.must[i].field, row.must[i].field + " changed"}, original),
            name_of(row.must[i].becomes)));
  for (std::size_t i = 0; i < row.reads.size(); ++i) {
    const Read& read = row.reads[i];
    if (read.shared) continue;
    const std::string events = read.events.type + " " + read.events.whose;
    if (read.place && !mattered[i].contains(""))
      holes.push_back("where " + events + " stands never mattered");
    for (const std::string& field : read.fields)
      if (!mattered[i].contains(field))
        holes.push_back(fmt::format("`{}` of {} never mattered", field, events));
  }
  for (const Damage& damage : row.damages) {
    JournalBuilder damaged = row.journal;
    damage.apply(damaged);
    const Judgement judgement = verdict_of(damaged.journal());
    if (judgement.verdict != Verdict::fail)
      holes.push_back(damage.text + ": goes unnoticed; " + told(judgement));
  }
  return holes;
}

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
    for (const std::string& hole : holes_in(row)) FAIL_CHECK(hole);
  }
}
