#include "judge/moments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace clusterspec {

namespace {

When exactly(int number) { return {.proven = number, .begun = number}; }

// While a process is kept at its exit call the listeners are dumped; that dump is its end for the order of
// things, whether it was written before or after the call itself.
int exit_call(const ProcessState& process, const CaseView& view) {
  if (process.exiting_at == k_never) return k_never;
  const std::string occasion = fmt::format("exiting {}", process.pid);
  int nearest = process.exiting_at, distance = 3;
  for (const auto& seen : view.all<ListenersSeen>()) {
    const int apart = std::abs(seen.number - process.exiting_at);
    if (seen->occasion == occasion && apart < distance) {
      nearest = seen.number;
      distance = apart;
    }
  }
  return nearest;
}

std::optional<When> end_of(const ProcessState& process, const CaseView& view) {
  if (process.exited_at == k_never || view.ended_by_cleaning(process)) return std::nullopt;
  When end = exactly(process.exited_at);
  end.inexact = view.event(process.exited_at).source == Source::polling;
  // A launcher has begun to end when it calls exit. Of a worker nobody can know before it is gone.
  if (const int call = exit_call(process, view); process.launcher && call != k_never) {
    end.begun = call;
    end.inexact = false;
  }
  return end;
}

std::optional<When> end_of(const ListenerState& listener, const CaseView& view) {
  if (listener.open()) return std::nullopt;
  When end = exactly(listener.closed_at);
  end.last_not = listener.opened_at;
  for (const auto& seen : view.all<ListenersSeen>()) {
    const bool there =
        std::any_of(seen->listeners.begin(), seen->listeners.end(),
                    [&](const ListenerSeen& one) { return one.socket == listener.facts.socket; });
    if (there && seen.number < listener.closed_at) end.last_not = std::max(end.last_not, seen.number);
  }
  end.inexact = view.event(listener.closed_at).source == Source::polling;
  return end;
}

// Of several: the last, if all have happened; or the first.
std::optional<When> of_several(const std::vector<std::optional<When>>& each, bool first) {
  std::optional<When> chosen;
  for (const auto& one : each) {
    if (!one) {
      if (!first) return std::nullopt;
      continue;
    }
    if (!chosen || (first ? one->proven < chosen->proven : one->proven > chosen->proven)) chosen = one;
  }
  return chosen;
}

std::optional<When> ended(const Moment& moment, const CaseView& view) {
  const auto processes = view.cluster().of(moment.of);
  if (processes.empty() && view.expected_number(moment.of) == 0) return When{.vacuous = true};
  std::vector<std::optional<When>> each;
  if (moment.happening == Happening::exited)
    for (const ProcessState* process : processes) each.push_back(end_of(*process, view));
  else
    for (const ListenerState* listener : view.cluster().listeners_of(moment.of))
      each.push_back(end_of(*listener, view));
  return of_several(each, moment.first);
}

std::optional<When> concluded(const Moment& moment, const CaseView& view) {
  std::vector<std::optional<When>> each;
  for (const auto& connection : view.all<Concluded>())
    if (connection->group == moment.name) each.push_back(exactly(connection.number));
  return of_several(each, moment.first);
}

std::optional<When> ready(const std::string& instance, const CaseView& view) {
  Cluster cluster;
  for (int number = 0; number < static_cast<int>(view.events().size()); ++number) {
    cluster.apply(view.event(number), number);
    const What& what = view.event(number).what;
    const bool can_make_ready =
        std::holds_alternative<Launched>(what) || std::holds_alternative<Listening>(what) ||
        std::holds_alternative<Appeared>(what) || std::holds_alternative<Executed>(what);
    if (can_make_ready && cluster.ready(instance)) return exactly(number);
  }
  return std::nullopt;
}

// Stopping and continuing a process (freeze, thaw) ask nothing of it.
std::optional<When> signalled(const std::string& instance, const CaseView& view) {
  const auto processes = view.cluster().of(Target{Role::all, 0, instance});
  for (const auto& signal : view.all<Signalled>()) {
    if (signal->by != 0 || signal->signal == SIGSTOP || signal->signal == SIGCONT) continue;
    if (std::any_of(processes.begin(), processes.end(),
                    [&](const ProcessState* process) { return hits(view, signal, *process); }))
      return exactly(signal.number);
  }
  return std::nullopt;
}

std::optional<When> step(const std::string& name, const CaseView& view) {
  const auto& steps = view.scenario().steps;
  for (const auto& begun : view.all<StepBegun>()) {
    if (begun->index < 0 || static_cast<std::size_t>(begun->index) >= steps.size()) continue;
    const Step& candidate = steps[static_cast<std::size_t>(begun->index)];
    const Look* look = std::get_if<Look>(&candidate.action);
    if (candidate.name == name || (look && look->name == name)) return exactly(begun.number);
  }
  return std::nullopt;
}

}  // namespace

std::optional<When> when(const Moment& moment, const CaseView& view) {
  switch (moment.happening) {
    case Happening::launched: {
      const InstanceState* instance = view.cluster().instance(moment.of.instance);
      return instance ? std::optional(exactly(instance->launched_at)) : std::nullopt;
    }
    case Happening::ready:
      return ready(moment.of.instance, view);
    case Happening::signalled:
      return signalled(moment.of.instance, view);
    case Happening::closed_listener:
    case Happening::exited:
      return ended(moment, view);
    case Happening::concluded:
      return concluded(moment, view);
    case Happening::step:
      break;
  }
  return step(moment.name, view);
}

Sequence sequence(const When& first, const When& second) {
  if (first.vacuous || second.vacuous) return Sequence::kept;
  // A listener's closing and a launcher's exit can be proven by one dump: absent from the dump at the exit
  // call, it was closed before. Present in it, it was not. So an exit call comes just after what its dump
  // shows.
  const bool exit_call_with_dump = second.begun < second.proven;
  if (first.proven < second.begun || (exit_call_with_dump && first.proven == second.begun))
    return Sequence::kept;
  // The second had begun, and even then the first had not happened.
  const bool seen_before = first.last_not != k_never;
  const int not_before = seen_before ? first.last_not : first.proven;
  if ((seen_before || !first.inexact) && not_before >= second.begun) return Sequence::broken;
  return Sequence::undecided;
}

}  // namespace clusterspec
