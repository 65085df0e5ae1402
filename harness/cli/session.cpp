#include "cli/session.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>

#include "cli/capsules.hpp"
#include "cli/results.hpp"
#include "cli/selection.hpp"
#include "drive/scheduler.hpp"
#include "drive/version.hpp"
#include "linux/process.hpp"
#include "linux/stream.hpp"
#include "model/known.hpp"
#include "plan/plan.hpp"
#include "reports/command_line.hpp"

namespace clusterspec {
namespace {

std::string utc_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
}

// What all capsules of the run have in common.
Capsule common_capsule(const Prepared& prepared, const RunResult& run, const RunOptions& options) {
  Capsule capsule;
  Manifest& manifest = capsule.manifest;
  manifest.settings = {run.isolation, run.observation, run.time_scale, options.jobs, options.busy};
  manifest.notes = run.notes;
  manifest.server.executable = prepared.executable;
  manifest.server.version = run.implementation_version;
  describe_machine(manifest);
  if (const auto source = read_source(prepared.library.directory + "/requirements.toml"))
    capsule.requirements = source->text;
  return capsule;
}

// The command that runs one case again as this run does, up to the case's id. What the settings file says it
// will say again.
std::string rerun_of(const RunArguments& arguments) {
  const RunArguments usual;
  std::string text = "clusterspec run ";
  const auto add = [&](const std::string& key, const std::string& option, const std::string& value,
                       const std::string& otherwise) {
    if (value != otherwise && !arguments.said_at.contains(key)) text += option + shell_quoted(value) + " ";
  };
  add("config", "--config ", arguments.gate.config, usual.gate.config);
  add("profile", "--profile ", arguments.gate.profile, usual.gate.profile);
  if (arguments.command.empty()) add("implementation", "-i ", arguments.implementation, usual.implementation);
  add("executable", "--executable ", arguments.executable, usual.executable);
  add("suite", "--suite ", arguments.suite, usual.suite);
  add("scenarios", "--scenarios ", arguments.scenarios, usual.scenarios);
  add("isolation", "--isolation=", arguments.isolation, usual.isolation);
  add("observation", "--observation=", arguments.observation, usual.observation);
  if (arguments.time_scale != usual.time_scale && !arguments.said_at.contains("time-scale"))
    text += fmt::format("--time-scale {} ", arguments.time_scale);
  return text;
}

// What a file states as known and was met, as a sentence.
std::string unexpected_text(const KnownViolation& known) {
  return fmt::format("{} is stated as a known violation{}, and was met: {}", known.requirement,
                     known.scenario == "*" ? "" : fmt::format(" in \"{}\"", known.scenario), known.reason);
}

}  // namespace

Loaded<Prepared> prepare(const RunArguments& arguments) {
  const auto one = [](const Error& error) { return tl::unexpected(std::vector{error}); };
  Prepared prepared;
  const auto directory = scenarios_directory(arguments.scenarios);
  if (!directory) return one(placed(directory.error(), arguments.said_at, "scenarios"));
  auto library = load_library(*directory);
  if (!library) return tl::unexpected(library.error());
  prepared.library = std::move(*library);
  auto implementation =
      arguments.command.empty()
          ? load_named_implementation(arguments.implementation.empty() ? subject_of_suite(arguments.suite)
                                                                       : arguments.implementation,
                                      *directory)
          : ad_hoc_implementation(arguments.command);
  if (!implementation)
    return tl::unexpected(placed(implementation.error(), arguments.said_at, "implementation"));
  prepared.implementation = *implementation;
  if (!arguments.executable.empty()) {
    auto other = std::make_shared<Implementation>(**implementation);
    other->executable = std::filesystem::absolute(arguments.executable).string();
    other->build.reset();
    prepared.implementation = other;
  }
  Selection selection;
  selection.patterns = arguments.patterns;
  selection.tags = arguments.tags;
  if (const auto combinations = from_name<Combinations>(arguments.combinations))
    selection.combinations = *combinations;
  if (arguments.suite != "all") {
    selection.suite = from_name<Suite>(arguments.suite);
    if (!selection.suite)
      return one(Error{ErrorKind::usage,
                       fmt::format("there is no suite \"{}\"", printable(arguments.suite)),
                       {},
                       {},
                       "suites: " + all_names<Suite>() + ", all"});
  }
  auto missing = unselected(selection, prepared.library, prepared.implementation, arguments.said_at);
  if (!missing.empty()) return tl::unexpected(std::move(missing));
  auto program = find_program_of(*prepared.implementation);
  if (!program) return one(program.error());
  prepared.executable = program->path;
  Wanted wanted{arguments.isolation != "none", arguments.observation != "polling"};
  // What is not selected needs nothing, and shall not be missed.
  for (const Case& selected : plan_cases(prepared.library.scenarios, prepared.implementation,
                                         prepared.library.catalogue, selection, Machine{}))
    wanted.add(selected.scenario);
  prepared.machine = explore_machine(wanted);
  if (arguments.stress > 0) prepared.machine.machine.notes.push_back(stress_note(arguments.stress));
  prepared.cases = plan_cases(prepared.library.scenarios, prepared.implementation, prepared.library.catalogue,
                              selection, prepared.machine.machine);
  if (!program->absent.empty())
    for (Case& planned : prepared.cases) planned.skip = program->absent;
  return prepared;
}

std::vector<std::string> every_case_id(const Prepared& prepared) {
  std::vector<std::string> ids;
  for (const Scenario& scenario : prepared.library.scenarios)
    ids.push_back(case_id(scenario, prepared.implementation->name));
  return ids;
}

RunResult facts_of(const Prepared& prepared, const RunArguments& arguments) {
  RunResult run;
  run.version = CLUSTERSPEC_VERSION;
  run.implementation = prepared.implementation->name;
  if (!prepared.executable.empty())
    run.implementation_version = program_version(*prepared.implementation, prepared.executable);
  run.started = utc_now();
  run.host = host_description();
  run.isolation = name_of(prepared.machine.isolation);
  run.observation = prepared.machine.machine.notification ? "notification" : "polling";
  run.notes = prepared.machine.machine.notes;
  run.time_scale = arguments.time_scale;
  run.flaky = from_name<FlakyPolicy>(arguments.flaky).value_or(FlakyPolicy::fail);
  return run;
}

Plan plan_of(const Prepared& prepared, const RunArguments& arguments, const RunResult& facts) {
  Plan plan;
  plan.cases = static_cast<int>(prepared.cases.size()) * arguments.repeat;
  for (const Case& one : prepared.cases) plan.skipped += one.skip ? arguments.repeat : 0;
  plan.implementation = facts.implementation;
  plan.isolation = facts.isolation;
  plan.observation = facts.observation;
  plan.notes = facts.notes;
  plan.catalogue = prepared.library.catalogue;
  plan.rerun = rerun_of(arguments);
  if (!arguments.command.empty()) plan.rerun_end = " -- " + command_line(arguments.command);
  return plan;
}

Session run_cases(const Prepared& prepared, const RunArguments& arguments, RunResult facts, GateRun& gate,
                  const Audience& audience) {
  const auto started_at = now_ns();
  Session session{std::move(facts), {}};
  RunResult& run = session.run;
  RunOptions options;
  options.jobs = arguments.jobs > 0 ? arguments.jobs : processor_count();
  options.busy = arguments.stress;
  options.cell.isolation = prepared.machine.isolation;
  options.cell.notification = prepared.machine.machine.notification;
  options.cell.time_scale = arguments.time_scale;
  options.cell.executable = prepared.executable;
  options.cell.host = run.host;
  options.cell.notes = run.notes;

  const ResultsDirectory results(arguments.results);
  CapsuleWriter capsules(results, [&] { return common_capsule(prepared, run, options); });
  std::map<std::string_view, const Case*> case_of;
  for (const Case& one : prepared.cases) case_of[one.id] = &one;
  bool failed = false, stopped = false;
  std::size_t evidence = 0;
  std::function<void()> stop;
  Scheduler scheduler(options, {audience.begun, audience.tick,
                                [&](CaseResult& result, const std::string& journal) {
                                  if (!gate.hold(result, run.cases)) return;
                                  const bool passed = result.judgement.verdict == Verdict::pass ||
                                                      result.judgement.verdict == Verdict::skip;
                                  failed = failed || !passed;
                                  mark_known(result, *prepared.implementation);
                                  if (!journal.empty() && (!passed || arguments.keep_journals))
                                    result.journal_file = results.keep_journal(result, journal);
                                  result.capsule_file =
                                      capsules.keep(*case_of.at(result.id), result, journal);
                                  audience.ended(result);
                                  if (gate.stops_after(result)) stop();
                                  if (!passed) evidence += journal.size();
                                  // Not clear, which keeps the room: over many rounds every fork of a cell
                                  // would copy more.
                                  if (passed || evidence > k_most_evidence) Journal().swap(result.journal);
                                  run.cases.push_back(std::move(result));
                                },
                                audience.timed});
  stop = [&] {
    stopped = true;
    scheduler.stop();
  };
  for (int repetition = 1; repetition <= arguments.repeat && !(failed && arguments.until_fail) && !stopped;
       ++repetition) {
    const auto whole = scheduler.run(prepared.cases, arguments.repeat == 1 ? 0 : repetition);
    if (whole && *whole) continue;
    // Reports are written all the same: what was seen by now is not lost.
    if (!whole)
      session.fault = whole.error();
    else
      run.interrupted = true;
    break;
  }
  if (!session.fault && !run.interrupted) {
    const auto again = gate.run_again(scheduler, prepared.cases);
    if (!again) session.fault = again.error();
    run.interrupted = again && !*again;
  }
  in_order_of_plan(run.cases, prepared.cases, run.retries > 0);
  gate.end(run, static_cast<int>(prepared.cases.size()) * arguments.repeat, stopped);
  run.requirements = summarise(prepared.library.catalogue, run.cases);
  for (const KnownViolation* known : unexpected_passes(*prepared.implementation, run.cases))
    run.unexpected.push_back(unexpected_text(*known));
  run.seconds = static_cast<double>(now_ns() - started_at) / 1e9;
  return session;
}

}  // namespace clusterspec
