// Faults of how servers end, of what options add (README.md, In production) and of what operators find.
#include <unistd.h>

#include <csignal>

#include "reference_server/faulty/altered_decisions.hpp"
#include "reference_server/faulty/altered_start.hpp"
#include "reference_server/faulty/fault_tables.hpp"
#include "reference_server/faulty/helpers.hpp"
#include "reference_server/signals.hpp"

namespace faulty_server {
namespace {

using namespace reference_server;
using namespace std::chrono_literals;
using Then = InterruptStep::Then;

// Decisions know nothing of each other; a fault that joins several remembers here.
int s_accepted_at_end = 0;
int s_signal = 0;  // by which the end began
int s_accepted = 0;
bool s_went_wrong = false;

void note_signal(Policy& policy) {
  policy.on_interrupt = [step = policy.on_interrupt](const Interrupt& interrupt) {
    if (interrupt.ordinal == 1) s_signal = interrupt.signal;
    return step(interrupt);
  };
}

void drop_requests_after(Policy& policy, bool (*is_harsh)(int signal)) {
  note_signal(policy);
  policy.on_close = [is_harsh](const RequestInFlight&) {
    return is_harsh(s_signal) ? RequestFate::drop : RequestFate::finish;
  };
}

// Blocked as it is in the launcher, it would only wait.
void let_sigterm_kill() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

constexpr Fault k_faults[] = {
    // Signals
    {"worker-dies-of-sigterm", "terminate.sigterm", "SIGTERM has its default action in workers",
     [](Policy& policy) {
       policy.start_worker = start_with(let_sigterm_kill);
       if (!is_launcher()) std::erase(policy.signals.graceful, SIGTERM);
     }},
    {"sigterm-exits-143",
     "terminate.sigterm,terminate.forwarded,terminate.signal-storm,reload.rolling,terminate.as-pid-1,"
     "terminate."
     "output-blocked",
     "the launcher ends gracefully by SIGTERM, with exit code 143 as shells say of it",
     [](Policy& policy) {
       note_signal(policy);
       policy.exit_code = [](Role role) { return role != Role::worker && s_signal == SIGTERM ? 143 : 0; };
     }},
    {"sigterm-cuts-requests", "terminate.sigterm,terminate.slow-writer,terminate.pipelined",
     "requests in flight are dropped if the end is by SIGTERM",
     [](Policy& policy) { drop_requests_after(policy, [](int signal) { return signal == SIGTERM; }); }},
    {"forwards-nothing",
     "terminate.forwarded,terminate.signal-storm,terminate.stuck-worker,reload.rolling,terminate.workers-"
     "stop-cleanly,terminate.as-pid-1,terminate.keep-alive-announced,terminate.silent-connection,terminate."
     "output-blocked,terminate.idle-connections",
     "a launcher that is told to end tells nobody, and waits for its workers",
     [](Policy& policy) { policy.tell_workers = [](std::span<const pid_t>) {}; }},
    {"tells-and-leaves",
     "terminate.sigterm,terminate.forwarded,terminate.signal-storm,terminate.stuck-worker,exit.failure-code,"
     "terminate.nothing-left,terminate.as-pid-1,terminate.pipelined,terminate.slow-writer",
     "a launcher that SIGTERM tells to end tells its workers, and ends at once",
     [](Policy& policy) {
       note_signal(policy);
       policy.tell_workers = [tell = policy.tell_workers](std::span<const pid_t> living) {
         tell(living);
         if (s_signal == SIGTERM && is_launcher()) _exit(0);
       };
     }},
    {"told-worker-ends-at-once",
     "terminate.forwarded,terminate.signal-storm,reload.rolling,terminate.no-loss-under-load,terminate.as-"
     "pid-1,terminate.queue-served",
     "a worker that its launcher tells to end does so at once",
     [](Policy& policy) {
       policy.on_interrupt = [step = policy.on_interrupt](const Interrupt& interrupt) {
         if (interrupt.signal == drain_signal()) return InterruptStep{true, Then::exit_at_once, 0};
         return step(interrupt);
       };
     }},

    // Connections
    {"serves-ten-of-queue",
     "terminate.queue-served,terminate.phases-in-order,terminate.no-loss-under-load,reload.rolling",
     "when the end has begun the first ten connections of the queue are served and the others closed",
     [](Policy& policy) {
       note_signal(policy);
       close_accepted_if(policy, [] { return s_signal != 0 && ++s_accepted_at_end > 10; });
     }},
    {"exits-after-accept", "terminate.accept-race",
     "an interrupt that has come when the first connection was accepted ends the process at once",
     [](Policy& policy) {
       close_accepted_if(policy, [] {
         if (++s_accepted == 1 && is_pending(SIGINT)) _exit(0);
         return false;
       });
     }},
    {"resets-idle-connections", "terminate.idle-connections,load.holds,terminate.keep-alive-announced",
     "connections that are kept alive are reset at the end",
     [](Policy& policy) {
       policy.idle_fate = [] { return IdleFate::reset; };
       // Else none is idle any more when that is decided.
       policy.keep_alive_while_waiting = KeepAliveWhileWaiting::kept;
     }},
    {"waits-for-first-byte", "terminate.silent-connection",
     "a connection that never sent a byte is waited for, as long as the grace period lasts",
     [](Policy& policy) { policy.first_byte_within = 60s; }},
    {"never-accepts-again", "terminate.after-emfile",
     "when accept has failed for want of descriptors it is not tried again",
     [](Policy& policy) { policy.when_starved = [] { return StarvedFate::accepts_no_more; }; }},
    {"starvation-is-failure", "terminate.after-emfile",
     "a server that was short of descriptors, ever, ends with exit code 1",
     [](Policy& policy) {
       policy.when_starved = [] {
         s_went_wrong = true;
         return StarvedFate::accepts_later;
       };
       policy.exit_code = [](Role) { return s_went_wrong ? 1 : 0; };
     }},
    {"closed-output-is-failure", "terminate.output-blocked",
     "a process that could not write a line ends with exit code 1",
     [](Policy& policy) {
       policy.write_line = [](std::string_view line) {
         s_went_wrong = s_went_wrong || write(STDOUT_FILENO, line.data(), line.size()) < 0;
         return true;
       };
       policy.exit_code = [](Role) { return s_went_wrong ? 1 : 0; };
     }},

    // The grace period
    {"short-grace-period", "terminate.slow-reader,terminate.slow-writer,terminate.pipelined",
     "the grace period is half a second, whatever it should be",
     [](Policy& policy) { policy.grace_period = 500ms; }},
    {"long-grace-period", "terminate.grace-bounded,terminate.stuck-worker",
     "the grace period is two seconds longer than it should be",
     [](Policy& policy) {
       if (policy.grace_period) *policy.grace_period += 2s;
     }},
    {"launcher-without-grace-period", "terminate.grace-bounded,terminate.stuck-worker",
     "the grace period is that of the workers only: the launcher waits as long as it takes",
     [](Policy& policy) {
       if (is_launcher()) policy.grace_period = std::nullopt;
     }},
    {"stuck-worker-is-left", "terminate.stuck-worker,terminate.force",
     "a worker that outlives the grace period is waited for",
     [](Policy& policy) { policy.kill_worker = [](pid_t) {}; }},
    {"aborts-stuck-worker", "terminate.stuck-worker",
     "a worker that outlives the grace period is aborted, for its core, and not killed",
     [](Policy& policy) {
       policy.kill_worker = [](pid_t pid) {
         kill(pid, SIGABRT);
         kill(pid, SIGCONT);
       };
     }},
};

}  // namespace

std::span<const Fault> production_ending_faults() { return k_faults; }

}  // namespace faulty_server
