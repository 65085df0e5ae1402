// Faults of what options add (README.md, In production) and of what operators find: the port, the start, who
// ends and is replaced.
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "reference_server/faulty/altered_decisions.hpp"
#include "reference_server/faulty/altered_start.hpp"
#include "reference_server/faulty/fault_tables.hpp"
#include "reference_server/faulty/helpers.hpp"
#include "reference_server/production.hpp"
#include "reference_server/signals.hpp"
#include "reference_server/spawn.hpp"

namespace faulty_server {
namespace {

using namespace reference_server;
using namespace std::chrono_literals;

constexpr int k_table_size = 128;

// Decisions know nothing of each other; a fault that joins several remembers here.
int s_wanted = 0;   // workers
int s_started = 0;  // of them, ever
int s_living = 0;
int s_failed = 0;
bool s_replaced = false;  // one, to its end, before the end of all began
bool s_ending = false;

bool is_reloading() { return s_living > s_wanted; }

void count_workers(Policy& policy) {
  policy.worker_count = [](std::span<const std::string_view> given) {
    auto count = last_count(given);
    s_wanted = count.value_or(0);
    return count;
  };
  policy.start_worker = [start = policy.start_worker](const Launch& launch) {
    auto pid = start(launch);
    s_started += pid ? 1 : 0;
    s_living += pid ? 1 : 0;
    return pid;
  };
  policy.next_ended = [](std::span<const pid_t> living) {
    auto end = documented_policy().next_ended(living);
    s_living -= end ? 1 : 0;
    s_failed += end && end->status != 0 ? 1 : 0;
    return end;
  };
}

// Not of the launcher, alive, that tells its worker to end.
bool is_by_death(const Interrupt& interrupt) {
  return interrupt.role == Role::worker && interrupt.signal == drain_signal() &&
         !parent_runs_same_executable();
}

void when_orphaned(Policy& policy, void (*then)()) {
  policy.on_interrupt = [then, step = policy.on_interrupt](const Interrupt& interrupt) {
    if (is_by_death(interrupt)) then();
    return step(interrupt);
  };
}

int wait_to_be_ended() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, drain_signal()}) sigaddset(&set, signal);
  int signal = 0;
  sigprocmask(SIG_BLOCK, &set, nullptr);
  sigwait(&set, &signal);
  return 0;
}

constexpr Fault k_faults[] = {
    // The port and the start
    {"first-worker-inherits-listener", "share.own-socket",
     "the launcher's listener is closed on exec only from the second worker on",
     [](Policy& policy) {
       policy.start_worker = [](const Launch& launch) {
         if (s_started++ > 0) return documented_policy().start_worker(launch);
         return start_with(let_listeners_be_inherited)(launch);
       };
     }},
    {"loses-many-exit-codes", "share.many-workers",
     "the launcher's table has 128 places: a worker that ends when they are full is taken for failed",
     [](Policy& policy) {
       policy.next_ended = [](std::span<const pid_t> living) {
         static int s_ended = 0;
         auto end = documented_policy().next_ended(living);
         if (end && ++s_ended > k_table_size) end->status = 1 << 8;
         return end;
       };
     }},
    {"divides-connections", "share.many-workers",
     "128 connections are shared out among the workers: those beyond get none, and close what they accept",
     [](Policy& policy) {
       policy.start_worker = [](const Launch& launch) {
         return ++s_started > k_table_size ? start_marked(launch) : documented_policy().start_worker(launch);
       };
       close_accepted_if(policy, is_marked);
     }},
    {"hides-failed-start", "launch.spawn-fails", "a worker that could not be started is not mentioned",
     [](Policy& policy) {
       policy.start_worker = [](const Launch& launch) {
         return documented_policy().start_worker(launch).map_error(
             [](auto) { return std::make_error_code(std::errc::operation_canceled); });
       };
     }},
    {"failed-start-leaves-process", "launch.spawn-fails",
     "a start that fails leaves a helper behind, which outlives the launcher by some seconds",
     [](Policy& policy) {
       policy.start_worker = [](const Launch& launch) {
         auto pid = documented_policy().start_worker(launch);
         if (!pid && pid.error() != std::errc::operation_canceled) leave_process_behind(false);
         return pid;
       };
     }},
    {"lives-on-without-port", "launch.bind-fails-in-worker",
     "a worker that cannot listen complains and goes on without the port", [](Policy&) {},
     [](const std::function<int()>& run) {
       const int code = run();
       return code == 1 && !is_launcher() ? wait_to_be_ended() : code;
     }},
    {"failed-worker-takes-others", "launch.bind-fails-in-worker",
     "a worker that exits with an error takes the others with it",
     [](Policy& policy) {
       policy.next_ended = [](std::span<const pid_t> living) {
         auto end = documented_policy().next_ended(living);
         const bool known = end && std::find(living.begin(), living.end(), end->pid) != living.end();
         if (known && WIFEXITED(end->status) && end->status != 0) {
           for (const pid_t pid : living) kill(pid, SIGKILL);
         }
         return end;
       };
     }},

    // Ends of workers and of the launcher
    {"unhealthy-after-failure",
     "exit.restart,launch.bind-fails-in-worker,exit.others-unaffected,exit.all-dead-still-serves,launch."
     "replaced-executable",
     "a launcher that has lost a worker, ever, closes what it accepts",
     [](Policy& policy) {
       count_workers(policy);
       close_accepted_if(policy, [] { return s_failed > 0; });
     }},
    {"replaces-nobody", "exit.restart,launch.replaced-executable", "a worker that has ended is not replaced",
     [](Policy& policy) { policy.after_worker = [](WorkerEnd) { return AfterWorker::nothing; }; }},
    {"replaces-late", "exit.restart", "also the first time a worker is replaced only after two seconds",
     [](Policy& policy) { policy.restart_delay = [](int) { return 2000ms; }; }},
    {"forgets-failures", "exit.failure-code,terminate.stuck-worker",
     "the launcher ends with 0 also if it has lost a worker",
     [](Policy& policy) { policy.failure_code = [](const Losses&) { return 0; }; }},
    {"outlives-launcher", "exit.launcher-death", "a worker does not notice that its launcher has died",
     [](Policy& policy) { policy.ends_with_launcher = false; }},
    {"notices-death-late", "exit.launcher-death",
     "a worker looks for its launcher only now and then, and ends 1.5 s after it",
     [](Policy& policy) { when_orphaned(policy, [] { poll(nullptr, 0, 1500); }); }},
    {"orphan-leaves-listener", "exit.launcher-death",
     "a worker whose launcher has died leaves a process with its listener behind for some seconds",
     [](Policy& policy) { when_orphaned(policy, [] { leave_process_behind(true); }); }},

    // Reload
    {"reload-ends-old-first", "reload.rolling", "a reload starts the new worker when the old one has gone",
     [](Policy& policy) { policy.replacement = [](int) { return Replacement::old_then_new; }; }},
    {"reload-replaces-one", "reload.rolling,launch.replaced-executable",
     "a reload replaces the first worker and ends the others",
     [](Policy& policy) {
       policy.replacement = [](int place) {
         return place == 0 ? Replacement::new_then_old : Replacement::old_only;
       };
     }},
    {"reload-leaves-old-worker", "reload.complete", "a reload forgets to end the old one of the last worker",
     [](Policy& policy) {
       count_workers(policy);
       policy.replacement = [](int place) {
         return place + 1 < s_wanted ? Replacement::new_then_old : Replacement::new_only;
       };
     }},
    {"reload-pauses-launcher", "reload.rolling,terminate.no-loss-under-load",
     "while there are more workers than were asked for the launcher closes what it accepts",
     [](Policy& policy) {
       count_workers(policy);
       close_accepted_if(policy, is_reloading);
     }},
    {"reloaded-worker-refuses", "reload.rolling,terminate.no-loss-under-load,launch.replaced-executable",
     "a worker that a reload has started closes what it accepts",
     [](Policy& policy) {
       policy.start_worker = [](const Launch& launch) {
         return s_living < s_wanted ? documented_policy().start_worker(launch) : start_marked(launch);
       };
       count_workers(policy);
       close_accepted_if(policy, is_marked);
     }},
    {"replaced-counts-as-lost", "reload.rolling",
     "the exit code says that a worker was lost when it was replaced",
     [](Policy& policy) {
       count_workers(policy);
       policy.on_interrupt = [step = policy.on_interrupt](const Interrupt& interrupt) {
         s_ending = true;
         return step(interrupt);
       };
       policy.next_ended = [next = policy.next_ended](std::span<const pid_t> living) {
         const bool replacing = is_reloading() && !s_ending;
         auto end = next(living);
         s_replaced = s_replaced || (replacing && end);
         return end;
       };
       policy.failure_code = [](const Losses& losses) {
         return losses.failed + losses.not_started > 0 || s_replaced ? k_exit_worker_failed : 0;
       };
     }},
};

}  // namespace

std::span<const Fault> production_faults() { return k_faults; }

}  // namespace faulty_server
