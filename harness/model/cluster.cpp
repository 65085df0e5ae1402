#include "model/cluster.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace clusterspec {
namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace

Cluster Cluster::of(const Journal& journal) {
  Cluster cluster;
  for (std::size_t i = 0; i < journal.size(); ++i) cluster.apply(journal[i], static_cast<int>(i));
  return cluster;
}

void Cluster::apply(const Event& event, int number) {
  std::visit(Overloaded{[&](const Launched& e) {
                          m_instances.push_back({e.instance, e, number});
                          ProcessState& process = known(e.pid, number);
                          process.launcher = true;
                          process.instance = e.instance;
                        },
                        [&](const Appeared& e) {
                          ProcessState& process = known(e.pid, number);
                          process.parent = e.parent;
                          process.group = e.group;
                          process.session = e.session;
                          process.own_pid = e.own_pid;
                          if (process.instance.empty())
                            if (const ProcessState* parent = this->process(e.parent))
                              process.instance = parent->instance;
                          const InstanceState* instance = this->instance(process.instance);
                          const bool forked = instance && instance->launched.forks.value_or(false);
                          // Only polling saw it: then there is no execve to tell a worker by.
                          if (forked || event.source == Source::polling) adopt(process);
                        },
                        [&](const Executed& e) {
                          if (!e.possible) return;
                          ProcessState& process = known(e.pid, number);
                          ++process.executions;
                          if (is_helper(process, e)) {
                            process.helper = true;
                            process.ordinal = 0;
                          } else {
                            adopt(process);
                          }
                        },
                        [&](const Described& e) {
                          ProcessState& process = known(e.pid, number);
                          process.described = e;
                          process.parent = process.parent ? process.parent : e.parent;
                          process.group = e.group;
                          process.session = e.session;
                        },
                        [&](const Listening& e) {
                          if (e.pid) known(e.pid, number);
                          // Polling may see a socket while two processes hold it, and its one owner later.
                          for (ListenerState& listener : m_listeners) {
                            if (!listener.open() || listener.facts.socket != e.socket) continue;
                            listener.facts.pid = e.pid;
                            return;
                          }
                          m_listeners.push_back({e, number, k_never});
                        },
                        [&](const ListenersSeen& e) {
                          // A dump that lacks a listener proves it closed, earlier than the kernel's own
                          // notice may come.
                          for (ListenerState& listener : m_listeners) {
                            if (!listener.open()) continue;
                            const bool there = std::any_of(e.listeners.begin(), e.listeners.end(),
                                                           [&](const ListenerSeen& seen) {
                                                             return seen.socket == listener.facts.socket;
                                                           });
                            if (!there) listener.closed_at = number;
                          }
                        },
                        [&](const ListenerClosed& e) {
                          for (ListenerState& listener : m_listeners)
                            if (listener.open() && listener.facts.socket == e.socket)
                              listener.closed_at = number;
                        },
                        [&](const Exiting& e) { ending(e.pid, number).exiting_at = number; },
                        [&](const Exited& e) {
                          ProcessState& process = ending(e.pid, number);
                          if (!process.alive()) return;
                          process.exited_at = number;
                          process.status = e.status;
                        },
                        [&](const Reaped& e) { reaped(e, number); }, [](const auto&) {}},
             event.what);
}

void Cluster::reaped(const Reaped& event, int number) {
  ProcessState& process = ending(event.pid, number);
  process.reaped_at = number;
  process.adopted = event.adopted.value_or(false);
}

ProcessState& Cluster::known(Pid pid, int number) {
  for (ProcessState& process : m_processes)
    if (process.pid == pid && process.reaped_at == k_never) return process;
  // A pid that was reaped and comes again is another process.
  ProcessState process;
  process.pid = pid;
  process.appeared_at = number;
  m_processes.push_back(process);
  return m_processes.back();
}

ProcessState& Cluster::ending(Pid pid, int number) {
  // The newest bearer, even if that it was waited for became known before its end.
  for (auto it = m_processes.rbegin(); it != m_processes.rend(); ++it)
    if (it->pid == pid) return *it;
  return known(pid, number);
}

bool Cluster::is_helper(const ProcessState& process, const Executed& execution) const {
  const ProcessState* parent = this->process(process.parent);
  const InstanceState* instance = parent ? this->instance(parent->instance) : nullptr;
  if (!instance || !instance->launched.helpers) return false;
  const std::string command = fmt::format("{}", fmt::join(execution.arguments, " "));
  const auto& patterns = *instance->launched.helpers;
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return glob_matches(pattern, command); });
}

void Cluster::adopt(ProcessState& process) {
  if (process.launcher || process.ordinal || process.helper) return;
  const ProcessState* parent = this->process(process.parent);
  if (!parent) return;
  process.instance = parent->instance;
  if (!parent->launcher) return;
  int last = 0;
  for (const ProcessState& other : m_processes)
    if (other.instance == process.instance) last = std::max(last, other.ordinal);
  process.ordinal = last + 1;
}

const ProcessState* Cluster::process(Pid pid) const {
  // The newest bearer of the pid.
  for (auto it = m_processes.rbegin(); it != m_processes.rend(); ++it)
    if (it->pid == pid) return &*it;
  return nullptr;
}

Pid Cluster::pid_of_named(long named) const {
  bool nested = false;
  for (auto it = m_processes.rbegin(); it != m_processes.rend(); ++it) {
    nested = nested || it->own_pid;
    if (it->own_pid == named) return it->pid;
  }
  return nested ? 0 : static_cast<Pid>(named);
}

const InstanceState* Cluster::instance(std::string_view name) const {
  for (const InstanceState& candidate : m_instances)
    if (candidate.name == name) return &candidate;
  return nullptr;
}

const ProcessState* Cluster::launcher(std::string_view instance) const {
  const InstanceState* found = this->instance(instance);
  return found ? process(found->launched.pid) : nullptr;
}

const ListenerState* Cluster::listener(SocketCookie socket) const {
  for (const ListenerState& listener : m_listeners)
    if (listener.facts.socket == socket) return &listener;
  return nullptr;
}

std::vector<const ProcessState*> Cluster::of(const Target& target) const {
  std::vector<const ProcessState*> chosen;
  const InstanceState* instance = this->instance(target.instance);
  const bool launcher_serves = !instance || instance->launched.launcher_serves.value_or(true);
  for (const ProcessState& process : m_processes) {
    if (process.instance != target.instance) continue;
    if (target.role == Role::servers && process.launcher && !launcher_serves) continue;
    const bool wanted = target.role == Role::launcher  ? process.launcher
                        : target.role == Role::workers ? process.ordinal > 0
                        : target.role == Role::worker  ? process.ordinal == target.ordinal
                                                       : process.launcher || process.ordinal > 0;
    if (wanted) chosen.push_back(&process);
  }
  return chosen;
}

std::vector<const ListenerState*> Cluster::listeners_of(const Target& target) const {
  std::vector<const ListenerState*> chosen;
  const InstanceState* instance = this->instance(target.instance);
  if (!instance) return chosen;
  const auto processes = of(target);
  for (const ListenerState& listener : m_listeners) {
    const bool theirs = std::any_of(processes.begin(), processes.end(), [&](const ProcessState* process) {
      return process->pid == listener.facts.pid;
    });
    if (theirs && listener.facts.port == instance->launched.port) chosen.push_back(&listener);
  }
  return chosen;
}

bool Cluster::ready(std::string_view name) const {
  const InstanceState* instance = this->instance(name);
  if (!instance) return false;
  // A worker too many may listen before one of those that were asked for does: its listener stands for
  // nobody.
  std::vector<Pid> surplus;
  // Where neither the launcher nor any worker is said to listen nobody is too many: it is not known who will.
  const bool unknown = instance->launched.workers == 0 && !instance->launched.launcher_serves.value_or(true);
  int open = 0, workers = 0;
  for (const ProcessState& process : m_processes)
    if (process.instance == name && process.ordinal > 0 && process.alive() &&
        ++workers > instance->launched.workers && !unknown)
      surplus.push_back(process.pid);
  for (const ListenerState& listener : m_listeners) {
    const ProcessState* owner = process(listener.facts.pid);
    if (listener.open() && listener.facts.port == instance->launched.port &&
        (!owner || owner->instance == name) &&
        std::find(surplus.begin(), surplus.end(), listener.facts.pid) == surplus.end())
      ++open;
  }
  return open >= instance->launched.listeners && workers >= instance->launched.workers;
}

std::string Cluster::name(Pid pid) const {
  const ProcessState* process = this->process(pid);
  if (!process || (!process->launcher && process->ordinal == 0)) return fmt::format("process {}", pid);
  const std::string prefix = process->instance == k_first_instance ? "" : process->instance + "/";
  if (process->launcher) return fmt::format("{}launcher (pid {})", prefix, pid);
  return fmt::format("{}worker {} (pid {})", prefix, process->ordinal, pid);
}

}  // namespace clusterspec
