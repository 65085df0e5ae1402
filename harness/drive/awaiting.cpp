// Waiting for an event, never for time. A wait that can no longer come true ends at once.
#include <fmt/format.h>

#include <algorithm>

#include "drive/case_driver.hpp"
#include "linux/idle.hpp"

namespace clusterspec {
namespace {

constexpr Duration k_usual_deadline = std::chrono::seconds(5);
constexpr Duration k_longest_start = std::chrono::seconds(2);
constexpr Duration k_look_again = std::chrono::milliseconds(1);

std::string names(const Cluster& cluster, const std::vector<const ProcessState*>& processes) {
  std::vector<std::string> list;
  for (const ProcessState* process : processes) list.push_back(cluster.name(process->pid));
  return list.empty() ? "nobody" : fmt::format("{}", fmt::join(list, ", "));
}

std::string ready_text(const Cluster& cluster, const std::string& name) {
  const InstanceState* instance = cluster.instance(name);
  if (!instance) return "it was not launched";
  const Target workers{Role::workers, 0, name};
  const auto open = cluster.listeners_of(Target{Role::all, 0, name});
  const auto listening =
      std::count_if(open.begin(), open.end(), [](const ListenerState* l) { return l->open(); });
  std::string text = fmt::format("{} of {} listeners are open on port {}, {} of {} workers were started",
                                 listening, instance->launched.listeners, instance->launched.port,
                                 cluster.of(workers).size(), instance->launched.workers);
  // Who is missing, and why if that is known.
  constexpr std::size_t k_most_named = 4;
  std::size_t named = 0;
  for (const ProcessState* process : cluster.of(Target{Role::all, 0, name})) {
    const bool listens = std::any_of(open.begin(), open.end(), [&](const ListenerState* listener) {
      return listener->open() && listener->facts.pid == process->pid;
    });
    if ((process->alive() && listens) || named++ >= k_most_named) continue;
    text += fmt::format("; {} {}", cluster.name(process->pid),
                        process->alive()  ? "does not listen there"
                        : process->status ? "has ended: " + wait_status_text(*process->status)
                                          : "has ended, status not known");
  }
  return text;
}

}  // namespace

bool CaseDriver::line_seen(const Await& step) const {
  const Cluster& cluster = m_recorder.cluster();
  const bool by_writer = *step.line == LineKind::terminating;
  const auto lines = std::count_if(m_lines.begin(), m_lines.end(),
                                   [&](const SeenLine& seen) { return seen.kind == *step.line; });
  if (step.count) return lines >= *step.count;
  const auto meant = cluster.of(step.of);
  // Where the kernel does not tell who wrote a line, as many lines as processes must do.
  const bool writers_known =
      std::any_of(m_lines.begin(), m_lines.end(), [](const SeenLine& seen) { return seen.writer != 0; });
  if (by_writer && !writers_known) return lines >= static_cast<long>(meant.size());
  return !meant.empty() && std::all_of(meant.begin(), meant.end(), [&](const ProcessState* process) {
    return std::any_of(m_lines.begin(), m_lines.end(), [&](const SeenLine& seen) {
      return seen.kind == *step.line && (by_writer ? seen.writer : seen.about) == process->pid;
    });
  });
}

// Where workers say that they can serve: a listener that its launcher has opened says nothing of them.
bool CaseDriver::all_said_ready(const std::string& instance) const {
  if (!m_case.implementation->log.ready) return true;
  const InstanceState* state = m_recorder.cluster().instance(instance);
  const auto lines = std::count_if(m_lines.begin(), m_lines.end(),
                                   [](const SeenLine& seen) { return seen.kind == LineKind::ready; });
  // One that has no workers speaks for itself.
  return state && lines >= std::max(1, state->launched.workers);
}

// For what no event tells.
bool CaseDriver::look_until(const std::function<bool()>& condition, Duration within) {
  bool found = false;
  Loop::TimerId again = 0;
  const std::function<void()> look = [&] {
    again = 0;
    found = condition();
    if (!found) again = m_loop.after(k_look_again, look);
  };
  look();
  const bool done = wait([&] { return found; }, within);
  m_loop.cancel(again);
  return done;
}

// A process that has done all that a signal made it do sleeps again.
CaseDriver::Done CaseDriver::await_idle(const Await& step) {
  const auto idle = [&] {
    std::vector<Pid> processes;
    for (const ProcessState* process : m_recorder.cluster().of(step.of))
      if (process->alive()) processes.push_back(process->pid);
    const auto before = switches_if_idle(processes);
    // One that waits for us to answer its call sleeps too.
    return before && !(m_calls && m_calls->any_waits()) && switches_if_idle(processes) == before;
  };
  const bool done = look_until(idle, step.within.value_or(k_usual_deadline));
  if (m_polling) m_polling->look_now();
  catch_up();
  if (!done) {
    std::vector<const ProcessState*> busy = m_recorder.cluster().of(step.of);
    std::erase_if(busy, [](const ProcessState* p) { return !p->alive() || switches_if_idle({p->pid}); });
    m_missing = fmt::format("{} did not come to rest",
                            busy.empty() ? to_text(step.of) : names(m_recorder.cluster(), busy));
  }
  return done;
}

CaseDriver::Done CaseDriver::act(const Await& step) {
  const Cluster& cluster = m_recorder.cluster();
  const std::string& instance = step.of.instance;
  const auto living = [&] {
    auto processes = cluster.of(step.of);
    std::erase_if(processes, [](const ProcessState* process) { return !process->alive(); });
    return processes;
  };
  const auto open_listeners = [&] {
    const auto listeners = cluster.listeners_of(step.of);
    return std::count_if(listeners.begin(), listeners.end(),
                         [](const ListenerState* l) { return l->open(); });
  };
  const auto started = [&] {
    return static_cast<int>(cluster.of(Target{Role::workers, 0, instance}).size());
  };

  std::function<bool()> condition, hopeless = [] { return false; };
  std::function<std::string()> missing;
  Duration within = step.within.value_or(k_usual_deadline);
  switch (step.what) {
    case Awaited::ready:
      within = step.within.value_or(m_case.implementation->start_within);
      condition = [&] { return cluster.ready(instance) && all_said_ready(instance); };
      hopeless = [&] { return launcher_ended(instance); };
      missing = [&] {
        if (!cluster.ready(instance)) return ready_text(cluster, instance);
        return fmt::format("not every worker has printed its line \"{}\"",
                           printable(m_case.implementation->log.ready.value_or("")));
      };
      break;
    case Awaited::started:
      condition = [&] { return started() >= step.count.value_or(1); };
      hopeless = [&] { return launcher_ended(instance); };
      missing = [&] {
        return fmt::format("{} of {} workers were started", started(), step.count.value_or(1));
      };
      break;
    case Awaited::exited:
      condition = [&] { return living().empty(); };
      missing = [&] { return fmt::format("still running: {}", names(cluster, living())); };
      break;
    case Awaited::listeners_closed:
      // Where calls are not watched nobody tells that a listener was closed before its process has ended.
      condition = [&] {
        if (open_listeners() > 0) m_listeners->poll();
        return open_listeners() == 0;
      };
      missing = [&] {
        return fmt::format("{} listeners of {} are still open", open_listeners(), to_text(step.of));
      };
      break;
    case Awaited::concluded:
      condition = [&] { return m_probe->all_concluded(step.connections); };
      missing = [&] {
        return fmt::format(
            "{} of {} connections have no outcome yet",
            m_probe->begun(step.connections) - m_probe->reached(step.connections, Phase::concluded),
            m_probe->begun(step.connections));
      };
      break;
    case Awaited::idle:
      return await_idle(step);
    case Awaited::line:
      condition = [&] { return line_seen(step); };
      hopeless = [&] { return gone(instance); };
      missing = [&] {
        const auto& pattern = pattern_of(m_case.implementation->log, *step.line);
        return fmt::format("no line \"{}\" for {}",
                           pattern ? printable(*pattern) : std::string(name_of(*step.line)),
                           to_text(step.of));
      };
  }
  const auto said = [&] { return step.or_message && m_messages > m_messages_before; };
  wait([&] { return condition() || said() || hopeless(); }, within);
  drain_outputs();
  if (!condition()) {
    if (said()) return true;
    m_missing = missing() + (step.or_message ? ", and nothing was said on standard error" : "");
    return false;
  }
  // Forked workers are there, and their socket listens, before anybody has the handlers of its signals. No
  // event tells that all of them have: then everybody sleeps, and for longer than in the middle of starting.
  if (step.what == Awaited::ready && m_case.implementation->dialect.forks) {
    Await rest = step;
    rest.of = Target{Role::all, 0, instance};
    // A server that is never at rest is as ready as it will be.
    rest.within = k_longest_start;
    if (const Done settled = await_idle(rest); !settled) return settled;
  }
  if (step.what == Awaited::ready) look_at_all("ready");
  return true;
}

}  // namespace clusterspec
