#include "reference_server/faulty/faults.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "reference_server/faulty/altered_arguments.hpp"
#include "reference_server/faulty/altered_decisions.hpp"
#include "reference_server/faulty/altered_start.hpp"

namespace faulty_server {
namespace {

using namespace reference_server;
using Then = InterruptStep::Then;

constexpr Fault k_faults[] = {
    {"keeps-clustering-arguments", "launch.arguments-removed",
     "workers get the clustering arguments (but do not cluster again, so that nothing else is broken)",
     [](Policy& policy) {
       policy.worker_arguments = all_kept;
       policy.worker_count = count_changed_by(count_unless_worker);
     }},
    {"launcher-closes-first", "terminate.launcher-closes-last,terminate.launcher-only",
     "the launcher closes its listener at the interrupt, then waits for its workers",
     [](Policy& policy) { policy.launcher_close = LauncherClose::before_workers; }},
    {"drops-in-flight", "terminate.in-flight-completes", "requests in flight are dropped at the interrupt",
     [](Policy& policy) { policy.on_close = [](const RequestInFlight&) { return RequestFate::drop; }; }},
    {"no-stopped-line",
     "exit.clean-announced,exit.in-order,terminate.workers-stop-cleanly,terminate.one-worker",
     "a worker that exits with 0 is not announced",
     [](Policy& policy) {
       policy.ended_line = [](WorkerEnd end) {
         return end.status == 0 ? std::string() : documented_policy().ended_line(end);
       };
     }},

    // Overview
    {"default-loopback", "share.default-address", "without options it listens on 127.0.0.1 only",
     [](Policy& policy) { policy.default_endpoint.address = "127.0.0.1"; }},
    {"launcher-does-not-listen",
     "share.every-process-listens,share.every-process-serves,share.port-taken,exit.all-dead-still-serves,"
     "terminate.launcher-closes-last,terminate.launcher-only",
     "a launcher with workers leaves serving to them",
     [](Policy& policy) {
       policy.part = [](Role role) {
         return role == Role::launcher ? Part::nothing : Part::listens_and_accepts;
       };
     }},
    {"worker-never-accepts", "share.every-process-serves,share.spread",
     "workers listen and never accept: the kernel queues connections that nobody serves",
     [](Policy& policy) {
       policy.part = [](Role role) {
         return role == Role::worker ? Part::listens_only : Part::listens_and_accepts;
       };
     }},
    {"not-listening-first", "share.port-taken",
     "workers are started before the launcher listens: with the port taken there are processes all the same",
     [](Policy& policy) { policy.start_order = StartOrder::workers_then_listener; }},

    // Launching
    {"one-extra-worker", "launch.exact-count,share.every-process-listens",
     "one worker more than asked for is started",
     [](Policy& policy) {
       policy.worker_count = count_changed_by([](int count) { return count == 0 ? 0 : count + 1; });
     }},
    {"one-worker-less", "launch.exact-count,share.every-process-listens",
     "the launcher counts itself as one of the workers",
     [](Policy& policy) {
       policy.worker_count = count_changed_by([](int count) { return count == 0 ? 0 : count - 1; });
     }},
    {"first-count-holds", "launch.repeated-count", "with the option repeated the first count holds",
     [](Policy& policy) {
       policy.worker_count = [](std::span<const std::string_view> given) {
         return last_count(given.first(std::min<std::size_t>(given.size(), 1)));
       };
     }},
    {"bad-count-is-zero", "launch.bad-count", "a count that is no number counts as none",
     [](Policy& policy) {
       policy.worker_count = [](std::span<const std::string_view> given) -> tl::expected<int, std::string> {
         return last_count(given).value_or(0);
       };
     }},
    {"keeps-attached-count", "launch.arguments-removed", "the spelling -wN is accepted and not removed",
     [](Policy& policy) {
       policy.worker_arguments = attached_short_kept;
       policy.worker_count = count_changed_by(count_unless_worker);
     }},
    {"strips-one-too-many", "launch.arguments-kept",
     "with the option repeated the argument after it is removed too (the shift of delete_at)",
     [](Policy& policy) { policy.worker_arguments = one_too_many_stripped; }},
    {"strips-values", "launch.arguments-kept",
     "a value of another option, or what stands after --, is removed when it looks like the clustering "
     "option",
     [](Policy& policy) { policy.worker_arguments = values_stripped_too; }},
    {"drops-empty-arguments", "launch.arguments-kept", "empty arguments do not reach workers",
     [](Policy& policy) { policy.worker_arguments = empty_ones_dropped; }},
    {"reorders-arguments", "launch.arguments-kept", "operands and labels reach workers in reverse order",
     [](Policy& policy) { policy.worker_arguments = operands_reversed; }},
    {"splits-arguments", "launch.arguments-kept", "arguments are split at blanks, as by a shell",
     [](Policy& policy) { policy.worker_arguments = split_at_spaces; }},
    {"uses-argv0", "launch.same-executable", "the executable is found by argv[0]",
     [](Policy& policy) {
       policy.executable = [](const std::string& argv0) -> tl::expected<std::string, std::error_code> {
         return argv0;
       };
     }},
    {"bare-fork", "launch.fresh-image,launch.arguments-removed",
     "a worker is a fork of the launcher that executes nothing",
     [](Policy& policy) { policy.start_worker = start_by_fork; }},
    {"leaks-listener", "share.own-socket,share.every-process-listens",
     "workers inherit the launcher's listener",
     [](Policy& policy) { policy.start_worker = start_with(let_listeners_be_inherited); }},
    {"keeps-stdin", "launch.input-closed", "workers read the launcher's standard input",
     [](Policy& policy) { policy.start_worker = start_with([] {}, Input::launchers); }},
    {"own-output", "launch.output-inherited,terminate.announced",
     "a worker's standard output goes to /dev/null",
     [](Policy& policy) { policy.start_worker = start_with(open_null_as_output); }},
    {"clears-environment", "launch.environment-kept", "workers start with an empty environment",
     [](Policy& policy) { policy.start_worker = start_with([] { clearenv(); }); }},
    {"changes-directory", "launch.environment-kept", "workers start in the root directory",
     [](Policy& policy) {
       policy.start_worker = start_with([] {
         if (chdir("/") != 0) _exit(127);
       });
     }},
    {"new-session", "terminate.interrupt-reaches-all", "each worker has a session of its own",
     [](Policy& policy) { policy.start_worker = start_with([] { setsid(); }); }},
    {"new-group", "terminate.interrupt-reaches-all", "each worker has a process group of its own",
     [](Policy& policy) { policy.start_worker = start_with([] { setpgid(0, 0); }); }},
    {"interrupt-kills-newborn", "terminate.during-startup",
     "a worker starts with SIGINT unblocked: an interrupt before it is ready kills it",
     [](Policy& policy) { policy.start_worker = start_with(let_interrupt_kill); }},
    {"wrong-pid", "launch.announced,exit.in-order", "workers are announced with the launcher's pid",
     [](Policy& policy) {
       policy.started_line = [](pid_t) { return " > worker " + std::to_string(getpid()) + " started"; };
     }},

    // Launching: futures that resolve when a process exits
    {"exit-code-not-status", "exit.failure-announced", "the exit code is printed instead of the wait status",
     [](Policy& policy) { policy.ended_line = line_with_exit_code; }},
    {"failure-says-stopped", "exit.failure-announced", "a worker that failed is announced as stopped",
     [](Policy& policy) {
       policy.ended_line = [](WorkerEnd end) { return documented_policy().ended_line({end.pid, 0}); };
     }},
    {"keeps-zombie", "exit.reaped", "a worker that has ended is announced and never reaped",
     [](Policy& policy) { policy.next_ended = look_without_reaping; }},
    {"restarts-dead-worker", "exit.not-restarted", "a dead worker is replaced",
     [](Policy& policy) { policy.after_worker = [](WorkerEnd) { return AfterWorker::start_another; }; }},
    {"ends-with-worker", "exit.others-unaffected,exit.all-dead-still-serves",
     "the launcher ends when a worker has failed",
     [](Policy& policy) {
       policy.after_worker = [](WorkerEnd end) {
         if (end.status != 0) _exit(1);
         return AfterWorker::nothing;
       };
     }},

    // Terminating
    {"announces-nothing", "terminate.announced", "the terminating line is missing",
     [](Policy& policy) {
       policy.on_interrupt = [](const Interrupt& interrupt) {
         auto step = documented_step(interrupt);
         step.announce = false;
         return step;
       };
     }},
    {"announces-twice", "terminate.announced", "each further interrupt prints the terminating line again",
     [](Policy& policy) {
       policy.on_interrupt = [](const Interrupt& interrupt) {
         auto step = documented_step(interrupt);
         step.announce = true;
         return step;
       };
     }},
    {"interleaves-lines", "terminate.announced,launch.announced",
     "a line is written byte by byte, so that lines of several processes mix",
     [](Policy& policy) { policy.write_line = write_in_pieces; }},
    {"second-interrupt-kills", "terminate.repeat-ignored,terminate.in-flight-completes",
     "a second interrupt ends the process at once",
     [](Policy& policy) {
       policy.on_interrupt = [](const Interrupt& interrupt) {
         return interrupt.ordinal == 1 ? documented_step(interrupt)
                                       : InterruptStep{false, Then::exit_at_once, 1};
       };
     }},
    {"dies-when-busy", "terminate.in-flight-completes,terminate.workers-stop-cleanly,terminate.exit-code",
     "the end is graceful only without a request in flight",
     [](Policy& policy) {
       policy.on_interrupt = [](const Interrupt& interrupt) {
         return interrupt.requests_in_flight == 0 ? documented_step(interrupt)
                                                  : InterruptStep{true, Then::exit_at_once, 1};
       };
     }},
    {"worker-ignores-interrupt",
     "terminate.interrupt-reaches-all,terminate.one-worker,terminate.idle-is-prompt",
     "workers announce the end and go on serving",
     [](Policy& policy) {
       policy.on_interrupt = [](const Interrupt& interrupt) {
         if (interrupt.role != Role::worker) return documented_step(interrupt);
         return InterruptStep{interrupt.ordinal == 1, Then::nothing};
       };
     }},
    {"loses-last-in-flight", "terminate.in-flight-completes",
     "of the requests in flight the one on the youngest connection is dropped",
     [](Policy& policy) {
       policy.on_close = [](const RequestInFlight& request) {
         return request.in_flight_after == 0 ? RequestFate::drop : RequestFate::finish;
       };
     }},
    {"cuts-large-responses", "terminate.in-flight-completes",
     "a response with more than 64 KiB to go is cut at the end",
     [](Policy& policy) {
       policy.on_close = [](const RequestInFlight& request) {
         return request.response_bytes_left > 64U * 1024U ? RequestFate::drop : RequestFate::finish;
       };
     }},
    {"abandons-queue", "terminate.queue-served", "connections not yet accepted are reset at the end",
     [](Policy& policy) { policy.queue_fate = QueueFate::abandoned; }},
    {"launcher-does-not-wait",
     "terminate.launcher-waits,terminate.launcher-closes-last,terminate.nothing-left,"
     "terminate.launcher-only",
     "the launcher ends without waiting for its workers",
     [](Policy& policy) { policy.launcher_close = LauncherClose::without_waiting; }},
    {"signals-workers", "terminate.launcher-only", "the launcher passes an interrupt on to its workers",
     [](Policy& policy) {
       policy.tell_workers = [](std::span<const pid_t> living) {
         for (const pid_t pid : living) kill(pid, SIGINT);
       };
     }},
    {"waits-for-dead-worker", "terminate.dead-worker,exit.failure-announced",
     "the launcher loses sight of a worker that a signal has ended, and waits for it",
     [](Policy& policy) { policy.next_ended = reap_exited_only; }},
    {"nonzero-exit", "terminate.exit-code", "the launcher ends with exit code 1 after a graceful end",
     [](Policy& policy) { policy.exit_code = [](Role role) { return role == Role::worker ? 0 : 1; }; }},
    {"worker-exits-nonzero", "terminate.workers-stop-cleanly,terminate.one-worker",
     "workers end with exit code 1 after a graceful end",
     [](Policy& policy) { policy.exit_code = [](Role role) { return role == Role::worker ? 1 : 0; }; }},
    {"ends-late", "terminate.idle-is-prompt", "each process lets half a second pass before it ends",
     [](Policy& policy) {
       policy.exit_code = [](Role) {
         poll(nullptr, 0, 500);
         return 0;
       };
     }},
    {"leaves-process-behind", "terminate.nothing-left",
     "a process of the launcher outlives it by some seconds",
     [](Policy& policy) {
       policy.exit_code = [](Role) {
         if (is_launcher()) leave_process_behind(false);
         return 0;
       };
     }},
    {"leaves-listener-behind", "terminate.port-closed-after,terminate.nothing-left",
     "a process that outlives the launcher by some seconds holds its listener: connections are never "
     "answered",
     [](Policy& policy) {
       policy.tell_workers = [](std::span<const pid_t>) {
         if (is_launcher()) leave_process_behind(true);
       };
     }},
};

}  // namespace

std::span<const Fault> faults() { return k_faults; }

const Fault* find_fault(std::string_view name) {
  const auto* found = std::find_if(std::begin(k_faults), std::end(k_faults),
                                   [&](const Fault& fault) { return fault.name == name; });
  return found == std::end(k_faults) ? nullptr : found;
}

}  // namespace faulty_server
