#include "judge/stands_for.hpp"

#include <algorithm>

#include "judge/charged_requirements.hpp"

namespace clusterspec {

namespace {

using namespace charged;

// The steps before the one that could not be done.
using Before = std::span<const Step>;

bool is_first(const Target& target) { return target.instance == k_first_instance; }

// Was the whole cluster asked to end, as its operator does it?
bool interrupted(Before before, const Dialect& dialect) {
  return std::any_of(before.begin(), before.end(), [&](const Step& step) {
    if (const auto* press = std::get_if<Press>(&step.action)) return press->key == Key::ctrl_c;
    const auto* signal = std::get_if<SendSignal>(&step.action);
    const auto sent = signal ? meant(*signal, dialect) : std::nullopt;
    return sent && sent->signal == dialect.graceful_signal && is_first(sent->to) &&
           (sent->to.role == Role::group || sent->to.role == Role::all ||
            sent->to.role == dialect.graceful_target.role);
  });
}

// Until then a server has only been started.
bool disturbed(Before before) {
  return std::any_of(before.begin(), before.end(), [](const Step& step) {
    const auto* launch = std::get_if<Launch>(&step.action);
    return std::holds_alternative<Press>(step.action) || std::holds_alternative<SendSignal>(step.action) ||
           std::holds_alternative<Occupy>(step.action) || std::holds_alternative<Inject>(step.action) ||
           std::holds_alternative<SpoilOutput>(step.action) || std::holds_alternative<Replace>(step.action) ||
           std::holds_alternative<Orphan>(step.action) || std::holds_alternative<Freeze>(step.action) ||
           (launch && launch->instance != k_first_instance);
  });
}

struct Precondition {
  Before before;
  int until;
  const CaseView& view;

  // Empty: it stands for nothing but what the scenario is about.
  std::string operator()(const Await& step) const {
    if (!is_first(step.of)) return {};
    switch (step.what) {
      case Awaited::ready:
        return not_executed() ? k_fresh_image : few_workers() ? k_exact_count : k_listens;
      case Awaited::started:
        return not_executed() ? k_fresh_image : k_exact_count;
      case Awaited::exited:
      case Awaited::listeners_closed:
        if (!interrupted(before, view.implementation().dialect)) return {};
        return surplus() ? k_exact_count : k_interrupt;
      case Awaited::line:
        if (!step.line) return {};
        return *step.line == LineKind::terminating && out_of_reach(step.of) ? k_interrupt
                                                                            : announced(*step.line, step.of);
      case Awaited::concluded:
      case Awaited::idle:
        break;
    }
    return {};
  }

  std::string operator()(const Open&) const { return disturbed(before) ? "" : k_serves; }

  std::string operator()(const AwaitHeld& step) const {
    for (const Step& earlier : before) {
      const auto* hold = std::get_if<Hold>(&earlier.action);
      if (!hold || hold->name != step.name) continue;
      switch (hold->call) {
        case Call::execve:
          return disturbed(before) ? "" : k_fresh_image;
        case Call::bind:
        case Call::listen:
          return disturbed(before) ? ""
                 : not_executed()  ? k_fresh_image
                 : few_workers()   ? k_exact_count
                                   : k_listens;
        case Call::accept:
          return disturbed(before) ? "" : k_serves;
        case Call::exit_group:
        case Call::close:
          return interrupted(before, view.implementation().dialect) ? k_interrupt : "";
        case Call::kill:
        case Call::clone:
        case Call::write:
          return {};
      }
    }
    return {};
  }

  template <class Other>
  std::string operator()(const Other&) const {
    return {};
  }

  std::string announced(LineKind line, const Target& target) const {
    switch (line) {
      case LineKind::started:
        return k_started_line;
      case LineKind::stopped:
        return some_failed(target) ? k_clean_stop : k_stopped_line;
      case LineKind::failed:
        return k_failed_line;
      case LineKind::terminating:
        return k_terminating_line;
      case LineKind::ready:
        return k_listens;
    }
    return {};
  }

  // Children of the launcher that never executed anything where workers are missing: they are those workers.
  bool not_executed() const {
    if (!few_workers() || view.implementation().dialect.forks) return false;
    const ProcessState* launcher = view.cluster().launcher(k_first_instance);
    const auto& processes = view.cluster().processes();
    return launcher && std::any_of(processes.begin(), processes.end(), [&](const ProcessState& process) {
             return process.parent == launcher->pid && process.executions == 0 &&
                    process.appeared_at <= until && view.event(process.appeared_at).source != Source::polling;
           });
  }

  bool some_failed(const Target& target) const {
    const auto processes = view.cluster().of(target);
    return std::any_of(processes.begin(), processes.end(),
                       [](const ProcessState* process) { return process->status.value_or(0) != 0; });
  }

  // Whom no signal reached has nothing to announce.
  bool out_of_reach(const Target& target) const {
    const auto signals = view.all<Signalled>();
    const auto processes = view.cluster().of(target);
    return std::any_of(processes.begin(), processes.end(), [&](const ProcessState* process) {
      return std::none_of(signals.begin(), signals.end(),
                          [&](const auto& signal) { return hits(view, signal, *process); });
    });
  }

  // Processes that nobody asked for may not know of the interrupt, and keep up those that wait for them.
  bool surplus() const {
    const ProcessState* launcher = view.cluster().launcher(k_first_instance);
    const auto& processes = view.cluster().processes();
    return launcher && std::any_of(processes.begin(), processes.end(), [&](const ProcessState& process) {
             const bool grandchild = process.ordinal == 0 && process.parent != launcher->pid;
             return process.instance == k_first_instance && !process.launcher &&
                    process.appeared_at <= until && (grandchild || !view.asked_for(process));
           });
  }

  // A worker that was never started cannot listen: that it does not is no second fault.
  bool few_workers() const {
    const InstanceState* instance = view.cluster().instance(k_first_instance);
    if (!instance) return false;
    const auto workers = view.cluster().of(Target{Role::workers, 0, std::string(k_first_instance)});
    const auto started = std::count_if(workers.begin(), workers.end(), [&](const ProcessState* worker) {
      return worker->appeared_at <= until;
    });
    return started < instance->launched.workers;
  }
};

}  // namespace

std::vector<RequirementId> stands_for(int index, int until, const CaseView& view) {
  const Scenario& scenario = view.scenario();
  if (index < 0 || static_cast<std::size_t>(index) >= scenario.steps.size()) return scenario.verifies;
  const Step& step = scenario.steps[static_cast<std::size_t>(index)];
  if (!step.verifies.empty()) return step.verifies;
  const auto before = std::span(scenario.steps).first(static_cast<std::size_t>(index));
  std::string id = std::visit(Precondition{before, until, view}, step.action);
  return id.empty() ? scenario.verifies : std::vector<RequirementId>{std::move(id)};
}

}  // namespace clusterspec
