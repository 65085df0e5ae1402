#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "capsule/capsule.hpp"
#include "cli/commands.hpp"
#include "cli/gate_options.hpp"
#include "cli/help_pages.hpp"
#include "cli/new_implementation.hpp"
#include "cli/new_settings.hpp"
#include "cli/report_commands.hpp"
#include "cli/usage_error.hpp"
#include "linux/prepare_to_fork.hpp"
#include "linux/stream.hpp"

namespace {

// "run -- COMMAND…": what follows belongs to the server and is none of our options.
std::vector<std::string> take_command(std::vector<std::string>& arguments) {
  const auto separator = std::find(arguments.begin(), arguments.end(), "--");
  if (separator == arguments.end()) return {};
  std::vector<std::string> command(separator + 1, arguments.end());
  arguments.erase(separator, arguments.end());
  return command;
}

// "--stress" alone: as many as processors; "--stress=N", so that a pattern after it is none of it.
void add_stress(CLI::App& command, int& number) {
  command
      .add_flag(fmt::format("--stress{{{}}}", clusterspec::processor_count()), number,
                "keep that many processors busy meanwhile, so that races show; --stress=N")
      ->check(CLI::Range(1, clusterspec::k_most_stress));
}

}  // namespace

int main(int argc, char** argv) {
  using namespace clusterspec;
  std::vector<std::string> words(argv + 1, argv + argc);
  RunArguments run;
  ListArguments list;
  MatrixArguments matrix;
  matrix.words = words;
  matrix.words.insert(matrix.words.begin(), "clusterspec");
  ReplayArguments replay;
  ShrinkArguments shrink;
  std::vector<std::string> files, ids, journals;
  std::string scenarios, kind;

  CLI::App app(about_text(), "clusterspec");
  app.set_version_flag("--version", std::string("clusterspec ") + CLUSTERSPEC_VERSION);
  app.require_subcommand(1);

  CLI::App* run_app = app.add_subcommand("run", "Run scenarios against a server and judge it");
  run_app->add_option("PATTERN", run.patterns,
                      "with a slash: globs of case ids; else globs of requirement ids");
  run_app->add_option(
      "-i,--implementation", run.implementation,
      "name or TOML file (default: reference, with --suite production reference-production); or put "
      "`-- COMMAND…` at the end, with {port} {host} {workers}");
  run_app->add_option("--suite", run.suite, "whose requirements: of the document, or of operators beyond it")
      ->type_name(k_suites)
      ->capture_default_str();
  run_app->add_option("--tag", run.tags, "only scenarios with one of these tags, repeatable");
  run_app
      ->add_option("--combinations", run.combinations,
                   "all, or one: of each scenario's matrix only the last combination selected")
      ->check(CLI::IsMember({"all", "one"}))
      ->capture_default_str();
  run_app
      ->add_option(
          "--report", run.reports,
          "FORMAT=FILE, repeatable: junit, json, tap, markdown, html; github alone: to standard output")
      ->allow_extra_args(false);
  run_app->add_option("-j,--jobs", run.jobs, "cases side by side (default: processors)")
      ->check(CLI::Range(1, 256));
  run_app->add_option("--repeat", run.repeat, "run everything that often")->check(CLI::Range(1, 1000000));
  run_app->add_flag("--until-fail", run.until_fail,
                    "with --repeat: stop after the first round that does not pass");
  run_app
      ->add_option("--flaky", run.flaky,
                   "a case that passed and failed over --repeat: fail, or report without exit code 1")
      ->check(CLI::IsMember({"fail", "report"}))
      ->capture_default_str();
  add_stress(*run_app, run.stress);
  run_app->add_option("--time-scale", run.time_scale, "multiplies every deadline")
      ->check(CLI::Range(k_least_time_scale, k_most_time_scale))
      ->capture_default_str();
  run_app->add_option("--isolation", run.isolation, "auto, or none: this machine's own ports")
      ->check(CLI::IsMember({"auto", "none"}))
      ->capture_default_str();
  run_app->add_option("--observation", run.observation, "auto, or polling: without seccomp notification")
      ->check(CLI::IsMember({"auto", "polling"}))
      ->capture_default_str();
  run_app
      ->add_option("--results", run.results, "directory for journals of cases that do not pass, and capsules")
      ->capture_default_str();
  run_app->add_flag("--keep-journals", run.keep_journals, "keep the journals of passing cases too");
  run_app->add_flag("--timings{-}", run.timings,
                    "tell where the time of the cases went; --timings=FILE: a line of JSON for each case");
  run_app->add_flag("-v,--verbose", run.verbose, "a line for each case");
  run_app->add_option("--scenarios", run.scenarios, "directory of scenarios");
  add_gate_options(*run_app, run);

  CLI::App* matrix_app = app.add_subcommand(
      "matrix", "Run scenarios against many implementations, and show what each does of what is required");
  matrix.run.suite = "all";
  matrix.run.results = "clusterspec-results/matrix";
  matrix_app->add_option("PATTERN", matrix.run.patterns, "as for run");
  matrix_app
      ->add_option("-i,--implementation", matrix.implementations,
                   "name or TOML file, repeatable (default: all that `implementations` lists)")
      ->allow_extra_args(false);
  matrix_app->add_option("--suite", matrix.run.suite, "as for run")
      ->type_name(k_suites)
      ->capture_default_str();
  matrix_app->add_option("-j,--jobs", matrix.run.jobs, "cases side by side (default: processors)")
      ->check(CLI::Range(1, 256));
  matrix_app->add_option("--combinations", matrix.run.combinations, "as for run")
      ->check(CLI::IsMember({"all", "one"}))
      ->capture_default_str();
  matrix_app->add_option("--time-scale", matrix.run.time_scale, "multiplies every deadline")
      ->check(CLI::Range(k_least_time_scale, k_most_time_scale))
      ->capture_default_str();
  matrix_app->add_option("--results", matrix.run.results, "directory for the matrix, journals and capsules")
      ->capture_default_str();
  matrix_app->add_option("--scenarios", matrix.run.scenarios, "directory of scenarios");

  CLI::App* implementations_app =
      app.add_subcommand("implementations", "List known implementations, installed or not");
  implementations_app->add_option("--scenarios", scenarios, "directory of scenarios");

  NewImplementation new_implementation(app);
  NewSettings new_settings(app);

  CLI::App* list_app = app.add_subcommand("list", "List cases or requirements");
  list_app->add_option("PATTERN", list.patterns, "as for run");
  list_app->add_option("-i,--implementation", list.implementation, "whose cases")->capture_default_str();
  list_app->add_option("--suite", list.suite, "as for run (default: all)")->type_name(k_suites);
  list_app->add_flag("--requirements", list.requirements, "the catalogue of requirements instead");
  list_app->add_option("--scenarios", list.scenarios, "directory of scenarios");

  CLI::App* explain_app =
      app.add_subcommand("explain", "Tell what a requirement means and which scenarios verify it");
  explain_app->add_option("ID", ids, "requirement ids or globs of them")->required();
  explain_app->add_option("--scenarios", scenarios, "directory of scenarios");

  CLI::App* schema_app =
      app.add_subcommand("schema", "Print the JSON schema of a kind of TOML file, for editors");
  schema_app->add_option("KIND", kind, "scenario, implementation, requirements, baseline or settings")
      ->required()
      ->type_name("{scenario,implementation,requirements,baseline,settings}");
  schema_app->add_option("--scenarios", scenarios, "directory of scenarios");

  CLI::App* check_app = app.add_subcommand("check", "Check TOML files; all that are known if none is given");
  check_app->add_option("FILE", files, "a scenario, an implementation, a baseline, clusterspec.toml");
  check_app->add_option("--scenarios", scenarios, "directory of scenarios");

  CLI::App* judge_app =
      app.add_subcommand("judge", "Give the verdict again from saved journals, without a server");
  judge_app->add_option("JOURNAL", journals, "files")->required();
  judge_app->add_option("--scenarios", scenarios, "directory of scenarios");

  CLI::App* replay_app = app.add_subcommand(
      "replay", "Run the case of a capsule again, and compare the verdict with the recorded one");
  replay_app->add_option("CAPSULE", replay.capsule, "what a failing run left in its results")->required();
  replay_app->add_option(
      "--executable", replay.executable,
      "the server to run (default: the recorded path, else its name where this machine has it)");
  replay_app->add_option("--repeat", replay.repeat, "run it that often")->check(CLI::Range(1, 1000000));
  replay_app->add_flag("--until-fail", replay.until_fail, "with --repeat: stop at the recorded verdict");
  add_stress(*replay_app, replay.stress);
  replay_app->add_option("--results", replay.results, "directory for the journal")->capture_default_str();

  CLI::App* shrink_app = app.add_subcommand(
      "shrink",
      "Make a capsule's case smaller for as long as it fails the same way, and write the capsule of that");
  shrink_app->add_option("CAPSULE", shrink.capsule, "what a failing run left in its results")->required();
  shrink_app->add_option("-o,--output", shrink.output,
                         "the smaller capsule (default: beside it, .small.tar.gz)");
  shrink_app->add_option("--executable", shrink.executable, "as for replay");
  shrink_app->add_option("--repeat", shrink.repeat, "a smaller case must fail that often in a row")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  shrink_app
      ->add_option("--attempts", shrink.attempts, "and may try that often, for failures that come and go")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  shrink_app->add_option("--budget", shrink.budget, "seconds after which the smallest so far is it")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();

  ReportCommands reports(app);
  HelpPages pages(app);

  run.command = take_command(words);
  const std::vector<std::string> given = words;
  std::reverse(words.begin(), words.end());  // as CLI11 takes a vector
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    // It was asked for help or the version.
    if (error.get_exit_code() == 0) return app.exit(error);
    return complain(usage_error(app, given, error));
  }
  if (*run_app || *matrix_app || *replay_app || *shrink_app || new_implementation.asked_for())
    prepare_to_fork(argv);
  if (*run_app) {
    if (const auto applied = apply_settings(*run_app, run); !applied) return complain(applied.error());
    return run_command(run);
  }
  if (const auto code = new_implementation.run(run.command)) return *code;
  if (!run.command.empty())
    return complain(
        Error{ErrorKind::usage, "only `run` and `new-implementation` take a command after --", {}, {}, {}});
  if (const auto code = new_settings.run()) return *code;
  if (*matrix_app) return matrix_command(matrix);
  if (*implementations_app) return implementations_command(scenarios);
  if (const auto code = reports.run()) return *code;
  if (const auto code = pages.run()) return *code;
  if (*list_app) return list_command(list);
  if (*explain_app) return explain_command(ids, scenarios);
  if (*schema_app) return schema_command(kind, scenarios);
  if (*replay_app) return replay_command(replay);
  if (*shrink_app) return shrink_command(shrink);
  if (*check_app) return check_command(files, scenarios);
  return judge_command(journals, scenarios);
}
