#include "sample_run.hpp"

#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>

namespace clusterspec {
namespace {

using namespace std::chrono_literals;

constexpr const char* k_folder = "scenarios/documented/terminate/";

std::int64_t ms(double value) { return static_cast<std::int64_t>(value * 1e6); }

Journal journal_of(int workers) {
  Journal journal;
  const auto add = [&](double at, Source source, What what) {
    journal.push_back({ms(at), source, std::move(what)});
  };
  const auto listening = [](Pid pid, SocketCookie socket) {
    return Listening{pid, socket, 4000 + socket, "0.0.0.0", 3000, true, 0, 128};
  };
  CaseBegun begun;
  begun.case_id =
      "documented/terminate/launcher-closes-last[workers=" + std::to_string(workers) + "]@reference";
  add(0, Source::driver, begun);
  add(1.204, Source::driver,
      Launched{std::string(k_first_instance),
               6,
               "./reference_server",
               {"./reference_server", "--workers=" + std::to_string(workers), "--port=3000"},
               {1},
               workers,
               workers + 1,
               "0.0.0.0",
               3000,
               {},
               {},
               {}});
  add(3.871, Source::notification, listening(6, 100));
  for (int i = 1; i <= workers; ++i) {
    add(4.1 + i, Source::notification, Appeared{6 + i, 6, 6, 1});
    add(4.6 + i, Source::notification,
        Executed{6 + i, "/usr/bin/reference_server", {"reference_server"}, true});
    add(7.9 + i, Source::notification, listening(6 + i, 100 + static_cast<SocketCookie>(i)));
  }
  add(15, Source::driver, StepBegun{2, "press ctrl-c"});
  add(15.032, Source::driver, Signalled{0, -6, 2, true});
  add(15.3, Source::output, Output{Stream::out, 6, " > terminating gracefully", true, false});
  add(15.401, Source::netlink, ListenerClosed{100});
  for (int i = 1; i <= workers; ++i) {
    add(214.9 + i, Source::netlink, ListenerClosed{100 + static_cast<SocketCookie>(i)});
    add(215.2 + i, Source::pidfd, Exited{6 + i, 0});
  }
  add(230.5, Source::pidfd, Exited{6, 0});
  add(230.9, Source::driver, CaseEnded{});
  return journal;
}

int number_of_last(const Journal& journal, std::string_view text) {
  for (std::size_t i = journal.size(); i-- > 0;)
    if (to_text(journal[i]).find(text) != std::string::npos) return static_cast<int>(i);
  return -1;
}

CaseResult base(const std::string& scenario, const std::string& combination, const std::string& title) {
  CaseResult result;
  result.scenario = scenario;
  result.title = title;
  result.id = scenario + (combination.empty() ? "" : "[" + combination + "]") + "@reference";
  result.scenario_at = {"scenarios/" + scenario + ".toml", 1, 1};
  result.implementation = "reference";
  if (const auto equals = combination.find('='); equals != std::string::npos)
    result.combination = {{combination.substr(0, equals), combination.substr(equals + 1)}};
  result.arguments = {"./reference_server", "--workers=4", "--port=3000"};
  result.became_ready = true;
  result.seconds = 0.25;
  return result;
}

void verify(CaseResult& result, const std::map<RequirementId, Verdict>& verdicts, Verdict whole) {
  result.judgement.requirements = verdicts;
  result.judgement.verdict = whole;
}

CaseResult passing() {
  CaseResult result = base("documented/terminate/in-flight-completes", "workers=4",
                           "A request being handled when the interrupt arrives is answered");
  verify(result, {{"terminate.in-flight-completes", Verdict::pass}}, Verdict::pass);
  result.groups = {
      {"slow", {{Outcome::answered, 12}}, std::chrono::microseconds(312'500), 0},
      {"\x1b[31mlate", {{Outcome::answered, 2}, {Outcome::refused, 3}}, std::chrono::seconds(1), 1}};
  return result;
}

CaseResult closing_too_early(int workers, int repetition, const std::string& how_much) {
  CaseResult result = base("documented/terminate/launcher-closes-last", "workers=" + std::to_string(workers),
                           "The launcher serves until its last worker has exited");
  verify(result,
         {{"terminate.launcher-closes-last", Verdict::fail}, {"terminate.launcher-waits", Verdict::pass}},
         Verdict::fail);
  result.repetition = repetition;
  result.seconds = 0.231;
  result.arguments = {"./reference_server", "--workers=" + std::to_string(workers), "--port=3000"};
  result.journal_file =
      "clusterspec-results/documented/terminate/launcher-closes-last[workers=" + std::to_string(workers) +
      "]@reference.jsonl";
  result.journal = journal_of(workers);
  Finding finding;
  finding.requirement = "terminate.launcher-closes-last";
  finding.expected = "every worker exited, then launcher closed its listener";
  finding.actual = "launcher closed its listener " + how_much + " before the last worker exited";
  finding.evidence = {number_of_last(result.journal, "socket 100 listens no more"),
                      number_of_last(result.journal, "process " + std::to_string(6 + workers) + " ended")};
  finding.hint = "the launcher closes its server on the interrupt instead of after its wait for the workers";
  finding.where = {std::string(k_folder) + "launcher-closes-last.toml", 38, 1};
  result.judgement.findings = {finding};
  return result;
}

CaseResult full_failure() {
  CaseResult result = closing_too_early(4, 0, "203.8 ms");
  result.arguments.insert(result.arguments.end(),
                          {"--label", "two words", "it's", "", "a\nb", "\xff\x1b[31m"});
  Finding second = result.judgement.findings[0];
  second.expected = "every connection of refused-never ends in: answered";
  second.actual = "3 of 12 connections were refused, the first 31.2 ms after the interrupt";
  second.evidence = {3, 400};
  second.hint.clear();
  second.where.line = 45;
  result.judgement.findings.push_back(second);
  return result;
}

CaseResult hostile() {
  CaseResult result = base("production/terminate/output-blocked", "", "A full pipe <delays> | `nothing`");
  verify(result, {{"terminate.output-blocked", Verdict::fail}}, Verdict::fail);
  result.repetition = 2;
  result.arguments = {"./server", nasty()};
  result.journal = {{ms(1), Source::output, Output{Stream::err, 9, nasty(), false, false}},
                    {ms(2), Source::output, Output{Stream::out, 9, std::string(10240, 'x'), true, true}},
                    {ms(3), Source::driver, CaseEnded{}}};
  Finding finding;
  finding.requirement = "terminate.output-blocked";
  finding.expected = "a line that says so";
  finding.actual = "a line that says: " + nasty() + std::string(10240, 'y');
  finding.evidence = {0, 1};
  finding.where = {"scenarios/production/terminate/output-blocked.toml", 12, 1};
  result.judgement.findings = {finding};
  return result;
}

CaseResult skipped(const std::string& name, const std::string& reason) {
  CaseResult result = base("documented/terminate/" + name, "", "Skipped on this machine");
  verify(result, {{"terminate.announced", Verdict::skip}}, Verdict::skip);
  result.judgement.reason = reason;
  result.arguments.clear();
  result.became_ready = false;
  result.seconds = 0;
  return result;
}

CaseResult faulted() {
  CaseResult result = base("documented/launch/exact-count", "workers=256",
                           "As many workers as asked for, and no process more");
  verify(result, {{"launch.exact-count", Verdict::error}}, Verdict::error);
  result.judgement.reason = "the cell ended with exit code 2 before the case did: " + nasty();
  result.journal = {{ms(0), Source::driver, Note{"the cell begins"}},
                    {ms(40.5), Source::driver, HarnessFault{"pidfd_open: Too many open files"}}};
  result.journal_file = "clusterspec-results/documented/launch/exact-count[workers=256]@reference.jsonl";
  result.became_ready = false;
  return result;
}

CaseResult noted() {
  CaseResult result = base("documented/share/second-instance-joins", "",
                           "A second instance of the same user can join the port");
  verify(result, {{"share.second-instance-joins", Verdict::pass}}, Verdict::pass);
  Finding finding;
  finding.requirement = "share.second-instance-joins";
  finding.expected = "both instances answer";
  finding.actual = "the second instance ended with exit code 1";
  finding.evidence = {17};
  finding.where = {"scenarios/documented/share/second-instance-joins.toml", 20, 1};
  result.judgement.findings = {finding};
  return result;
}

}  // namespace

Catalogue sample_catalogue() {
  const auto documented = Suite::documented;
  return {
      {"share.second-instance-joins", Level::may, documented, Basis::derived, "Overview",
       "A second instance of the same user can join the port; both answer", ""},
      {"launch.exact-count", Level::must, documented, Basis::quoted, "Launching",
       "Exactly N workers are started, each a direct child of the launcher, and none of them starts a "
       "process",
       "Remove the clustering arguments so newly launched processes don't also launch processes"},
      {"terminate.announced", Level::must, documented, Basis::quoted, "Terminating",
       "Every process prints \" > terminating gracefully\", once", "puts \" > terminating gracefully\""},
      {"terminate.in-flight-completes", Level::must, documented, Basis::derived, "Terminating",
       "A request being handled when the signal arrives is answered in full, whichever process handles it",
       ""},
      {"terminate.launcher-waits", Level::must, documented, Basis::quoted, "Terminating",
       "The launcher exits only after every worker has exited", "Wait for any child processes to close"},
      {"terminate.launcher-closes-last", Level::must, documented, Basis::quoted, "Terminating",
       "The launcher's own listening socket stays open and served until the last worker has exited; the port "
       "never "
       "refuses before that",
       "Wait for any child processes to close"},
      {"terminate.output-blocked", Level::must, Suite::production, Basis::derived, "puma 1926",
       "A full stdout pipe or a closed stdout delays or kills nothing", ""}};
}

RunResult sample_run() {
  RunResult run;
  run.version = "0.1.0";
  run.implementation = "reference";
  run.implementation_version = "1.2.3";
  run.started = "2024-05-06T07:08:09Z";
  run.host = "Linux 6.1.0 x86_64";
  run.isolation = "namespaces";
  run.observation = "notification";
  run.notes = {"no terminal: cases that press keys are skipped"};
  run.seconds = 12.34;
  run.cases = {passing(),
               full_failure(),
               closing_too_early(1, 1, "200.8 ms"),
               closing_too_early(1, 2, "199.9 ms"),
               skipped("announced", "needs a terminal, which this machine does not have"),
               skipped("interrupt-reaches-all", "needs a terminal, which this machine does not have"),
               skipped("announced-by-each", "the implementation declares no line `terminating`"),
               faulted(),
               noted(),
               hostile()};
  run.requirements = summarise(sample_catalogue(), run.cases);
  return run;
}

void tell(ReportWriter& writer, const RunResult& run) {
  Plan plan;
  plan.cases = static_cast<int>(run.cases.size());
  plan.skipped = run.count(Verdict::skip);
  plan.implementation = run.implementation;
  plan.isolation = run.isolation;
  plan.observation = run.observation;
  plan.notes = run.notes;
  plan.catalogue = sample_catalogue();
  plan.rerun = "clusterspec run -i it.toml ";
  writer.run_begun(plan);
  // Two at a time, as with -j 2: the next begins before this one ends.
  const auto begin = [&](std::size_t i) {
    if (i >= run.cases.size() || run.cases[i].judgement.verdict == Verdict::skip) return;
    Case one;
    one.id = run.cases[i].id;
    writer.case_begun(one);
  };
  begin(0);
  for (std::size_t i = 0; i < run.cases.size(); ++i) {
    begin(i + 1);
    writer.case_ended(run.cases[i]);
  }
  writer.run_ended(run);
}

std::string written(std::string_view format, const RunResult& run) {
  std::string text;
  for (const Format& candidate : formats())
    if (candidate.name == format) tell(*candidate.make([&](std::string_view piece) { text += piece; }), run);
  return text;
}

std::string shown(ConsoleStyle style, const RunResult& run) {
  std::string text;
  const auto time = std::make_shared<std::chrono::steady_clock::time_point>();
  style.now = [time] { return *time += 100ms; };
  tell(*make_console([&](std::string_view piece) { text += piece; }, style), run);
  return text;
}

std::string read_file(const std::string& path) {
  std::ifstream file(std::string(SOURCE_DIR) + "/" + path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string nasty() {
  using namespace std::string_literals;
  return "<script>alert(1)</script> ]]> \x1b[2J\x1b]0;title\x07 \xff\xfe \xef\xbf\xbe \xe2\x80\xae \xc2\x9b "
         "| `tick` "
         "@everyone # [link](http://x) \\ \"'"s +
         '\0' + "\nok 99 - forged\r\n\ttab";
}

}  // namespace clusterspec
