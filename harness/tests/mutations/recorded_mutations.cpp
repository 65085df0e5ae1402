// Usage: recorded_mutations [--tell] JOURNAL...
//
// Each journal is of a case that passed. Shows that each claim of each expectation of its scenario fails in
// some journal that is one event away, and that each expectation does so alone: no other expectation and no
// standing check fails with it. Exit code 1 names what never failed. --tell: what
// made each claim fail.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <map>
#include <set>

#include "claims.hpp"
#include "drive/judging.hpp"
#include "journal/journal_lines.hpp"
#include "judge/judge.hpp"
#include "judge/tests/mutation.hpp"
#include "load/load.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

struct Claimed {
  std::size_t expectation;
  std::string name;
  std::string shown_by;  // the mutation that makes it fail
};

struct Tried {
  std::vector<Claimed> claims;
  std::vector<std::string> alone;  // by expectation: the mutation that makes nothing else fail
};

constexpr std::string_view k_claim = "claim.";

std::string requirement_of(std::size_t claim) { return fmt::format("{}{}", k_claim, claim); }

// The same case, with each claim under a requirement of its own.
Scenario split(const Scenario& scenario, Tried& tried) {
  Scenario claims = scenario;
  claims.verifies.clear();
  claims.expectations.clear();
  tried.alone.resize(scenario.expectations.size());
  for (std::size_t i = 0; i < scenario.expectations.size(); ++i)
    for (Claim& claim : claims_of(scenario.expectations[i].subject)) {
      const std::string id = requirement_of(tried.claims.size());
      claims.verifies.push_back(id);
      claims.expectations.push_back({std::move(claim.subject), {id}, "", scenario.expectations[i].where});
      tried.claims.push_back({i, claim.name, ""});
    }
  return claims;
}

// Of which of its kind an event is: the connections of one group, the looks of one name, lines alike.
std::string kind_of(const Event& event) {
  std::string kind(k_event_names[event.what.index()]);
  std::visit(
      [&](const auto& what) {
        if constexpr (requires { what.group.size(); }) kind += what.group;
        if constexpr (requires { what.occasion; }) kind += what.occasion;
        if constexpr (requires { what.text; }) kind += what.text;
      },
      event.what);
  std::erase_if(kind, [](unsigned char c) { return std::isdigit(c) != 0; });
  return kind;
}

// In a journal of thousands of events one is as good as the other: the first and the last of each kind. What
// tells of outcomes comes first: it decides most.
std::vector<int> chosen(const Journal& journal) {
  const std::size_t few = journal.size() > 500 ? 1 : 500;
  std::map<std::string, std::vector<int>> kinds;
  for (int number = 0; number < static_cast<int>(journal.size()); ++number)
    kinds[kind_of(journal[static_cast<std::size_t>(number)])].push_back(number);
  std::vector<int> numbers;
  for (const auto& [kind, all] : kinds)
    for (std::size_t i = 0; i < all.size(); ++i)
      if (i < few || i + few >= all.size()) numbers.push_back(all[i]);
  std::stable_sort(numbers.begin(), numbers.end(), [&](int a, int b) {
    return journal[static_cast<std::size_t>(a)].what.index() >
           journal[static_cast<std::size_t>(b)].what.index();
  });
  return numbers;
}

// What the harness did or noted itself is no observation of the server. When it was, is one, and who sent a
// signal.
bool tells_of_the_server(const Mutation& mutation, const Event& event) {
  if (mutation.field == "at") return true;
  return event.source != Source::driver ||
         (std::holds_alternative<Signalled>(event.what) && mutation.field == "by");
}

// Some claims are about no event alone. That each process serves: one of them serves nobody, its connections
// are all another's.
Journal with_all_at_another(const Journal& journal, Pid pid, Pid another) {
  Journal changed = journal;
  for (Event& event : changed)
    if (auto* one = std::get_if<Concluded>(&event.what); one && one->pid == pid) one->pid = another;
  return changed;
}

// And that there is nobody: one worker more than there was. A standing check sees it too, whatever is
// expected.
Journal with_one_more_worker(const Journal& journal) {
  const Cluster cluster = Cluster::of(journal);
  Appeared appeared;
  for (const ProcessState& process : cluster.processes())
    appeared.pid = std::max(appeared.pid, process.pid + 1);
  if (const ProcessState* launcher = cluster.launcher()) appeared.parent = launcher->pid;
  Journal more = journal;
  // By polling one event makes a worker.
  more.insert(more.end() - 1, Event{journal.back().at, Source::polling, appeared});
  return more;
}

// That no more lines than so many are printed, or none: one is said again and again, or that a worker failed.
constexpr int k_again = 20;
Journal with_line_said(const Journal& journal, int after, std::string text, int times) {
  const auto place = journal.begin() + after;
  Event said = *place;
  std::get<Output>(said.what).text = std::move(text);
  Journal more = journal;
  more.insert(more.begin() + after + 1, static_cast<std::size_t>(times), said);
  return more;
}

std::string failed_line(const Implementation& implementation, Pid pid) {
  std::string line = implementation.log.failed.value_or("");
  for (const auto& [name, value] :
       {std::pair{"{pid}", std::to_string(pid)}, {"{status}", std::string("256")}})
    if (const auto at = line.find(name); at != std::string::npos) line.replace(at, std::strlen(name), value);
  return line;
}

// And that orphans are waited for: each is a zombie ever after.
Journal with_zombies(const Journal& journal) {
  Journal changed = journal;
  std::vector<ProcessSeen> zombies;
  for (Event& event : changed)
    if (const auto* orphaned = std::get_if<Orphaned>(&event.what))
      zombies.push_back({orphaned->pid, orphaned->parent, 'Z', "orphan"});
    else if (auto* seen = std::get_if<ProcessesSeen>(&event.what); seen && seen->occasion != "end")
      seen->processes.insert(seen->processes.end(), zombies.begin(), zombies.end());
  return changed;
}

void note(const Judgement& judgement, Tried& tried, const std::string& mutation, bool standing_too = false) {
  std::set<std::size_t> expectations;
  std::set<std::string> told;
  for (const Finding& finding : judgement.findings)
    for (std::size_t i = 0; i < tried.claims.size(); ++i) {
      if (finding.requirement != requirement_of(i)) continue;
      expectations.insert(tried.claims[i].expectation);
      told.insert(finding.actual);
      if (tried.claims[i].shown_by.empty()) tried.claims[i].shown_by = mutation;
    }
  // `leftovers` and its standing check say the same.
  const bool others =
      std::any_of(judgement.findings.begin(), judgement.findings.end(), [&](const Finding& finding) {
        return !finding.requirement.starts_with(k_claim) && !told.contains(finding.actual);
      });
  if (expectations.size() == 1 && (!others || standing_too) && tried.alone[*expectations.begin()].empty())
    tried.alone[*expectations.begin()] = mutation;
}

bool all_shown(const Tried& tried) {
  return std::none_of(tried.alone.begin(), tried.alone.end(),
                      [](const auto& text) { return text.empty(); }) &&
         std::none_of(tried.claims.begin(), tried.claims.end(),
                      [](const Claimed& claim) { return claim.shown_by.empty(); });
}

Result<Tried> try_all(const std::string& file, const std::string& text, const Case& one) {
  const auto journal = read_journal(text, file);
  if (!journal) return tl::unexpected(journal.error());
  Tried tried;
  const Scenario claims = split(one.scenario, tried);
  const auto judged = [&](const Journal& some) { return judge(claims, *one.implementation, some); };
  if (const Judgement healthy = judged(*journal); healthy.verdict != Verdict::pass)
    return tl::unexpected(Error{ErrorKind::file,
                                fmt::format("the case does not pass: {}; {}", healthy.reason,
                                            healthy.findings.empty() ? "" : healthy.findings.front().actual),
                                Location{file, 1, 1},
                                {},
                                "journals of passing cases"});
  Journal mutated = *journal;
  for (const int number : chosen(*journal)) {
    const bool go_on = each_mutation_of(mutated, number, [&](const Mutation& mutation, const Journal& some) {
      if (!tells_of_the_server(mutation, (*journal)[static_cast<std::size_t>(number)])) return true;
      const Judgement judgement = judged(some);
      if (judgement.findings.empty()) return true;
      note(judgement, tried, to_text(mutation, *journal));
      return !all_shown(tried);
    });
    if (!go_on) break;
  }
  note(judged(with_one_more_worker(*journal)), tried, "one worker more", true);
  note(judged(with_zombies(*journal)), tried, "orphans that nobody waits for");
  for (const int number : chosen(*journal)) {
    const auto* output = std::get_if<Output>(&(*journal)[static_cast<std::size_t>(number)].what);
    if (!output || output->stream != Stream::out || all_shown(tried)) continue;
    note(judged(with_line_said(*journal, number, output->text, k_again)), tried,
         "a line said again and again");
    note(judged(with_line_said(*journal, number, failed_line(*one.implementation, output->writer), 1)), tried,
         "a failure that was none");
  }
  const Cluster cluster = Cluster::of(*journal);
  for (const ProcessState& process : cluster.processes())
    if (const ProcessState* launcher = cluster.launcher(process.instance))
      if (process.launcher || process.ordinal > 0) {
        const Pid another = process.launcher ? cluster.processes().back().pid : launcher->pid;
        if (!all_shown(tried))
          note(judged(with_all_at_another(*journal, process.pid, another)), tried,
               cluster.name(process.pid) + " serves nobody");
      }
  return tried;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    fmt::print("usage: recorded_mutations [--tell] JOURNAL...\n");
    return 2;
  }
  const bool tell = std::string_view(arguments[1]) == "--tell";
  int journals = 0, holes = 0, expectations = 0, claims = 0;
  for (int i = tell ? 2 : 1; i < count; ++i, ++journals) {
    const std::string file = arguments[i];
    const auto source = read_source(file);
    const auto one = source ? case_of_journal(source->text, file) : tl::unexpected(source.error());
    const auto tried = one ? try_all(file, source->text, *one) : tl::unexpected(one.error());
    if (!tried) {
      fmt::print("{}\n", to_text(tried.error()));
      ++holes;
      continue;
    }
    for (const Claimed& claim : tried->claims) {
      ++claims;
      if (tell) fmt::print("{} {}: {}\n", one->scenario.name, claim.name, claim.shown_by);
      if (!claim.shown_by.empty()) continue;
      ++holes;
      fmt::print("{}:{}: `{}` was not seen to fail in any journal one event away from that of {}\n",
                 one->scenario.file, one->scenario.expectations[claim.expectation].where.line, claim.name,
                 one->id);
    }
    for (std::size_t k = 0; k < tried->alone.size(); ++k) {
      ++expectations;
      if (!tried->alone[k].empty()) continue;
      ++holes;
      fmt::print("{}:{}: this expectation never failed alone in a journal one event away from that of {}\n",
                 one->scenario.file, one->scenario.expectations[k].where.line, one->id);
    }
  }
  fmt::print("{} journals, {} expectations with {} claims, {} holes\n", journals, expectations, claims,
             holes);
  return holes == 0 ? 0 : 1;
}
