// A scenario: what to do to a server and what must then be true. Read from TOML by load/, for one combination
// of its matrix at a time, so that every value here is final.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "model/expectations.hpp"
#include "model/link.hpp"
#include "model/requirement.hpp"

namespace clusterspec {

struct Step {
  StepAction action;
  std::string name;                     // for moments: "step NAME"
  std::vector<RequirementId> verifies;  // what fails if the step cannot be done; default the scenario's
  Location where;

  // The keys that every step may have, whatever its verb.
  template <class Self, class V>
  static void describe_common(Self& self, V&& v) {
    v("name", self.name, Need::optional, "for moments: \"step NAME\"");
    v("verifies", self.verifies, Need::optional, "what fails if the step cannot be done");
  }
};

struct Expectation {
  ExpectationSubject subject;
  std::vector<RequirementId>
      verifies;      // which of the scenario's requirements this proves; default all of them
  std::string hint;  // what usually causes it, for the reader of a failure
  Location where;

  // The keys that every expectation may have, whatever its subject.
  template <class Self, class V>
  static void describe_common(Self& self, V&& v) {
    v("verifies", self.verifies, Need::optional, "which of the scenario's requirements this proves");
    v("hint", self.hint, Need::optional, "what usually causes a failure");
  }
};

// Checks that every case carries for free. A scenario waives one by name where it causes it on purpose.
enum class Standing {
  leftovers,           // nothing of the cluster outlives the case's end (terminate.nothing-left)
  unexpected_process,  // no process but launcher and workers (launch.exact-count)
  crash,  // nobody ends by a signal that the harness did not send (terminate.workers-stop-cleanly)
};
template <>
struct Names<Standing> {
  static constexpr std::array table{std::pair{Standing::leftovers, "leftovers"},
                                    std::pair{Standing::unexpected_process, "unexpected-process"},
                                    std::pair{Standing::crash, "crash"}};
};

// What a scenario needs to be meaningful; a case without it is skipped with this as the reason.
enum class Capability {
  launcher_serves,
  workers_stay_dead,
  workers_restart,
  graceful_interrupt,
  grace_period,
  lossless_close,
  own_listeners,
  clustering_option,
  values,
  defaults,
  slow_request,
  body_request,
  upload_request,
  started_line,
  stopped_line,
  failed_line,
  terminating_line,
  isolation,
  notification,
  terminal,
  attribution,
};
template <>
struct Names<Capability> {
  static constexpr std::array table{std::pair{Capability::launcher_serves, "launcher-serves"},
                                    std::pair{Capability::workers_stay_dead, "workers-stay-dead"},
                                    std::pair{Capability::workers_restart, "workers-restart"},
                                    std::pair{Capability::graceful_interrupt, "graceful-interrupt"},
                                    std::pair{Capability::grace_period, "grace-period"},
                                    std::pair{Capability::lossless_close, "lossless-close"},
                                    std::pair{Capability::own_listeners, "own-listeners"},
                                    std::pair{Capability::clustering_option, "clustering-option"},
                                    std::pair{Capability::values, "values"},
                                    std::pair{Capability::defaults, "defaults"},
                                    std::pair{Capability::slow_request, "slow-request"},
                                    std::pair{Capability::body_request, "body-request"},
                                    std::pair{Capability::upload_request, "upload-request"},
                                    std::pair{Capability::started_line, "started-line"},
                                    std::pair{Capability::stopped_line, "stopped-line"},
                                    std::pair{Capability::failed_line, "failed-line"},
                                    std::pair{Capability::terminating_line, "terminating-line"},
                                    std::pair{Capability::isolation, "isolation"},
                                    std::pair{Capability::notification, "notification"},
                                    std::pair{Capability::terminal, "terminal"},
                                    std::pair{Capability::attribution, "attribution"}};
};

using Combination = std::map<std::string, std::string>;  // matrix axis -> value

struct Scenario {
  std::string name;  // "documented/terminate/launcher-closes-last": the path below scenarios/ without .toml
  std::string file, text;
  std::string title;
  std::string why;  // the document's sentence, or what it is derived from
  std::vector<RequirementId> verifies;
  std::vector<Capability> needs;
  std::vector<Standing> waive;
  std::vector<std::string> tags;
  Combination combination;
  std::vector<std::string> sysctl;  // "net.NAME=VALUE", set in the cell's network (sysctl(8))
  Link link;
  Launch launch;
  bool launches_itself = false;  // some step is a `launch`: nothing is started before the first step
  std::vector<Step> steps;
  std::vector<Expectation> expectations;

  // The plain keys; matrix, launch, step and expect are tables of their own.
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("title", self.title, Need::required, "one line, what must be true");
    v("why", self.why, Need::required, "the document's sentence, or what it is derived from");
    v("verifies", self.verifies, Need::required, "requirement ids");
    v("needs", self.needs, Need::optional,
      "what an implementation must be capable of; else the case is skipped");
    v("waive", self.waive, Need::optional, "standing expectations that are not judged");
    v("tags", self.tags, Need::optional, "words of your own");
    v("sysctl", self.sysctl, Need::optional,
      "kernel settings of the server's network, \"net.ipv4.tcp_migrate_req=1\"");
    v("link", self.link, Need::optional, "the network between client and server; else they share a loopback");
  }
};

template <class Action>
bool has_step(const Scenario& scenario) {
  return std::any_of(scenario.steps.begin(), scenario.steps.end(),
                     [](const Step& step) { return std::holds_alternative<Action>(step.action); });
}

}  // namespace clusterspec
