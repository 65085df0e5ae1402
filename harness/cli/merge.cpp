// merge, compare, baseline: what is made of JSON reports.
#include "gate/merge.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "cli/gate_run.hpp"
#include "cli/report_commands.hpp"
#include "cli/results.hpp"
#include "cli/sources.hpp"
#include "gate/compare.hpp"
#include "gate/known.hpp"
#include "model/units.hpp"

namespace clusterspec {
namespace {

Result<ReadReport> read_report_file(const std::string& file) {
  const auto source = read_source(file);
  if (!source) return tl::unexpected(source.error());
  return read_report(source->text, file);
}

Catalogue known_catalogue(const std::string& scenarios) {
  if (const auto directory = scenarios_directory(scenarios))
    if (auto catalogue = load_catalogue_of(*directory)) return std::move(*catalogue);
  return {};
}

// Of all that can be read. What cannot, makes the whole incomplete.
Merged merge_files(const std::vector<std::string>& files, const std::string& scenarios) {
  std::vector<ReadReport> reports;
  std::vector<std::string> unreadable;
  for (const std::string& file : files) {
    auto report = read_report_file(file);
    if (report)
      reports.push_back(std::move(*report));
    else
      unreadable.push_back(report.error().message);
  }
  return merge(reports, unreadable, known_catalogue(scenarios));
}

// The one that was asked for, else the one that the shards had, if it is here.
Loaded<void> hold_against_baseline(RunResult& run, const std::string& asked_for) {
  std::error_code ignored;
  const bool there = asked_for.empty() && std::filesystem::is_regular_file(run.baseline, ignored);
  if (asked_for.empty() && !there) {
    if (!run.baseline.empty())
      run.notes.push_back(run.baseline +
                          " is not here: what of it is fixed is not known; name it with --baseline");
    return {};
  }
  const auto baseline = read_baseline(there ? run.baseline : asked_for);
  if (!baseline) return tl::unexpected(baseline.error());
  hold_against(run, *baseline);
  return {};
}

}  // namespace

int merge_command(const MergeArguments& arguments) {
  Merged merged = merge_files(arguments.files, arguments.scenarios);
  RunResult& run = merged.run;
  if (run.cases.empty() && run.implementation.empty())
    for (const std::string& why : run.incomplete) complain(Error{ErrorKind::file, why, {}, {}, {}});
  if (const auto held = hold_against_baseline(run, arguments.baseline); !held) return complain(held.error());
  run.strict_baseline = run.strict_baseline || arguments.strict_baseline;
  auto writers = Writers::open(arguments.reports, arguments.verbose);
  if (!writers) return complain(writers.error());
  Plan plan;
  plan.cases = static_cast<int>(run.cases.size());
  plan.skipped = run.count(Verdict::skip);
  plan.implementation = run.implementation;
  plan.isolation = run.isolation;
  plan.observation = run.observation;
  plan.notes = run.notes;
  plan.catalogue = merged.catalogue;
  writers->run_begun(plan);
  for (CaseResult& result : run.cases) writers->case_ended(result);
  if (const auto written = writers->run_ended(run); !written) return complain(written.error());
  return exit_code(run);
}

int compare_command(const CompareArguments& arguments) {
  const auto before = read_report_file(arguments.before), after = read_report_file(arguments.after);
  if (!before) return complain(before.error());
  if (!after) return complain(after.error());
  const Comparison comparison = compare(*before, *after);
  if (arguments.markdown != "-") print(comparison_text(comparison));
  if (!arguments.markdown.empty())
    if (const auto written = write_file(arguments.markdown, comparison_markdown(comparison)); !written)
      return complain(written.error());
  return exit_code(comparison);
}

int baseline_command(const BaselineArguments& arguments) {
  const Merged merged = merge_files(arguments.files, arguments.scenarios);
  // A baseline of a part would call what is missing fixed.
  if (!merged.run.incomplete.empty()) {
    std::vector<Error> errors;
    for (const std::string& why : merged.run.incomplete)
      errors.push_back({ErrorKind::file, why, {}, {}, "a baseline is made from the reports of a whole run"});
    return complain(errors);
  }
  if (arguments.reason.empty())
    return complain(Error{ErrorKind::usage,
                          "--reason must not be empty",
                          {},
                          {},
                          "who reads the baseline later must know why its failures are accepted"});
  Baseline earlier;
  std::error_code ignored;
  if (arguments.output != "-" && std::filesystem::is_regular_file(arguments.output, ignored)) {
    auto there = read_baseline(arguments.output);
    if (!there) return complain(there.error());
    earlier = std::move(*there);
  }
  const Baseline baseline = baseline_of(merged.run.cases, earlier, arguments.reason);
  if (const auto written = write_file(arguments.output, baseline_text(baseline)); !written)
    return complain(written.error());
  if (arguments.output != "-")
    print(fmt::format("{}: {} known failures, {} before\n", printable(arguments.output),
                      baseline.known.size(), earlier.known.size()));
  return 0;
}

}  // namespace clusterspec
