#include "reference_server/production.hpp"

#include <algorithm>
#include <csignal>

#include "reference_server/signals.hpp"

namespace reference_server {
namespace {

using namespace std::chrono_literals;
using Then = InterruptStep::Then;

// Only SIGINT forces, which a person sends: orchestrators repeat SIGTERM as a matter of course.
InterruptStep documented_or_forced(const Interrupt& interrupt) {
  if (interrupt.ordinal == 1) return {true, Then::terminate};
  if (interrupt.signal == SIGINT) return {false, Then::force, k_exit_forced};
  return {false, Then::nothing};
}

// A signal of its own, which changes nothing in a worker that is ending already: the terminal may have
// interrupted it too, and being told twice must not count as a second interrupt.
void tell_to_drain(std::span<const pid_t> living) {
  for (const pid_t pid : living) kill(pid, drain_signal());
}

}  // namespace

std::chrono::milliseconds backed_off(int quick_ends) {
  if (quick_ends <= 0) return 0ms;
  constexpr int k_most_doublings = 7;
  return std::min<std::chrono::milliseconds>(100ms * (1 << std::min(quick_ends - 1, k_most_doublings)), 10s);
}

Policy policy_for(const Options& options) {
  const ProductionOptions& wanted = options.production;
  Policy policy = documented_policy();
  if (wanted.graceful_term) policy.signals.graceful.push_back(SIGTERM);
  if (wanted.graceful_hangup) policy.signals.graceful.push_back(SIGHUP);
  if (wanted.reload) policy.signals.reload = SIGUSR2;
  policy.signals.drain = wanted.forward || wanted.reload || wanted.end_with_launcher;
  if (wanted.forward) policy.tell_workers = tell_to_drain;
  if (wanted.force) policy.on_interrupt = documented_or_forced;
  policy.grace_period = wanted.grace_period;
  policy.ends_with_launcher = wanted.end_with_launcher;
  if (wanted.lossless_close) {
    policy.listener_close = ListenerClose::lossless;
    // A client on a busy machine, or far away.
    policy.first_byte_within = 500ms;
  }
  if (wanted.announce_close) policy.keep_alive_while_waiting = KeepAliveWhileWaiting::ended;
  if (wanted.restart) {
    policy.after_worker = [](WorkerEnd) { return AfterWorker::start_another; };
    policy.after_failed_start = AfterWorker::start_another;
    policy.restart_delay = backed_off;
  }
  if (wanted.failure_exit_code) {
    policy.failure_code = [](const Losses& losses) {
      return losses.failed + losses.not_started == 0 ? 0 : k_exit_worker_failed;
    };
  }
  return policy;
}

}  // namespace reference_server
