#include "cli/report_commands.hpp"

#include <CLI/CLI.hpp>

namespace clusterspec {

ReportCommands::ReportCommands(CLI::App& app) {
  m_timeline_app =
      app.add_subcommand("timeline", "Make a page with a picture of saved journals, to look at in a browser");
  m_timeline_app->add_option("JOURNAL", m_timeline.journals, "files")->required();
  m_timeline_app->add_option("-o,--output", m_timeline.output,
                             "the page (default: beside the first journal, .html); - for standard output");
  m_timeline_app->add_option("--scenarios", m_timeline.scenarios, "directory of scenarios");

  m_merge_app = app.add_subcommand("merge", "Make one report of the JSON reports of shards");
  m_merge_app->add_option("REPORT", m_merge.files, "JSON reports, one of each shard")->required();
  m_merge_app->add_option("--report", m_merge.reports, "as for run, repeatable")->allow_extra_args(false);
  m_merge_app->add_option("--baseline", m_merge.baseline,
                          "as for run (default: the one that the shards had)");
  m_merge_app->add_flag("--strict-baseline", m_merge.strict_baseline, "as for run");
  m_merge_app->add_flag("-v,--verbose", m_merge.verbose, "a line for each case");
  m_merge_app->add_option("--scenarios", m_merge.scenarios, "directory of scenarios");

  m_compare_app = app.add_subcommand("compare", "Tell what changed from one JSON report to another");
  m_compare_app->add_option("OLD", m_compare.before, "JSON report")->required();
  m_compare_app->add_option("NEW", m_compare.after, "JSON report")->required();
  m_compare_app->add_option("--markdown", m_compare.markdown,
                            "the same as Markdown; - for standard output alone");

  m_baseline_app = app.add_subcommand(
      "baseline", "Write the failures of JSON reports as known failures, for run --baseline");
  m_baseline_app->add_option("REPORT", m_baseline.files, "JSON reports; several are merged")->required();
  m_baseline_app
      ->add_option("-o,--output", m_baseline.output,
                   "the baseline; what it has already keeps its reason as long as it is needed")
      ->capture_default_str();
  m_baseline_app->add_option("--reason", m_baseline.reason, "why these failures are accepted")->required();
  m_baseline_app->add_option("--scenarios", m_baseline.scenarios, "directory of scenarios");

  m_doctor_app = app.add_subcommand("doctor", "Tell what this machine allows, and what is lost without it");
}

std::optional<int> ReportCommands::run() const {
  if (*m_doctor_app) return doctor_command();
  if (*m_timeline_app) return timeline_command(m_timeline);
  if (*m_merge_app) return merge_command(m_merge);
  if (*m_compare_app) return compare_command(m_compare);
  if (*m_baseline_app) return baseline_command(m_baseline);
  return std::nullopt;
}

}  // namespace clusterspec
