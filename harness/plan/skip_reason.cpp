// Why a scenario means nothing for an implementation or on a machine. Each reason is a sentence for a report.
#include <fmt/format.h>

#include <algorithm>

#include "model/cluster.hpp"
#include "plan/plan.hpp"

namespace clusterspec {
namespace {

std::string lacks_isolation() {
  return "this machine does not allow network namespaces, so the port may belong to somebody else";
}
std::string lacks_notification() {
  return "this machine does not allow seccomp notification, by which system calls are held and recorded";
}
std::string lacks_attribution() {
  return "this machine does not allow pidfd_getfd, by which it is known who serves a connection";
}
std::string lacks_terminal() { return "this machine gives no pseudo-terminal"; }

std::string lacks_link(const Machine& machine) {
  if (!machine.namespaces) return "a link between client and server needs network namespaces of its own";
  if (machine.no_link.empty()) return {};
  return "this machine gives no link between client and server: " + machine.no_link;
}

std::string lacks_sysctl(const Scenario& scenario, const Machine& machine) {
  if (scenario.sysctl.empty()) return {};
  if (!machine.namespaces)
    return "kernel settings are made in a network of the case's own, which is not allowed here";
  for (const std::string& setting : scenario.sysctl)
    if (const auto it = machine.no_sysctl.find(setting); it != machine.no_sysctl.end())
      return fmt::format("this machine does not let {} be set: {}", setting, it->second);
  return {};
}

std::string lacks_request(const Implementation& it, std::string_view kind) {
  if (kind == "nothing" || it.requests.contains(std::string(kind))) return {};
  return fmt::format("{} states no request of kind \"{}\"", it.name, kind);
}

std::string lacks_line(const Implementation& it, LineKind kind) {
  if (pattern_of(it.log, kind)) return {};
  return fmt::format("{} prints no \"{}\" line", it.name, name_of(kind));
}

std::string lacks(Capability capability, const Implementation& it, const Machine& machine) {
  const auto unless = [](bool there, std::string reason) { return there ? std::string() : reason; };
  switch (capability) {
    case Capability::launcher_serves:
      return unless(it.dialect.launcher_serves, it.name + "'s launcher does not serve");
    case Capability::workers_stay_dead:
      return unless(!it.dialect.restarts_workers, it.name + " restarts workers that died");
    case Capability::own_listeners:
      return unless(!it.dialect.shares_listener, it.name + "'s processes share one listening socket");
    case Capability::clustering_option:
      return unless(it.clustering.has_value(), it.name + " has no option that sets the number of workers");
    case Capability::values:
      return unless(!it.value.empty(), it.name + " has no option that carries an arbitrary value");
    case Capability::defaults:
      if (it.endpoint.empty()) return it.name + " states no arguments for its address that could be left out";
      return unless(machine.namespaces, lacks_isolation());
    case Capability::slow_request:
      return lacks_request(it, "slow");
    case Capability::body_request:
      return lacks_request(it, "body");
    case Capability::upload_request:
      return lacks_request(it, "upload");
    case Capability::started_line:
      return lacks_line(it, LineKind::started);
    case Capability::stopped_line:
      return lacks_line(it, LineKind::stopped);
    case Capability::failed_line:
      return lacks_line(it, LineKind::failed);
    case Capability::terminating_line:
      return lacks_line(it, LineKind::terminating);
    case Capability::isolation:
      return unless(machine.namespaces, lacks_isolation());
    case Capability::notification:
      return unless(machine.notification, lacks_notification());
    case Capability::terminal:
      return unless(machine.terminal, lacks_terminal());
    case Capability::attribution:
      return unless(machine.attribution, lacks_attribution());
  }
  return {};
}

std::string first_of(std::initializer_list<std::string> reasons) {
  const auto found =
      std::find_if(reasons.begin(), reasons.end(), [](const std::string& reason) { return !reason.empty(); });
  return found == reasons.end() ? std::string() : *found;
}

// What a launch, a step or an expectation needs without saying so.
class Implied {
 public:
  Implied(const Implementation& implementation, const Machine& machine)
      : m_it(implementation), m_machine(machine) {}

  std::string operator()(const Launch& launch) const {
    return first_of({count(launch), spelling(launch),
                     launch.values.empty() && launch.more_values == 0 ? "" : need(Capability::values),
                     launch.defaults ? need(Capability::defaults) : "",
                     launch.terminal ? need(Capability::terminal) : "",
                     launch.first_process ? need(Capability::isolation) : "", option(launch)});
  }
  std::string operator()(const Occupy& occupy) const {
    return occupy.other_user && !m_machine.other_users ? "only root can be another user" : "";
  }
  std::string operator()(const Open& open) const {
    return first_of(
        {lacks_request(m_it, open.request), open.per_process ? need(Capability::attribution) : ""});
  }
  std::string operator()(const Load& load) const { return lacks_request(m_it, load.request); }
  std::string operator()(const Await& await) const { return await.line ? lacks_line(m_it, *await.line) : ""; }
  std::string operator()(const Hold&) const { return need(Capability::notification); }
  std::string operator()(const AwaitHeld&) const { return need(Capability::notification); }
  std::string operator()(const Inject&) const { return need(Capability::notification); }

  std::string operator()(const ExpectProcesses& it) const {
    return it.executions ? need(Capability::notification) : "";
  }
  std::string operator()(const ExpectListeners& it) const {
    return it.reuse_port ? need(Capability::attribution) : "";
  }
  std::string operator()(const ExpectServedBy&) const { return need(Capability::attribution); }
  std::string operator()(const ExpectSpread&) const { return need(Capability::attribution); }
  std::string operator()(const ExpectLines& it) const { return lacks_line(m_it, it.line); }
  std::string operator()(const ExpectSignals&) const { return need(Capability::notification); }

  template <class Other>
  std::string operator()(const Other&) const {
    return {};
  }

 private:
  std::string need(Capability capability) const { return lacks(capability, m_it, m_machine); }

  std::string count(const Launch& launch) const {
    if (m_it.clustering || (launch.workers.empty() && !launch.without_value)) return {};
    const bool in_arguments = std::any_of(
        m_it.arguments.begin(), m_it.arguments.end(),
        [](const std::string& argument) { return argument.find("{workers}") != std::string::npos; });
    if (!in_arguments || launch.workers.size() > 1 || launch.without_value)
      return need(Capability::clustering_option);
    return {};
  }

  std::string option(const Launch& launch) const {
    for (const std::string& name : launch.options)
      if (!m_it.options.contains(name))
        return fmt::format("{} states no option \"{}\" under [options]", m_it.name, name);
    return {};
  }

  std::string spelling(const Launch& launch) const {
    if (launch.spelling.empty()) return {};
    if (!m_it.clustering) return need(Capability::clustering_option);
    if (m_it.clustering->spellings.contains(launch.spelling)) return {};
    std::string known;
    for (const auto& [name, arguments] : m_it.clustering->spellings)
      known += (known.empty() ? "" : ", ") + name;
    return fmt::format("{} has no spelling \"{}\" of its clustering option, only {}", m_it.name,
                       launch.spelling, known);
  }

  const Implementation& m_it;
  const Machine& m_machine;
};

}  // namespace

std::string skip_reason(const Scenario& scenario, const Implementation& implementation,
                        const Machine& machine) {
  for (const Capability capability : scenario.needs)
    if (std::string reason = lacks(capability, implementation, machine); !reason.empty()) return reason;
  if (scenario.link.there())
    if (std::string reason = lacks_link(machine); !reason.empty()) return reason;
  if (std::string reason = lacks_sysctl(scenario, machine); !reason.empty()) return reason;
  const Implied implied(implementation, machine);
  if (!scenario.launches_itself)
    if (std::string reason = implied(scenario.launch); !reason.empty()) return reason;
  for (const Step& step : scenario.steps)
    if (std::string reason = std::visit(implied, step.action); !reason.empty()) return reason;
  for (const Expectation& expectation : scenario.expectations)
    if (std::string reason = std::visit(implied, expectation.subject); !reason.empty()) return reason;
  return {};
}

}  // namespace clusterspec
