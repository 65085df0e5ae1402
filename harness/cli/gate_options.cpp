#include "cli/gate_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

namespace clusterspec {
namespace {

namespace fs = std::filesystem;

constexpr const char* k_settings_file = "clusterspec.toml";

// Takes what is set from the profile, else from what holds for all.
class Apply {
 public:
  Apply(const CLI::App& app, const Settings& common, const Settings* profile, const std::string& file)
      : m_app(app), m_common(common), m_profile(profile), m_folder(fs::path(file).parent_path()) {}

  template <class T>
  void value(const char* option, std::optional<T> Settings::*member, T& out) const {
    if (m_app.count(option) > 0) return;
    if (m_profile && m_profile->*member)
      out = *(m_profile->*member);
    else if (m_common.*member)
      out = *(m_common.*member);
  }

  void list(const char* option, std::vector<std::string> Settings::*member,
            std::vector<std::string>& out) const {
    if (m_app.count(option) > 0) return;
    out = m_profile && !(m_profile->*member).empty() ? m_profile->*member : m_common.*member;
  }

  void path(const char* option, std::optional<std::string> Settings::*member, std::string& out) const {
    if (m_app.count(option) > 0) return;
    const std::string before = out;
    value(option, member, out);
    if (out != before) out = from_folder(out);
  }

  std::string from_folder(const std::string& name) const {
    return m_folder.empty() || name == "-" || fs::path(name).is_absolute() ? name
                                                                           : (m_folder / name).string();
  }

 private:
  const CLI::App& m_app;
  const Settings& m_common;
  const Settings* m_profile;
  fs::path m_folder;
};

tl::unexpected<std::vector<Error>> usage(std::string message, std::string hint) {
  return tl::unexpected(std::vector{Error{ErrorKind::usage, std::move(message), {}, {}, std::move(hint)}});
}

}  // namespace

void add_gate_options(CLI::App& run_app, RunArguments& run) {
  GateArguments& gate = run.gate;
  const std::string group = "For a gate";
  run_app.add_option("--executable", run.executable, "the program, in the place of the implementation's");
  run_app
      .add_option("--baseline", gate.baseline,
                  "file of known failures, which fail nothing; `clusterspec baseline` writes one")
      ->group(group);
  run_app
      .add_flag("--strict-baseline", gate.strict_baseline,
                "a known failure that is fixed fails the run until its entry is gone")
      ->group(group);
  run_app
      .add_option("--shard", gate.shard,
                  "K/N: the K-th of N parts of the cases; `clusterspec merge` joins them")
      ->group(group);
  CLI::Option* retries = run_app
                             .add_option("--retries", gate.retries,
                                         "run a failing case again up to that often; flaky if it passes")
                             ->check(CLI::Range(0, 100))
                             ->group(group);
  run_app.add_flag("--fail-fast", gate.fail_fast, "start no case after the first failure")
      ->excludes(retries)
      ->group(group);
  run_app
      .add_option("--config", gate.config,
                  "settings file (default: clusterspec.toml of this folder, if there is one), or none")
      ->group(group);
  run_app.add_option("--profile", gate.profile, "[profile.NAME] of the settings file, e.g. ci")->group(group);
}

Loaded<void> apply_settings(const CLI::App& run_app, RunArguments& run) {
  GateArguments& gate = run.gate;
  std::error_code ignored;
  std::string file = gate.config;
  if (file.empty() && fs::is_regular_file(k_settings_file, ignored)) file = k_settings_file;
  if (file.empty() || file == "none") {
    if (gate.profile.empty()) return {};
    return usage(fmt::format("--profile {}: there is no settings file", printable(gate.profile, 100)),
                 "write clusterspec.toml, or name another with --config FILE");
  }
  const auto source = read_source(file);
  if (!source) return tl::unexpected(std::vector{source.error()});
  const auto settings = load_settings(*source);
  if (!settings) return tl::unexpected(settings.error());
  const Settings* profile = nullptr;
  if (!gate.profile.empty()) {
    const auto it = settings->profiles.find(gate.profile);
    std::string known;
    for (const auto& [name, unused] : settings->profiles) known += (known.empty() ? "" : ", ") + name;
    if (it == settings->profiles.end())
      return usage(fmt::format("{} has no profile \"{}\"", file, printable(gate.profile, 100)),
                   known.empty()
                       ? fmt::format("a profile is a table [profile.{}]", printable(gate.profile, 100))
                       : "profiles: " + known);
    profile = &it->second;
  }
  const Apply apply(run_app, settings->common, profile, file);
  apply.value("--suite", &Settings::suite, run.suite);
  apply.value("--combinations", &Settings::combinations, run.combinations);
  apply.value("--isolation", &Settings::isolation, run.isolation);
  apply.value("--observation", &Settings::observation, run.observation);
  apply.value("--flaky", &Settings::flaky, run.flaky);
  apply.value("--jobs", &Settings::jobs, run.jobs);
  apply.value("--repeat", &Settings::repeat, run.repeat);
  apply.value("--stress", &Settings::stress, run.stress);
  apply.value("--time-scale", &Settings::time_scale, run.time_scale);
  apply.value("--keep-journals", &Settings::keep_journals, run.keep_journals);
  apply.value("--verbose", &Settings::verbose, run.verbose);
  apply.value("--strict-baseline", &Settings::strict_baseline, gate.strict_baseline);
  apply.value("--fail-fast", &Settings::fail_fast, gate.fail_fast);
  apply.value("--retries", &Settings::retries, gate.retries);
  apply.list("PATTERN", &Settings::patterns, run.patterns);
  apply.list("--tag", &Settings::tags, run.tags);
  apply.path("--results", &Settings::results, run.results);
  apply.path("--scenarios", &Settings::scenarios, run.scenarios);
  apply.path("--baseline", &Settings::baseline, gate.baseline);
  if (run.command.empty()) {
    apply.value("--implementation", &Settings::implementation, run.implementation);
    if (run_app.count("--implementation") == 0 && run.implementation.ends_with(".toml"))
      run.implementation = apply.from_folder(run.implementation);
  }
  if (run_app.count("--report") == 0) {
    apply.list("--report", &Settings::reports, run.reports);
    for (std::string& report : run.reports)
      if (const auto equals = report.find('='); equals != std::string::npos)
        report = report.substr(0, equals + 1) + apply.from_folder(report.substr(equals + 1));
  }
  if (gate.fail_fast && gate.retries > 0)
    return usage(fmt::format("{}: fail-fast and retries exclude each other", file),
                 "a case that is run again has not failed yet");
  return {};
}

}  // namespace clusterspec
