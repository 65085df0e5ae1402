// The subcommands. Each gives the exit code of the program: 0 all passed; 1 a case failed; 2 usage or a
// faulty TOML file; 3 no case ever became ready; 4 nothing selected; 77 all skipped; 99 harness fault; 130
// interrupted.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/gate.hpp"

namespace clusterspec {

inline constexpr int k_usage_error = 2;
inline constexpr int k_nothing_selected = 4;
// As the help and the completions of shells tell the choices.
inline constexpr const char* k_suites = "{documented,production,all}";
inline constexpr const char* k_settings_file = "clusterspec.toml";

// Of what a settings file said: where, by its key, and of a text of a list by "KEY=TEXT".
using SaidAt = std::map<std::string, SettingPlace>;

// What makes a run a gate of a CI (cli/gate_options.hpp).
struct GateArguments {
  std::string baseline, shard, profile, config;
  bool strict_baseline = false, fail_fast = false;
  int retries = 0;
};

struct RunArguments {
  std::vector<std::string> patterns;
  std::vector<std::string> command;  // after "--"
  std::string implementation;        // empty: the suite's own subject
  std::string executable;            // in the place of the implementation's; empty: that
  std::string suite = "documented";
  std::vector<std::string> tags;
  std::vector<std::string> reports;  // FORMAT=FILE
  std::string scenarios, results = "clusterspec-results";
  std::string isolation = "auto", observation = "auto", combinations = "all";
  int jobs = 0;  // 0: as many as processors
  int repeat = 1;
  int stress = 0;  // busy processes
  std::string flaky = "fail";
  double time_scale = 1;
  std::string timings;  // where the time of cases is told: "-" on the console, or a file; empty: nowhere
  bool verbose = false, keep_journals = false, until_fail = false;
  GateArguments gate;
  SaidAt said_at;
};
int run_command(const RunArguments& arguments);

struct MatrixArguments {
  RunArguments run;
  std::vector<std::string> implementations;  // names or files; empty: all that are known
  std::vector<std::string> words;            // as it was called, for the record
};
// Implementations x requirements, as matrix.html, matrix.json and matrix.md in the results' folder. Exit
// codes as run; 1: a failure that is not stated as known.
int matrix_command(const MatrixArguments& arguments);

// All that are known: installed or not, with version or the command that installs it.
int implementations_command(const std::string& scenarios);

struct ReplayArguments {
  std::string capsule, executable, results = "clusterspec-results";
  int repeat = 1;
  int stress = 0;  // 0: as it was recorded
  bool until_fail = false;
};
// Runs a capsule's case again. 0: at least once with the verdict and the requirements that were recorded; 1:
// never.
int replay_command(const ReplayArguments& arguments);

struct ShrinkArguments {
  std::string capsule, output, executable;
  int repeat = 1;       // so often in a row a smaller case must fail
  int attempts = 3;     // so often it may try
  double budget = 300;  // seconds
};
// Writes a smaller capsule that fails the same way. 1: the capsule does not fail here.
int shrink_command(const ShrinkArguments& arguments);

struct ListArguments {
  std::vector<std::string> patterns;
  std::string implementation = "reference", suite, scenarios;
  bool requirements = false;
};
int list_command(const ListArguments& arguments);

// What requirements mean, where they come from, which scenarios verify them. Ids may be globs.
int explain_command(const std::vector<std::string>& ids, const std::string& scenarios);

// The JSON schema of a kind of TOML file (load/load.hpp), generated from what the loader reads.
int schema_command(const std::string& kind, const std::string& scenarios);

int check_command(const std::vector<std::string>& files, const std::string& scenarios);
int judge_command(const std::vector<std::string>& journals, const std::string& scenarios);

// To standard error, each with its place. Gives the exit code: k_nothing_selected if nothing else is wrong
// than what was selected, 99 for a fault of the harness alone, else k_usage_error.
int complain(const std::vector<Error>& errors);
int complain(const Error& error);
void print(std::string_view text);

}  // namespace clusterspec
