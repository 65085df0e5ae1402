#include "cli/new_settings.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "cli/commands.hpp"
#include "cli/results.hpp"
#include "cli/sources.hpp"
#include "model/units.hpp"

namespace clusterspec {
namespace {

namespace fs = std::filesystem;

// What holds without the file; and where nothing does, an example.
Settings usual() {
  const RunArguments run;
  Settings settings;
  settings.suite = run.suite;
  settings.implementation = "my_server.toml";
  settings.scenarios = "my_scenarios";
  settings.results = run.results;
  settings.baseline = "clusterspec-baseline.toml";
  settings.isolation = run.isolation;
  settings.observation = run.observation;
  settings.combinations = run.combinations;
  settings.flaky = run.flaky;
  settings.patterns = {"terminate.*", "share.every-process-serves"};
  settings.tags = {"load"};
  settings.reports = {"junit=clusterspec-results/junit.xml", "html=clusterspec-results/timeline.html"};
  settings.strict_baseline = run.gate.strict_baseline;
  settings.fail_fast = run.gate.fail_fast;
  settings.keep_journals = run.keep_journals;
  settings.verbose = run.verbose;
  settings.jobs = 2;
  settings.repeat = run.repeat;
  settings.retries = run.gate.retries;
  settings.stress = run.stress;
  settings.time_scale = run.time_scale;
  return settings;
}

// As a gate is wanted: for people and for programs, on a machine that others use too.
Settings for_ci() {
  Settings settings;
  settings.reports = {"junit=clusterspec-reports/junit.xml", "json=clusterspec-reports/report.json",
                      "markdown=clusterspec-reports/summary.md", "html=clusterspec-reports/timeline.html"};
  settings.results = "clusterspec-reports";
  settings.time_scale = 2;
  return settings;
}

}  // namespace

NewSettings::NewSettings(CLI::App& app)
    : m_app(app.add_subcommand("new-settings",
                               "Write a clusterspec.toml with every setting explained, and a profile for a "
                               "CI, to go on from")),
      m_suite(RunArguments{}.suite),
      m_output(k_settings_file) {
  m_app->add_option("-i,--implementation", m_implementation, "name or TOML file of the server it is for");
  m_app->add_option("--suite", m_suite, "as for run")->type_name(k_suites)->capture_default_str();
  m_app->add_option("-o,--output", m_output, "the file to write; - for standard output")
      ->capture_default_str();
  m_app->add_option("--scenarios", m_scenarios, "directory of scenarios");
}

std::optional<int> NewSettings::run() const {
  if (!*m_app) return std::nullopt;
  std::error_code ignored;
  if (m_output != "-" && fs::exists(m_output, ignored))
    return complain(Error{ErrorKind::usage,
                          fmt::format("{} is there already", printable(m_output)),
                          {},
                          {},
                          "name another one: --output FILE, or - for standard output"});
  if (!m_implementation.empty()) {
    const auto directory = scenarios_directory(m_scenarios);
    if (!directory) return complain(directory.error());
    const auto known = load_named_implementation(m_implementation, *directory);
    if (!known) return complain(known.error());
  }
  Settings chosen;
  chosen.suite = m_suite;
  if (!m_implementation.empty()) {
    chosen.implementation = m_implementation;
    // Paths in the file are meant from its folder.
    const fs::path folder = fs::path(m_output).parent_path();
    if (m_implementation.ends_with(".toml") && m_output != "-" && !folder.empty())
      chosen.implementation = fs::absolute(m_implementation)
                                  .lexically_normal()
                                  .lexically_relative(fs::absolute(folder).lexically_normal())
                                  .string();
  }
  const std::string text = settings_text(usual(), chosen, for_ci());
  if (const auto loaded = load_settings({m_output, text}); !loaded) return complain(loaded.error());
  if (const auto written = write_file(m_output, text); !written) return complain(written.error());
  if (m_output != "-")
    print(
        fmt::format("{} was written. Next: read it, then `clusterspec run`, and in the CI "
                    "`clusterspec run --profile ci`\n",
                    printable(m_output)));
  return 0;
}

}  // namespace clusterspec
