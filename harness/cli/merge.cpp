// merge, compare, baseline: what is made of JSON reports.
#include "gate/merge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "cli/gate_run.hpp"
#include "cli/report_commands.hpp"
#include "cli/results.hpp"
#include "cli/sources.hpp"
#include "gate/compare.hpp"
#include "gate/known.hpp"
#include "journal/journal_lines.hpp"
#include "model/units.hpp"

namespace clusterspec {
namespace {

namespace fs = std::filesystem;

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

// Where a file of the run is that a report names: in the report's own folder, below which it stood then as
// well, if all was carried elsewhere; else where it was. As it was named if it is nowhere.
std::string place_of(const std::string& named, const std::string& report) {
  std::error_code ignored;
  const fs::path path(named), folder = fs::path(report).parent_path();
  for (auto from = path.begin(); from != path.end(); ++from) {
    fs::path candidate = folder;
    for (auto part = from; part != path.end(); ++part)
      if (*part != ".." && *part != "/") candidate /= *part;
    if (fs::is_regular_file(candidate, ignored)) return candidate.string();
  }
  return named;
}

// Of all that can be read. What cannot, makes the whole incomplete.
Merged merge_files(const std::vector<std::string>& files, const std::string& scenarios) {
  std::vector<ReadReport> reports;
  std::vector<std::string> unreadable;
  for (const std::string& file : files) {
    auto report = read_report_file(file);
    if (!report) {
      unreadable.push_back(report.error().message);
      continue;
    }
    for (CaseResult& result : report->run.cases) {
      result.journal_file = place_of(result.journal_file, file);
      result.capsule_file = place_of(result.capsule_file, file);
    }
    reports.push_back(std::move(*report));
  }
  return merge(reports, unreadable, known_catalogue(scenarios));
}

// A journal of that case, and of the run that the report is of: what was told of its events is so.
bool is_of(const Journal& journal, const CaseResult& result) {
  constexpr double k_rounding_ms = 0.002;
  const auto* begun = journal.empty() ? nullptr : std::get_if<CaseBegun>(&journal.front().what);
  return begun && begun->case_id == result.id &&
         std::all_of(result.told.begin(), result.told.end(), [&](const auto& told) {
           const auto& [number, event] = told;
           if (number < 0 || static_cast<std::size_t>(number) >= journal.size()) return false;
           const double ms = static_cast<double>(journal[static_cast<std::size_t>(number)].at) / 1e6;
           return std::abs(ms - event.ms) < k_rounding_ms;
         });
}

// The journal of the case, if its file is here. Gives the bytes that were read.
std::size_t take_journal(CaseResult& result) {
  std::error_code gone;
  if (result.journal_file.empty() || fs::file_size(result.journal_file, gone) > k_most_evidence || gone)
    return 0;
  const auto source = read_source(result.journal_file);
  if (!source) return 0;
  auto journal = read_journal(source->text, result.journal_file);
  if (!journal || !is_of(*journal, result)) return 0;
  result.journal = std::move(*journal);
  return source->text.size();
}

// The one that was asked for, else the one that the shards had, if it is here.
Loaded<void> hold_against_baseline(RunResult& run, const std::string& asked_for) {
  std::error_code ignored;
  const bool there = asked_for.empty() && fs::is_regular_file(run.baseline, ignored);
  if (asked_for.empty() && !there) {
    if (!run.baseline.empty())
      run.notes.push_back(run.baseline +
                          " is not here: what of it is fixed is not known; name it with --baseline");
    return {};
  }
  const auto baseline = read_baseline(there ? run.baseline : asked_for, nullptr);
  if (!baseline) return tl::unexpected(baseline.error());
  hold_against(run, *baseline);
  return {};
}

}  // namespace

int merge_command(const MergeArguments& arguments) {
  Merged merged = merge_files(arguments.files, arguments.scenarios);
  RunResult& run = merged.run;
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
  std::size_t evidence = 0;
  for (CaseResult& result : run.cases) {
    evidence += take_journal(result);
    writers->case_ended(result);
    if (evidence > k_most_evidence || result.judgement.verdict == Verdict::pass)
      Journal().swap(result.journal);
  }
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
  if (arguments.output != "-" && fs::is_regular_file(arguments.output, ignored)) {
    auto there = read_baseline(arguments.output, nullptr);
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
