#include "learn/signal_conclusions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace clusterspec {
namespace {

struct Tried {
  Signal signal;
  Role to;
  SignalFacts facts;

  // By itself, and with everybody gone.
  bool whole_end() const { return facts.ended && facts.left == 0; }
  bool answered() const { return facts.flight == Outcome::answered; }
  // The kernel's own answer to a signal that nobody handles.
  bool killed() const { return facts.status && (*facts.status & 0x7f) == signal.number; }
};

// In this order a service manager, a terminal and an operator are the first to be asked for.
constexpr std::array k_graceful{std::pair{SIGTERM, Role::launcher},  std::pair{SIGINT, Role::group},
                                std::pair{SIGQUIT, Role::launcher},  std::pair{SIGINT, Role::launcher},
                                std::pair{SIGWINCH, Role::launcher}, std::pair{SIGUSR1, Role::launcher},
                                std::pair{SIGUSR2, Role::launcher},  std::pair{SIGHUP, Role::launcher}};

std::vector<Tried> tried_in(const std::vector<Run>& runs) {
  std::vector<Tried> all;
  for (const Run& run : runs)
    if (run.trial.workers == k_usual_workers && !run.trial.option_first)
      all.push_back({run.trial.signal, run.trial.to.role, signal_facts(run.journal)});
  return all;
}

const Tried* find(const std::vector<Tried>& all, int signal, Role to) {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Tried& it) { return it.signal.number == signal && it.to == to; });
  return found == all.end() ? nullptr : &*found;
}

const Tried* graceful_among(const std::vector<Tried>& all, bool with_flight) {
  // Who ends by itself is more graceful than who is killed, unless it ends itself so after an answer.
  for (const bool may_be_killed : {false, true})
    for (const auto& [signal, to] : k_graceful)
      if (const Tried* it = find(all, signal, to); it && it->whole_end() &&
                                                   (!with_flight || it->answered()) &&
                                                   (may_be_killed || with_flight || !it->killed()))
        return it;
  return nullptr;
}

void choose_graceful(const ServerCommand& command, const std::vector<Tried>& all, Conclusions& it) {
  const bool with_flight = !command.slow.empty();
  const Tried* graceful = graceful_among(all, with_flight);
  const bool cuts = !graceful;
  if (!graceful) graceful = graceful_among(all, false);
  if (!graceful) {
    it.unknown["dialect.graceful-signal"] = "none of the signals ended the launcher and all of its children";
    return;
  }
  it.dialect.graceful_signal = graceful->signal;
  it.dialect.graceful_target = Target{graceful->to, 0, std::string(k_first_instance)};
  const int status = graceful->facts.status.value_or(0);
  if (status & 0x7f)
    it.dialect.exit_signal = Signal{status & 0x7f};
  else
    it.dialect.exit_code = (status >> 8) & 0xff;
  it.because["dialect.graceful-signal"] =
      !with_flight ? "it ended the launcher and all children; whether it waits for requests was not tried "
                     "(--slow PATH)"
      : cuts       ? "it ended the launcher and all children; no signal left a request in flight its answer"
                   : "the request in flight was answered, and everybody ended";
  it.because["dialect.graceful-target"] = "who was signalled then";
  it.because[status & 0x7f ? "dialect.exit-signal" : "dialect.exit-code"] = "as it ended then";
}

void choose_others(const ServerCommand& command, const std::vector<Tried>& all, Conclusions& it) {
  for (const int signal : {SIGTERM, SIGINT, SIGQUIT}) {
    const Tried* tried = find(all, signal, Role::launcher);
    const bool fast =
        tried && tried->whole_end() && !tried->answered() && !tried->killed() && !command.slow.empty();
    if (!fast || it.dialect.graceful_signal == tried->signal) continue;
    it.dialect.fast_signals.push_back(tried->signal);
    it.because["dialect.fast-signals"] = "everybody ended, and the request in flight was cut";
  }
  if (command.slow.empty())
    it.unknown["dialect.fast-signals"] = "which signals end it without waiting for requests (--slow PATH)";
  for (const int signal : {SIGHUP, SIGUSR2, SIGUSR1}) {
    const Tried* tried = find(all, signal, Role::launcher);
    const bool replaced = tried && !tried->facts.ended && tried->facts.came > 0 && tried->facts.remained == 0;
    if (!replaced || it.dialect.reload_signal) continue;
    it.dialect.reload_signal = tried->signal;
    it.because["dialect.reload-signal"] = "the launcher went on, with other children";
  }
  if (!it.dialect.reload_signal)
    it.unknown["dialect.reload-signal"] = "no signal left the launcher with other children";
  const Tried* killed = find(all, SIGKILL, Role::workers);
  if (!killed || !killed->facts.sent) return;
  it.dialect.restarts_workers = !killed->facts.ended && killed->facts.came > 0;
  it.because["dialect.restarts-workers"] =
      killed->facts.ended      ? "when all children were killed the launcher ended too"
      : killed->facts.came > 0 ? "when all children were killed others came"
                               : "when all children were killed nobody came for them";
}

}  // namespace

std::string signal_text(const Trial& trial, const SignalFacts& facts) {
  std::string text = fmt::format("{} to {}: ", to_text(trial.signal),
                                 trial.to.role == Role::group     ? "the group, as Ctrl-C"
                                 : trial.to.role == Role::workers ? "all children"
                                                                  : "the launcher");
  if (!facts.sent) return text + "not sent, nobody was there";
  if (facts.ended)
    text += fmt::format("the launcher ended after {} ms, {}", facts.took_ms,
                        facts.status ? wait_status_text(*facts.status) : "status not known");
  else
    text += "the launcher went on";
  if (facts.left > 0) text += fmt::format(", {} processes outlived it", facts.left);
  if (!facts.ended && facts.came > 0)
    text += fmt::format(", {} new children, {} as before", facts.came, facts.remained);
  if (facts.flight)
    text += fmt::format("; the request in flight: {}",
                        facts.flight == Outcome::abandoned ? "no answer yet" : name_of(*facts.flight));
  return text;
}

const Run* graceful_run(const std::vector<Run>& runs, const Dialect& dialect) {
  for (const Run& run : runs)
    if (run.trial.workers == k_usual_workers && run.trial.signal == dialect.graceful_signal &&
        run.trial.to.role == dialect.graceful_target.role)
      return &run;
  return nullptr;
}

void conclude_signals(const ServerCommand& command, const std::vector<Run>& runs, Conclusions& it) {
  const std::vector<Tried> all = tried_in(runs);
  choose_graceful(command, all, it);
  choose_others(command, all, it);
  for (const Run& run : runs)
    if (run.trial.workers == k_usual_workers && !run.trial.option_first)
      it.signals.push_back(signal_text(run.trial, signal_facts(run.journal)));
}

}  // namespace clusterspec
