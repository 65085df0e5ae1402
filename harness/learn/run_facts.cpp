#include "learn/run_facts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "model/cluster.hpp"

namespace clusterspec {
namespace {

constexpr std::string_view k_look = "serving";

std::size_t position_of_signal(const Journal& journal) {
  const auto found = std::find_if(journal.begin(), journal.end(), [](const Event& event) {
    const auto* signalled = std::get_if<Signalled>(&event.what);
    return signalled && signalled->by == 0;
  });
  return static_cast<std::size_t>(found - journal.begin());
}

Cluster cluster_at(const Journal& journal, std::size_t end) {
  return Cluster::of(Journal(journal.begin(), journal.begin() + static_cast<std::ptrdiff_t>(end)));
}

template <class T>
const T* look_of(const Journal& journal, std::string_view occasion) {
  for (const Event& event : journal)
    if (const T* seen = std::get_if<T>(&event.what); seen && seen->occasion == occasion) return seen;
  return nullptr;
}

// Why the step that failed did: the first of them ends the case.
std::string missing(const Journal& journal) {
  for (const Event& event : journal) {
    if (const auto* fault = std::get_if<HarnessFault>(&event.what)) return fault->text;
    if (const auto* runaway = std::get_if<Runaway>(&event.what))
      return fmt::format("it had {} {}, and was stopped", runaway->count, runaway->of);
    if (const auto* ended = std::get_if<StepEnded>(&event.what); ended && !ended->done) return ended->detail;
  }
  return "the run ended before it served";
}

std::string command_of(const Journal& journal, const Cluster& cluster, const ProcessState& process) {
  if (process.described) return fmt::format("{}", fmt::join(process.described->arguments, " "));
  for (auto it = journal.rbegin(); it != journal.rend(); ++it)
    if (const auto* executed = std::get_if<Executed>(&it->what);
        executed && executed->possible && executed->pid == process.pid)
      return fmt::format("{}", fmt::join(executed->arguments, " "));
  const ProcessState* parent = cluster.process(process.parent);
  return parent ? command_of(journal, cluster, *parent) : std::string();
}

std::set<Pid> acceptors(const Journal& journal) {
  std::set<Pid> pids;
  for (const Event& event : journal)
    if (const auto* held = std::get_if<HeldAt>(&event.what)) pids.insert(held->pid);
  return pids;
}

std::set<Pid> children_alive(const ProcessesSeen& seen, Pid launcher) {
  std::set<Pid> pids;
  for (const ProcessSeen& process : seen.processes)
    if (process.parent == launcher && process.state != 'Z') pids.insert(process.pid);
  return pids;
}

std::set<long> numbers_in(const std::string& text) {
  std::set<long> numbers;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    if (end > i && end - i <= 9) numbers.insert(std::stol(text.substr(i, end - i)));
    i = std::max(end, i + 1);
  }
  return numbers;
}

void tell_processes(const Journal& journal, const ProcessesSeen& seen, ServingFacts& facts) {
  const auto end = std::find_if(journal.begin(), journal.end(), [&](const Event& event) {
    return std::get_if<ProcessesSeen>(&event.what) == &seen;
  });
  const Cluster cluster = cluster_at(journal, static_cast<std::size_t>(end - journal.begin()));
  const ProcessState* launcher = cluster.launcher();
  const std::set<Pid> accepting = acceptors(journal);
  if (!launcher) return;
  const ListenersSeen* sockets = look_of<ListenersSeen>(journal, k_look);
  const auto holds = [&](Pid pid) {
    return sockets && std::any_of(sockets->listeners.begin(), sockets->listeners.end(), [&](const auto& one) {
             return std::find(one.holders.begin(), one.holders.end(), pid) != one.holders.end();
           });
  };
  int children = 0;
  std::vector<Pid> pids{launcher->pid};
  for (const ProcessSeen& one : seen.processes)
    if (one.pid != launcher->pid && one.state != 'Z') pids.push_back(one.pid);
  for (const Pid pid : pids) {
    const ProcessState* process = cluster.process(pid);
    if (!process) continue;
    ProcessFact fact;
    fact.pid = pid;
    fact.child = process->parent == launcher->pid;
    fact.name = process->launcher ? "launcher"
                : fact.child      ? fmt::format("child {}", ++children)
                                  : fmt::format("process {}", pid);
    fact.command = command_of(journal, cluster, *process);
    fact.executed = process->executions > 0;
    fact.own_group = process->group != launcher->group;
    fact.holds_listener = holds(pid);
    fact.accepts = accepting.contains(pid);
    facts.processes.push_back(std::move(fact));
  }
}

// What was started may be a script that looks for the server.
void tell_wrapper(const Journal& journal, const ProcessesSeen& seen, ServingFacts& facts) {
  std::set<Pid> gone;
  int executions = 0;
  for (const Event& event : journal) {
    if (std::get_if<ProcessesSeen>(&event.what) == &seen) break;
    if (const auto* ended = std::get_if<Exited>(&event.what)) gone.insert(ended->pid);
    const auto* executed = std::get_if<Executed>(&event.what);
    if (!executed || !executed->possible || facts.processes.empty() ||
        executed->pid != facts.processes.front().pid)
      continue;
    if (++executions > 1) facts.executes = executed->path;
  }
  facts.passing = static_cast<int>(gone.size());
}

void tell_listeners(const ListenersSeen& seen, ServingFacts& facts) {
  for (const ListenerSeen& one : seen.listeners) {
    ListenerFact fact{fmt::format("{}:{}", one.address, one.port), one.reuse_port.value_or(false), {}};
    for (const ProcessFact& process : facts.processes)
      if (std::find(one.holders.begin(), one.holders.end(), process.pid) != one.holders.end())
        fact.holders.push_back(process.name);
    facts.listeners.push_back(std::move(fact));
  }
}

}  // namespace

ServingFacts serving_facts(const Journal& journal) {
  ServingFacts facts;
  for (const Event& event : journal) {
    if (const auto* seen = std::get_if<ProcessesSeen>(&event.what);
        seen && seen->occasion == "ready" && facts.ready_ms == 0)
      facts.ready_ms = event.at / 1'000'000;
    const auto* concluded = std::get_if<Concluded>(&event.what);
    if (!concluded) continue;
    if (concluded->group == "asked") facts.status = std::max(facts.status, concluded->status);
    if (concluded->group == "kept")
      facts.keeps_alive = concluded->outcome == Outcome::abandoned && concluded->answers > 0;
  }
  const auto* processes = look_of<ProcessesSeen>(journal, k_look);
  const auto* listeners = look_of<ListenersSeen>(journal, k_look);
  if (processes) {
    tell_processes(journal, *processes, facts);
    tell_wrapper(journal, *processes, facts);
  }
  if (listeners) tell_listeners(*listeners, facts);
  if (!processes || facts.status == 0) facts.trouble = missing(journal);
  return facts;
}

SignalFacts signal_facts(const Journal& journal) {
  SignalFacts facts;
  const std::size_t at = position_of_signal(journal);
  const Cluster cluster = Cluster::of(journal);
  const ProcessState* launcher = cluster.launcher();
  if (at == journal.size() || !launcher) return facts;
  facts.sent = true;
  for (std::size_t i = at; i < journal.size(); ++i) {
    if (const auto* exited = std::get_if<Exited>(&journal[i].what); exited && exited->pid == launcher->pid) {
      facts.ended = true;
      facts.status = exited->status;
      facts.took_ms = (journal[i].at - journal[at].at) / 1'000'000;
    }
    if (const auto* cleaned = std::get_if<CleanedUp>(&journal[i].what))
      facts.left = static_cast<int>(cleaned->killed.size());
    if (const auto* concluded = std::get_if<Concluded>(&journal[i].what);
        concluded && concluded->group == "flight")
      facts.flight = concluded->outcome;
  }
  const auto* before = look_of<ProcessesSeen>(journal, k_look);
  const auto* after = look_of<ProcessesSeen>(journal, "end");
  if (before && after && !facts.ended) {
    const std::set<Pid> were = children_alive(*before, launcher->pid);
    for (const Pid pid : children_alive(*after, launcher->pid))
      ++(were.contains(pid) ? facts.remained : facts.came);
  }
  return facts;
}

std::vector<LineFact> lines_about_children(const Journal& journal) {
  std::vector<LineFact> lines;
  const Cluster cluster = Cluster::of(journal);
  const std::size_t signal = position_of_signal(journal);
  const ProcessState* launcher = cluster.launcher();
  for (std::size_t i = 0; i < journal.size() && launcher; ++i) {
    const auto* output = std::get_if<Output>(&journal[i].what);
    if (!output || !output->whole || !is_utf8(output->text)) continue;
    for (const long number : numbers_in(output->text)) {
      const ProcessState* process = cluster.process(static_cast<Pid>(number));
      if (process && process->parent == launcher->pid)
        lines.push_back({output->text, process->pid, process->status, i > signal});
    }
  }
  return lines;
}

std::vector<std::string> first_lines(const Journal& journal, std::size_t most) {
  std::vector<std::string> lines;
  for (const Event& event : journal)
    if (const auto* output = std::get_if<Output>(&event.what); output && lines.size() < most)
      lines.push_back(printable(output->text, 160));
  return lines;
}

}  // namespace clusterspec
