#include "cli/gate_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "cli/results.hpp"
#include "load/did_you_mean.hpp"

namespace clusterspec {
namespace {

namespace fs = std::filesystem;

// Takes what is set from the profile, else from what holds for all, unless the command line has it.
class Apply {
 public:
  Apply(const CLI::App& app, const SettingsFile& settings, const std::string& profile, RunArguments& run)
      : m_app(app),
        m_settings(settings),
        m_profile(profile.empty() ? nullptr : &settings.profiles.at(profile)),
        m_prefix("profile." + profile + "."),
        m_folder(fs::path(settings.file).parent_path()),
        m_run(run) {}

  // `key` is the option's name too.
  template <class T>
  bool value(const std::string& key, std::optional<T> Settings::*member, T& out) const {
    if (m_app.count("--" + key) > 0) return false;
    const bool own = m_profile && m_profile->*member;
    const std::optional<T>& said = own ? m_profile->*member : m_settings.common.*member;
    if (!said) return false;
    out = *said;
    remember(key, own);
    return true;
  }

  void path(const std::string& key, std::optional<std::string> Settings::*member, std::string& out) const {
    if (value(key, member, out)) out = from_folder(out);
  }

  bool list(const std::string& option, const std::string& key, std::vector<std::string> Settings::*member,
            std::vector<std::string>& out) const {
    if (m_app.count(option) > 0) return false;
    const bool own = m_profile && !(m_profile->*member).empty();
    out = own ? m_profile->*member : m_settings.common.*member;
    remember(key, own);
    return true;
  }

  std::string from_folder(const std::string& name) const {
    return m_folder.empty() || name == "-" || fs::path(name).is_absolute() ? name
                                                                           : (m_folder / name).string();
  }

 private:
  void remember(const std::string& key, bool own) const {
    const std::string prefix = own ? m_prefix : "";
    for (const auto& [name, place] : m_settings.places)
      if (name == prefix + key || name.starts_with(prefix + key + "="))
        m_run.said_at[name.substr(prefix.size())] = place;
  }

  const CLI::App& m_app;
  const SettingsFile& m_settings;
  const Settings* m_profile;
  std::string m_prefix;
  fs::path m_folder;
  RunArguments& m_run;
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
                 "`clusterspec new-settings` writes clusterspec.toml; --config FILE names another");
  }
  const auto source = read_source(file);
  if (!source) return tl::unexpected(std::vector{source.error()});
  const auto settings = load_settings(*source);
  if (!settings) return tl::unexpected(settings.error());
  if (auto faulty = faulty_reports(*settings); !faulty.empty()) return tl::unexpected(std::move(faulty));
  if (!gate.profile.empty() && !settings->profiles.contains(gate.profile)) {
    std::vector<std::string> names;
    for (const auto& [name, unused] : settings->profiles) names.push_back(name);
    const std::string asked_for = printable(gate.profile, 100);
    return usage(fmt::format("{} has no profile \"{}\"", file, asked_for),
                 names.empty() ? fmt::format("a profile is a table [profile.{}]", asked_for)
                               : did_you_mean(gate.profile, names) + "profiles: " + listed(names));
  }
  const Apply apply(run_app, *settings, gate.profile, run);
  apply.value("suite", &Settings::suite, run.suite);
  apply.value("combinations", &Settings::combinations, run.combinations);
  apply.value("isolation", &Settings::isolation, run.isolation);
  apply.value("observation", &Settings::observation, run.observation);
  apply.value("flaky", &Settings::flaky, run.flaky);
  apply.value("jobs", &Settings::jobs, run.jobs);
  apply.value("repeat", &Settings::repeat, run.repeat);
  apply.value("stress", &Settings::stress, run.stress);
  apply.value("time-scale", &Settings::time_scale, run.time_scale);
  apply.value("keep-journals", &Settings::keep_journals, run.keep_journals);
  apply.value("verbose", &Settings::verbose, run.verbose);
  apply.value("strict-baseline", &Settings::strict_baseline, gate.strict_baseline);
  apply.value("fail-fast", &Settings::fail_fast, gate.fail_fast);
  apply.value("retries", &Settings::retries, gate.retries);
  apply.list("PATTERN", "patterns", &Settings::patterns, run.patterns);
  apply.list("--tag", "tags", &Settings::tags, run.tags);
  apply.path("results", &Settings::results, run.results);
  apply.path("scenarios", &Settings::scenarios, run.scenarios);
  apply.path("baseline", &Settings::baseline, gate.baseline);
  if (run.command.empty() && apply.value("implementation", &Settings::implementation, run.implementation) &&
      run.implementation.ends_with(".toml"))
    run.implementation = apply.from_folder(run.implementation);
  if (apply.list("--report", "reports", &Settings::reports, run.reports))
    for (std::string& report : run.reports)
      if (const auto good = parse_report(report); good && !good->file.empty())
        report = std::string(good->format->name) + "=" + apply.from_folder(good->file);
  if (gate.fail_fast && gate.retries > 0)
    return tl::unexpected(
        std::vector{placed({ErrorKind::usage,
                            "fail-fast and retries exclude each other",
                            {},
                            {},
                            "a case that is run again has not failed yet"},
                           run.said_at, run.said_at.contains("fail-fast") ? "fail-fast" : "retries")});
  return {};
}

std::vector<Error> faulty_reports(const SettingsFile& settings) {
  std::vector<Error> errors;
  const auto check = [&](const Settings& some, const std::string& prefix) {
    for (const std::string& report : some.reports)
      if (const auto good = parse_report(report); !good)
        errors.push_back(placed(good.error(), settings.places, prefix + "reports", report));
  };
  check(settings.common, "");
  for (const auto& [name, profile] : settings.profiles) check(profile, "profile." + name + ".");
  return errors;
}

Error placed(Error error, const SaidAt& said_at, const std::string& key, const std::string& text) {
  if (error.where) return error;
  auto it = said_at.find(key + "=" + text);
  if (it == said_at.end()) it = said_at.find(key);
  if (it == said_at.end()) return error;
  error.where = it->second.where;
  error.source_line = it->second.line;
  return error;
}

std::vector<Error> placed(std::vector<Error> errors, const SaidAt& said_at, const std::string& key) {
  for (Error& error : errors) error = placed(std::move(error), said_at, key);
  return errors;
}

}  // namespace clusterspec
