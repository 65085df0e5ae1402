// What stands between a run and the colour of a CI job: failures that are known, and the settings of a
// project.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/error.hpp"
#include "model/need.hpp"
#include "model/requirement.hpp"

namespace clusterspec {

// One entry of a baseline.
struct KnownFailure {
  RequirementId requirement;
  std::string cases;  // glob of case ids
  std::string reason;
  Location where = {};  // the entry in its file; of one that was just made: nowhere

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("requirement", self.requirement, Need::required, "the requirement that is known to fail");
    v("case", self.cases, Need::required, "glob of the ids of the cases in which it may fail");
    v("reason", self.reason, Need::required, "why that is accepted for now, or where it is tracked");
  }
};

struct Baseline {
  std::string file;  // as messages name it; empty: there is none
  std::vector<KnownFailure> known;
};

// What options of `run` say, as clusterspec.toml keeps it. What is absent is as without the file.
struct Settings {
  std::optional<std::string> suite, implementation, scenarios, results, baseline, isolation, observation,
      combinations, flaky;
  std::vector<std::string> patterns, tags, reports;
  std::optional<bool> strict_baseline, fail_fast, keep_journals, verbose;
  std::optional<int> jobs, repeat, retries, stress;
  std::optional<double> time_scale;

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("suite", self.suite, Need::optional, "whose requirements: documented, production or all");
    v("implementation", self.implementation, Need::optional,
      "the server: a TOML file, or a name that `clusterspec implementations` lists");
    v("scenarios", self.scenarios, Need::optional, "directory of scenarios, if not those that come along");
    v("patterns", self.patterns, Need::optional,
      "what to run: globs of requirement ids, or with a slash of case ids");
    v("tags", self.tags, Need::optional, "only scenarios with one of these tags");
    v("combinations", self.combinations, Need::optional, "all, or one of each scenario's matrix");
    v("reports", self.reports, Need::optional,
      "FORMAT=FILE, of junit, json, tap, markdown, html; github stands alone");
    v("results", self.results, Need::optional, "directory for journals and capsules");
    v("keep-journals", self.keep_journals, Need::optional, "keep the journals of passing cases too");
    v("baseline", self.baseline, Need::optional, "file of known failures, which fail no run");
    v("strict-baseline", self.strict_baseline, Need::optional,
      "a known failure that is fixed fails the run until its entry is gone");
    v("retries", self.retries, Need::optional, "run a failing case again so often; flaky if it passes");
    v("fail-fast", self.fail_fast, Need::optional, "start no case after the first failure");
    v("flaky", self.flaky, Need::optional, "fail or report: a case that passed and failed over `repeat`");
    v("repeat", self.repeat, Need::optional, "run everything that often");
    v("stress", self.stress, Need::optional, "keep so many processors busy meanwhile, so that races show");
    v("time-scale", self.time_scale, Need::optional,
      "multiplies every deadline, for machines that are slow or busy");
    v("jobs", self.jobs, Need::optional, "cases side by side; as many as processors if it is not said");
    v("isolation", self.isolation, Need::optional, "auto, or none: on this machine's own ports");
    v("observation", self.observation, Need::optional, "auto, or polling: without seccomp notification");
    v("verbose", self.verbose, Need::optional, "a line for each case");
  }
};

// Where a value stands, for an error that is found only when the value is used.
struct SettingPlace {
  Location where;
  std::string line;
};

// The settings at the top of the file hold for all; those of a profile come over them.
struct SettingsFile {
  std::string file;
  Settings common;
  std::map<std::string, Settings> profiles;
  // By "KEY" and, of each text of a list, "KEY=TEXT"; in a profile with "profile.NAME." before it.
  std::map<std::string, SettingPlace> places;

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    Settings::describe(self.common, v);
    v("profile", self.profiles, Need::optional, "[profile.NAME]: the same keys, for --profile NAME");
  }
};

}  // namespace clusterspec
