// The commands that make something of reports and journals and start no server.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"

namespace CLI {
class App;
}

namespace clusterspec {

struct TimelineArguments {
  std::vector<std::string> journals;
  std::string output, scenarios;
};
int timeline_command(const TimelineArguments& arguments);

struct MergeArguments {
  std::vector<std::string> files, reports;  // JSON reports; FORMAT=FILE
  std::string baseline, scenarios;
  bool strict_baseline = false, verbose = false;
};
// The exit code is that of the whole run; 5 if cases of the plan are missing.
int merge_command(const MergeArguments& arguments);

struct CompareArguments {
  std::string before, after, markdown;
};
// 1: something is worse, or is no longer judged.
int compare_command(const CompareArguments& arguments);

struct BaselineArguments {
  std::vector<std::string> files;  // JSON reports
  std::string output = "clusterspec-baseline.toml", reason, scenarios;
};
int baseline_command(const BaselineArguments& arguments);

// What this machine allows. 1: something is missing.
int doctor_command();

// Their place in the command line.
class ReportCommands {
 public:
  explicit ReportCommands(CLI::App& app);

  // The exit code of the one that was asked for; nothing: none was.
  std::optional<int> run() const;

 private:
  CLI::App *m_timeline_app, *m_merge_app, *m_compare_app, *m_baseline_app, *m_doctor_app;
  TimelineArguments m_timeline;
  MergeArguments m_merge;
  CompareArguments m_compare;
  BaselineArguments m_baseline;
};

}  // namespace clusterspec
