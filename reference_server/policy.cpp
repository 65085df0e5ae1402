#include "reference_server/policy.hpp"

#include <sys/wait.h>

#include "reference_server/log_line.hpp"
#include "reference_server/spawn.hpp"

namespace reference_server {
namespace {

std::optional<WorkerEnd> reap(std::span<const pid_t>) {
  int status = 0;
  // Any child, not only those known: as process 1 of a pid namespace the launcher also gets orphans.
  const pid_t pid = waitpid(-1, &status, WNOHANG);
  if (pid <= 0) return std::nullopt;
  return WorkerEnd{pid, status};
}

std::string line_of(WorkerEnd end) {
  const auto pid = std::to_string(end.pid);
  if (end.status == 0) return " < worker " + pid + " stopped";
  return " ! worker process " + pid + " failed with " + std::to_string(end.status);
}

}  // namespace

std::string_view to_string(Role role) {
  switch (role) {
    case Role::single:
      return "single";
    case Role::launcher:
      return "launcher";
    case Role::worker:
      return "worker";
  }
  return "";
}

Policy documented_policy() {
  return Policy{
      .default_endpoint = {"0.0.0.0", 3000},
      .part = [](Role) { return Part::listens_and_accepts; },
      .shares_port = [](Role) { return true; },
      .ipv6_only = [](Role, const Endpoint& endpoint) { return endpoint.ipv6_only; },
      // Listening first finds a port that is taken before any worker exists, and makes the launcher the first
      // of the port's group, which outlives all others.
      .start_order = StartOrder::listener_then_workers,
      .worker_count = last_count,
      .worker_arguments = without_clustering,
      .executable = [](const std::string&) { return own_executable(); },
      .start_worker = spawn,
      .started_line = [](pid_t pid) { return " > worker " + std::to_string(pid) + " started"; },
      .next_ended = reap,
      .ended_line = line_of,
      .after_worker = [](WorkerEnd) { return AfterWorker::nothing; },
      .on_interrupt =
          [](const Interrupt& interrupt) {
            using Then = InterruptStep::Then;
            return interrupt.ordinal == 1 ? InterruptStep{true, Then::terminate}
                                          : InterruptStep{false, Then::nothing};
          },
      // "Signals are sent to all child processes automatically": the terminal signals the whole group.
      .tell_workers = [](std::span<const pid_t>) {},
      .accept_fate = [](int) { return AcceptFate::served; },
      .when_starved = [] { return StarvedFate::accepts_later; },
      .launcher_close = LauncherClose::after_workers,
      .queue_fate = QueueFate::served,
      .idle_fate = [] { return IdleFate::closed; },
      .on_close = [](const RequestInFlight&) { return RequestFate::finish; },
      .exit_code = [](Role) { return 0; },
      .signals = {.graceful = {SIGINT}},
      .grace_period = std::nullopt,
      .kill_worker = [](pid_t pid) { kill(pid, SIGKILL); },
      .replacement = [](int) { return Replacement::new_then_old; },
      .listener_close = ListenerClose::at_once,
      .waits_for_handshakes = [](std::size_t) { return true; },
      // An end without a request in flight is to be prompt; a client sends at once, if it gets to run.
      .first_byte_within = std::chrono::milliseconds(50),
      .keep_alive_while_waiting = KeepAliveWhileWaiting::kept,
      .ends_with_launcher = false,
      .restart_delay = [](int) { return std::chrono::milliseconds(0); },
      .after_failed_start = AfterWorker::nothing,
      .failure_code = [](const Losses&) { return 0; },
      .write_line = try_write_line,
  };
}

}  // namespace reference_server
