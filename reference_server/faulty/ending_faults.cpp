// Faults of the end (document, Terminating).
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "reference_server/faulty/altered_decisions.hpp"
#include "reference_server/faulty/altered_start.hpp"
#include "reference_server/faulty/fault_tables.hpp"
#include "reference_server/faulty/helpers.hpp"
#include "reference_server/signals.hpp"

namespace faulty_server {
namespace {

using namespace reference_server;
using Then = InterruptStep::Then;

// Decisions know nothing of each other; a fault that joins two remembers here.
int s_interrupts = 0;
int s_failures = 0;
int s_accepted = 0;
bool s_single = false;

// Signals to a group are pending for all before anybody has ended by them.
bool is_told() { return s_interrupts > 0 || is_pending(SIGINT); }

// The end of the terminal's session hangs up on its processes. Whether these have ended by then is luck.
void outlive_terminal() {
  if (!is_launcher()) std::signal(SIGHUP, SIG_IGN);
}

bool early(const Interrupt& interrupt) { return interrupt.while_starting && interrupt.role == Role::worker; }

constexpr Fault k_faults[] = {
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
    {"interleaves-lines", "terminate.announced",
     "the launcher writes half of its terminating line, and the rest only when it ends: other lines come "
     "between",
     [](Policy& policy) { policy.write_line = write_terminating_in_halves; }},
    {"second-interrupt-kills",
     "terminate.repeat-ignored,terminate.in-flight-completes,terminate.nothing-left",
     "a second interrupt ends the process at once",
     [](Policy& policy) {
       policy.on_interrupt = [](const Interrupt& interrupt) {
         return interrupt.ordinal == 1 ? documented_step(interrupt)
                                       : InterruptStep{false, Then::exit_at_once, 1};
       };
     }},
    {"second-interrupt-is-deadly", "terminate.repeat-ignored,terminate.in-flight-completes",
     "the first interrupt restores the default, by which the second one kills",
     [](Policy& policy) {
       policy.on_interrupt = [](const Interrupt& interrupt) {
         if (interrupt.ordinal == 1) let_interrupt_kill();
         return documented_step(interrupt);
       };
     }},
    {"exit-code-counts-interrupts", "terminate.repeat-ignored",
     "the launcher's exit code is the number of further interrupts",
     [](Policy& policy) {
       policy.on_interrupt = [](const Interrupt& interrupt) {
         s_interrupts = interrupt.ordinal;
         return documented_step(interrupt);
       };
       policy.exit_code = [](Role role) { return role == Role::worker ? 0 : s_interrupts - 1; };
     }},
    {"loses-interrupt-while-starting", "terminate.during-startup",
     "an interrupt that comes before a worker is ready is announced and forgotten",
     [](Policy& policy) {
       policy.on_interrupt = [](const Interrupt& interrupt) {
         return early(interrupt) ? InterruptStep{true, Then::nothing} : documented_step(interrupt);
       };
     }},
    {"loses-interrupt-before-listening", "terminate.during-startup",
     "an interrupt that a worker gets before it listens is forgotten: there is no listener to close",
     [](Policy& policy) {
       policy.shares_port = [](Role role) {
         if (role == Role::worker) lose_interrupts_until_listening();
         return true;
       };
     }},
    {"fails-when-interrupted-early", "terminate.during-startup",
     "an interrupt that comes before a worker is ready ends it with exit code 1",
     [](Policy& policy) {
       policy.on_interrupt = [](const Interrupt& interrupt) {
         return early(interrupt) ? InterruptStep{true, Then::exit_at_once, 1} : documented_step(interrupt);
       };
     }},
    {"dies-when-busy", "terminate.in-flight-completes,terminate.one-worker,terminate.nothing-left",
     "the end is graceful only without a request in flight",
     [](Policy& policy) {
       outlive_terminal();
       policy.on_interrupt = [](const Interrupt& interrupt) {
         return interrupt.requests_in_flight == 0 ? documented_step(interrupt)
                                                  : InterruptStep{true, Then::exit_at_once, 1};
       };
     }},
    {"worker-ignores-interrupt",
     "terminate.interrupt-reaches-all,terminate.one-worker,terminate.during-startup",
     "workers announce the end and go on serving",
     [](Policy& policy) {
       policy.on_interrupt = [](const Interrupt& interrupt) {
         if (interrupt.role != Role::worker) return documented_step(interrupt);
         return InterruptStep{interrupt.ordinal == 1, Then::nothing};
       };
     }},
    {"drops-in-flight", "terminate.in-flight-completes", "requests in flight are dropped at the interrupt",
     [](Policy& policy) { policy.on_close = [](const RequestInFlight&) { return RequestFate::drop; }; }},
    {"loses-last-in-flight", "terminate.in-flight-completes",
     "of the requests in flight the one on the youngest connection is dropped",
     [](Policy& policy) {
       policy.on_close = [](const RequestInFlight& request) {
         return request.in_flight_after == 0 ? RequestFate::drop : RequestFate::finish;
       };
     }},
    {"cuts-large-responses", "terminate.in-flight-completes,terminate.slow-reader",
     "a response with more than 64 KiB to go is cut at the end",
     [](Policy& policy) {
       policy.on_close = [](const RequestInFlight& request) {
         return request.response_bytes_left > 64U * 1024U ? RequestFate::drop : RequestFate::finish;
       };
     }},
    {"resets-after-answer", "terminate.in-flight-completes",
     "a request in flight is answered, and its connection is reset instead of closed",
     [](Policy& policy) {
       policy.on_close = [](const RequestInFlight&) { return RequestFate::finish_and_reset; };
     }},
    {"waits-for-idle-connections",
     "terminate.idle-is-prompt,terminate.idle-connections,terminate.silent-connection,terminate.keep-alive-"
     "announced",
     "a connection that is kept alive without a request keeps its process from ending",
     [](Policy& policy) {
       policy.idle_fate = [] { return IdleFate::waited_for; };
       // Else none is idle any more when that is decided.
       policy.keep_alive_while_waiting = KeepAliveWhileWaiting::kept;
     }},
    {"drops-accepted-at-interrupt", "terminate.accept-race",
     "the first connection, if it is accepted while an interrupt waits to be handled, is closed at once",
     [](Policy& policy) {
       policy.accept_fate = [](int) {
         return ++s_accepted == 1 && is_pending(SIGINT) ? AcceptFate::closed : AcceptFate::served;
       };
     }},
    {"closes-idle-unread", "terminate.idle-connections",
     "a server without workers closes its idle connections without a look whether a request has just come",
     [](Policy& policy) {
       policy.on_interrupt = [step = policy.on_interrupt](const Interrupt& interrupt) {
         s_single = interrupt.role == Role::single;
         return step(interrupt);
       };
       policy.idle_fate = [] { return s_single ? IdleFate::closed_unread : IdleFate::closed; };
     }},
    {"ends-at-closed-output", "terminate.output-blocked", "a line that cannot be written ends the process",
     [](Policy& policy) {
       policy.write_line = [](std::string_view line) {
         if (write(STDOUT_FILENO, line.data(), line.size()) < 0 && errno == EPIPE) _exit(1);
         return true;
       };
     }},
    {"abandons-queue", "terminate.queue-served,terminate.phases-in-order",
     "connections not yet accepted are reset at the end",
     [](Policy& policy) { policy.queue_fate = QueueFate::abandoned; }},
    {"launcher-closes-first", "terminate.launcher-closes-last,terminate.launcher-only",
     "the launcher closes its listener at the interrupt, then waits for its workers",
     [](Policy& policy) { policy.launcher_close = LauncherClose::before_workers; }},
    {"launcher-does-not-wait",
     "terminate.launcher-waits,terminate.launcher-closes-last,terminate.nothing-left,terminate.launcher-only,"
     "exit.clean-announced,terminate.workers-stop-cleanly,terminate.forwarded,terminate.stuck-worker,"
     "terminate.as-pid-1,terminate.phases-in-order,terminate.hangup,launch.spawn-fails",
     "the launcher ends without waiting for its workers",
     [](Policy& policy) {
       outlive_terminal();
       policy.launcher_close = LauncherClose::without_waiting;
       policy.on_interrupt = [step = policy.on_interrupt](const Interrupt& interrupt) {
         // A second one can force the end: then it waits, also for those that have ended before.
         if (++s_interrupts == 2) kill(getpid(), SIGCHLD);
         return step(interrupt);
       };
       policy.next_ended = [](std::span<const pid_t> living) {
         const bool leaves = is_told() && s_interrupts <= 1;
         return leaves ? std::nullopt : documented_policy().next_ended(living);
       };
     }},
    {"waits-for-one-worker",
     "terminate.launcher-waits,terminate.nothing-left,terminate.launcher-closes-last,exit.clean-announced,"
     "terminate.workers-stop-cleanly,terminate.launcher-only",
     "an idle launcher ends with the first worker that ends after an interrupt",
     [](Policy& policy) {
       outlive_terminal();
       policy.on_interrupt = [](const Interrupt& interrupt) {
         s_interrupts += interrupt.requests_in_flight == 0 ? 1 : 0;
         return documented_step(interrupt);
       };
       policy.next_ended = [](std::span<const pid_t> living) {
         static bool s_one_ended = false;
         if (is_told() && s_one_ended && !living.empty()) _exit(0);
         auto end = documented_policy().next_ended(living);
         s_one_ended = s_one_ended || end.has_value();
         return end;
       };
     }},
    {"stopped-worker-ends-others", "terminate.one-worker",
     "a worker that has stopped takes the others with it",
     [](Policy& policy) {
       policy.on_interrupt = [](const Interrupt& interrupt) {
         s_interrupts = interrupt.ordinal;
         return documented_step(interrupt);
       };
       policy.next_ended = [](std::span<const pid_t> living) {
         return s_interrupts == 0 ? end_the_others(living) : documented_policy().next_ended(living);
       };
     }},
    {"signals-workers", "terminate.launcher-only,terminate.interrupt-reaches-all",
     "the launcher passes an interrupt on to its workers",
     [](Policy& policy) {
       policy.tell_workers = [](std::span<const pid_t> living) {
         for (const pid_t pid : living) kill(pid, SIGINT);
       };
     }},
    {"waits-for-dead-worker", "terminate.dead-worker,exit.failure-announced",
     "the launcher loses sight of a worker that a signal has ended, and waits for it",
     [](Policy& policy) { policy.next_ended = reap_exited_only; }},
    {"deaf-after-failure", "terminate.dead-worker",
     "a launcher that has lost a worker announces the end and goes on serving",
     [](Policy& policy) {
       policy.ended_line = [](WorkerEnd end) {
         s_failures += end.status == 0 ? 0 : 1;
         return documented_policy().ended_line(end);
       };
       policy.on_interrupt = [](const Interrupt& interrupt) {
         return s_failures == 0 ? documented_step(interrupt)
                                : InterruptStep{interrupt.ordinal == 1, Then::nothing};
       };
     }},
    {"nonzero-exit",
     "terminate.exit-code,terminate.repeat-ignored,terminate.during-startup,terminate.dead-worker",
     "the launcher ends with exit code 1 after a graceful end",
     [](Policy& policy) { policy.exit_code = [](Role role) { return role == Role::worker ? 0 : 1; }; }},
    {"exits-as-by-signal",
     "terminate.exit-code,terminate.repeat-ignored,terminate.during-startup,terminate.dead-worker",
     "the launcher ends with exit code 130, as shells say of SIGINT",
     [](Policy& policy) { policy.exit_code = [](Role role) { return role == Role::worker ? 0 : 130; }; }},
    {"worker-exits-nonzero", "terminate.workers-stop-cleanly,terminate.one-worker,terminate.during-startup",
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
    {"leaves-listener-behind",
     "terminate.port-closed-after,terminate.nothing-left,terminate.port-free-after,launch.exact-count,"
     "terminate.launcher-closes-last",
     "a process that outlives the launcher by some seconds holds its listener: connections are never "
     "answered",
     [](Policy& policy) {
       policy.tell_workers = [](std::span<const pid_t>) {
         if (is_launcher()) leave_process_behind(true);
       };
     }},
    {"leaves-listener-in-grandchild",
     "terminate.port-closed-after,terminate.nothing-left,terminate.port-free-after,launch.exact-count,"
     "terminate.one-worker",
     "a process that outlives its worker by some seconds holds the worker's listener",
     [](Policy& policy) {
       policy.tell_workers = [](std::span<const pid_t>) {
         if (!is_launcher()) leave_process_behind(true);
       };
     }},
    {"leaves-exclusive-listener",
     "terminate.port-free-after,terminate.port-closed-after,terminate.nothing-left,launch.exact-count",
     "a process that outlives the launcher by some seconds listens on the port alone",
     [](Policy& policy) {
       policy.tell_workers = [](std::span<const pid_t>) { note_listening_address(); };
       policy.exit_code = [](Role) {
         if (is_launcher()) leave_exclusive_listener();
         return 0;
       };
     }},
};

}  // namespace

std::span<const Fault> ending_faults() { return k_faults; }

}  // namespace faulty_server
