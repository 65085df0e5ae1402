// Why a scenario means nothing for an implementation or on a machine. Each reason is a sentence for a report.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>

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

bool is_fast(Signal signal, const Dialect& dialect) {
  const auto& fast = dialect.fast_signals;
  return std::find(fast.begin(), fast.end(), signal) != fast.end() && signal != dialect.graceful_signal;
}

std::string fast_text(Signal signal, const Implementation& it) {
  return fmt::format("by {} {} ends fast, as its documentation says; its graceful end is {} to the {}",
                     to_text(signal), it.name, to_text(it.dialect.graceful_signal),
                     name_of(it.dialect.graceful_target.role));
}

std::string lacks(Capability capability, const Implementation& it, const Machine& machine) {
  const auto unless = [](bool there, std::string reason) { return there ? std::string() : reason; };
  switch (capability) {
    case Capability::launcher_serves:
      return unless(it.dialect.launcher_serves, it.name + "'s launcher does not serve");
    case Capability::workers_stay_dead:
      return unless(!it.dialect.restarts_workers, it.name + " restarts workers that died");
    case Capability::workers_restart:
      return unless(it.dialect.restarts_workers, it.name + " does not replace workers that died");
    case Capability::graceful_interrupt:
      return unless(!is_fast(Signal{SIGINT}, it.dialect), fast_text(Signal{SIGINT}, it));
    case Capability::grace_period:
      return unless(it.dialect.grace_period == std::chrono::seconds(3),
                    it.name + " states no grace period of 3 s");
    case Capability::lossless_close:
      return unless(it.dialect.lossless_close,
                    it.name + " does not claim that closing a listener loses no connection");
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
  Implied(const Implementation& implementation, const Machine& machine, int workers)
      : m_it(implementation), m_machine(machine), m_workers(workers) {}

  std::string operator()(const Launch& launch) const {
    return first_of(
        {count(launch), fewest(launch), spelling(launch),
         launch.values.empty() && launch.more_values == 0 ? "" : need(Capability::values),
         launch.defaults ? need(Capability::defaults) : "", launch.terminal ? need(Capability::terminal) : "",
         launch.first_process ? need(Capability::isolation) : "", option(launch), address(launch)});
  }
  std::string operator()(const Occupy& occupy) const {
    return occupy.other_user && !m_machine.other_users ? "only root can be another user" : "";
  }
  std::string operator()(const Open& open) const {
    const bool attributed = open.per_process && !m_it.dialect.shares_listener;
    return first_of({lacks_request(m_it, open.request), attributed ? need(Capability::attribution) : "",
                     open.keep_alive ? keeps_alive() : "", open.over == Family::ipv6 ? lacks_ipv6() : ""});
  }
  std::string operator()(const Load& load) const {
    return first_of({lacks_request(m_it, load.request), load.keep_alive ? keeps_alive() : ""});
  }
  std::string operator()(const Await& await) const {
    const Target workers{Role::workers, 0, std::string(k_first_instance)};
    return first_of({await.line ? lacks_line(m_it, *await.line) : "", there(await.of),
                     await.what == Awaited::started ? there(workers) : ""});
  }
  std::string operator()(const SendSignal& it) const {
    if (!meant(it, m_it.dialect)) return fmt::format("{} states no {} signal", m_it.name, to_text(it.signal));
    const bool whole = it.to.role == Role::launcher || it.to.role == Role::group || it.to.role == Role::all;
    if (it.signal.purpose == Purpose::named && whole && is_fast(it.signal.named, m_it.dialect))
      return fast_text(it.signal.named, m_it);
    return it.signal.purpose == Purpose::named ? there(it.to) : "";
  }
  std::string operator()(const Press& it) const {
    if (it.key != Key::hang_up || m_it.dialect.reload_signal != Signal{SIGHUP}) return {};
    return fmt::format("SIGHUP, which comes when a terminal is closed, makes {} replace its workers",
                       m_it.name);
  }
  std::string operator()(const Freeze& it) const { return there(it.of); }
  std::string operator()(const Hold& it) const {
    return first_of({need(Capability::notification), executes(it.call), there(it.of)});
  }
  std::string operator()(const AwaitHeld&) const { return need(Capability::notification); }
  std::string operator()(const Inject& it) const {
    return first_of({need(Capability::notification), executes(it.call), there(it.of)});
  }

  std::string operator()(const ExpectProcesses& it) const {
    if (it.executions && m_it.dialect.forks) return executes(Call::execve);
    if (it.count && it.of.role == Role::workers && it.at.empty() && m_it.dialect.worker_count != "{workers}")
      return fmt::format("{} starts \"{}\" workers, not as many as are asked for", m_it.name,
                         m_it.dialect.worker_count);
    return first_of({it.executions ? need(Capability::notification) : "", there(it.of)});
  }
  std::string operator()(const ExpectListeners& it) const {
    const auto opened = evaluate_count(m_it.dialect.listener_count, m_workers);
    if (it.count && it.at == "ready" && opened && *opened != *it.count)
      return fmt::format("{} opens {} listening sockets with a count of {}", m_it.name, *opened, m_workers);
    return it.reuse_port ? need(Capability::attribution) : "";
  }
  std::string operator()(const ExpectServedBy&) const {
    return first_of({need(Capability::own_listeners), need(Capability::attribution)});
  }
  std::string operator()(const ExpectSpread&) const {
    return first_of({need(Capability::own_listeners), need(Capability::attribution)});
  }
  std::string operator()(const ExpectConnections& it) const {
    return it.by ? need(Capability::own_listeners) : "";
  }
  std::string operator()(const ExpectExit& it) const {
    const Dialect& dialect = m_it.dialect;
    const bool otherwise = dialect.exit_signal || dialect.exit_code != 0;
    if (!otherwise || it.of.role != Role::launcher || it.code != 0) return there(it.of);
    return fmt::format("after a graceful end {}'s launcher ends {}, as it states", m_it.name,
                       dialect.exit_signal ? "by " + to_text(*dialect.exit_signal)
                                           : fmt::format("with exit code {}", dialect.exit_code));
  }
  std::string operator()(const ExpectLines& it) const { return lacks_line(m_it, it.line); }
  std::string operator()(const ExpectSignals&) const { return need(Capability::notification); }

  template <class Other>
  std::string operator()(const Other&) const {
    return {};
  }

 private:
  std::string need(Capability capability) const { return lacks(capability, m_it, m_machine); }

  std::string executes(Call call) const {
    if (call != Call::execve || !m_it.dialect.forks) return {};
    return m_it.name + "'s workers are forks of its launcher, and execute nothing";
  }

  std::string keeps_alive() const {
    return m_it.dialect.keep_alive ? "" : m_it.name + " keeps no connection open after an answer";
  }

  // Who is meant, where a server has fewer workers than are asked for, or none.
  std::string there(const Target& target) const {
    if (target.role != Role::worker && target.role != Role::workers) return {};
    if (m_it.dialect.worker_count == "{workers}") return {};
    const auto workers = evaluate_count(m_it.dialect.worker_count, m_workers);
    if (!workers || *workers >= std::max(1, target.ordinal)) return {};
    return fmt::format("{} starts {} with a count of {}", m_it.name,
                       *workers == 0 ? "no workers" : fmt::format("only {}", *workers), m_workers);
  }

  std::string fewest(const Launch& launch) const {
    const int least = m_it.dialect.least_workers;
    if (launch.without_value || least == 0) return {};
    if (launch.workers.empty() && m_it.clustering) return {};
    const bool number =
        std::all_of(launch.workers.begin(), launch.workers.end(), [](const std::string& text) {
          return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
        });
    if (!number || requested_workers(launch) >= least) return {};
    return fmt::format("{} needs a count of {} or more", m_it.name, least);
  }

  static bool named(const std::string& text) { return text.find("{workers}") != std::string::npos; }

  // The count stands in the arguments, in the environment, or in a file; or it is the same whatever is asked
  // for.
  bool takes_count() const {
    return std::any_of(m_it.arguments.begin(), m_it.arguments.end(), named) ||
           std::any_of(m_it.environment.begin(), m_it.environment.end(),
                       [](const auto& variable) { return named(variable.second); }) ||
           std::any_of(m_it.files.begin(), m_it.files.end(),
                       [](const auto& file) { return named(file.second.text); }) ||
           !named(m_it.dialect.worker_count);
  }

  std::string count(const Launch& launch) const {
    if (m_it.clustering || (launch.workers.empty() && !launch.without_value)) return {};
    if (!takes_count() || launch.workers.size() > 1 || launch.without_value)
      return need(Capability::clustering_option);
    return {};
  }

  std::string option(const Launch& launch) const {
    for (const std::string& name : launch.options)
      if (!m_it.options.contains(name))
        return fmt::format("{} states no option \"{}\" under [options]", m_it.name, name);
    return {};
  }

  std::string lacks_ipv6() const { return m_machine.ipv6 ? "" : "this machine has no IPv6"; }

  std::string address(const Launch& launch) const {
    return launch.host.find(':') == std::string::npos ? "" : lacks_ipv6();
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
  int m_workers;  // of the first instance
};

// Of the instance that most targets mean.
int workers_of(const Scenario& scenario) {
  if (!scenario.launches_itself) return requested_workers(scenario.launch);
  for (const Step& step : scenario.steps)
    if (const auto* launch = std::get_if<Launch>(&step.action)) return requested_workers(*launch);
  return 0;
}

}  // namespace

std::string skip_reason(const Scenario& scenario, const Implementation& implementation,
                        const Machine& machine) {
  const std::string with_implementation = case_id(scenario, implementation.name);
  const std::string id = with_implementation.substr(0, with_implementation.rfind('@'));
  for (const SkippedScenario& skipped : implementation.skip)
    if (glob_matches(skipped.scenario, scenario.name) || glob_matches(skipped.scenario, id))
      return skipped.reason;
  for (const Capability capability : scenario.needs)
    if (std::string reason = lacks(capability, implementation, machine); !reason.empty()) return reason;
  if (scenario.link.there())
    if (std::string reason = lacks_link(machine); !reason.empty()) return reason;
  if (std::string reason = lacks_sysctl(scenario, machine); !reason.empty()) return reason;
  const Implied implied(implementation, machine, workers_of(scenario));
  if (!scenario.launches_itself)
    if (std::string reason = implied(scenario.launch); !reason.empty()) return reason;
  for (const Step& step : scenario.steps)
    if (std::string reason = std::visit(implied, step.action); !reason.empty()) return reason;
  for (const Expectation& expectation : scenario.expectations)
    if (std::string reason = std::visit(implied, expectation.subject); !reason.empty()) return reason;
  return {};
}

}  // namespace clusterspec
