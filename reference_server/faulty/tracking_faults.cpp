// Faults of keeping track of workers (document, Launching: futures that resolve when a process exits).
#include <unistd.h>

#include "reference_server/faulty/altered_decisions.hpp"
#include "reference_server/faulty/fault_tables.hpp"
#include "reference_server/faulty/helpers.hpp"

namespace faulty_server {
namespace {

using namespace reference_server;

constexpr Fault k_faults[] = {
    {"no-stopped-line", "exit.clean-announced,terminate.workers-stop-cleanly,terminate.one-worker",
     "a worker that exits with 0 is not announced",
     [](Policy& policy) {
       policy.ended_line = [](WorkerEnd end) {
         return end.status == 0 ? std::string() : documented_policy().ended_line(end);
       };
     }},
    {"says-stopped-twice", "exit.clean-announced,terminate.workers-stop-cleanly",
     "a worker that exits with 0 is announced twice",
     [](Policy& policy) {
       policy.ended_line = [](WorkerEnd end) {
         const auto line = documented_policy().ended_line(end);
         return end.status == 0 ? line + "\n" + line : line;
       };
     }},
    {"announces-start-at-end", "exit.in-order,launch.announced",
     "a worker's start is announced with its end, and after it",
     [](Policy& policy) {
       policy.started_line = [](pid_t) { return std::string(); };
       policy.ended_line = [](WorkerEnd end) {
         return documented_policy().ended_line(end) + "\n" + documented_policy().started_line(end.pid);
       };
     }},
    {"exit-code-not-status", "exit.failure-announced", "the exit code is printed instead of the wait status",
     [](Policy& policy) { policy.ended_line = line_with_exit_code; }},
    {"status-as-by-shell", "exit.failure-announced",
     "128 and the signal is printed instead of the wait status",
     [](Policy& policy) {
       policy.ended_line = [](WorkerEnd end) {
         const int signal = end.status & 0x7f;
         return documented_policy().ended_line({end.pid, signal > 0 ? 128 + signal : end.status});
       };
     }},
    {"failure-says-stopped", "exit.failure-announced", "a worker that failed is announced as stopped",
     [](Policy& policy) {
       policy.ended_line = [](WorkerEnd end) { return documented_policy().ended_line({end.pid, 0}); };
     }},
    {"keeps-zombie", "exit.reaped,terminate.nothing-left",
     "a worker that has ended is announced and never reaped",
     [](Policy& policy) { policy.next_ended = look_without_reaping; }},
    {"reaps-one-behind", "exit.reaped,terminate.nothing-left",
     "a worker that has ended is reaped only when the next one has",
     [](Policy& policy) { policy.next_ended = reap_one_behind; }},
    {"restarts-dead-worker", "exit.not-restarted", "a dead worker is replaced",
     [](Policy& policy) { policy.after_worker = [](WorkerEnd) { return AfterWorker::start_another; }; }},
    {"restarts-last-worker", "exit.not-restarted", "a worker is replaced when it was the last one",
     [](Policy& policy) {
       policy.next_ended = notice_last;
       policy.after_worker = [](WorkerEnd) {
         return is_last_gone() ? AfterWorker::start_another : AfterWorker::nothing;
       };
     }},
    {"ends-without-workers", "exit.all-dead-still-serves", "the launcher ends when no worker is left",
     [](Policy& policy) {
       policy.next_ended = notice_last;
       policy.after_worker = [](WorkerEnd) {
         if (is_last_gone()) _exit(0);
         return AfterWorker::nothing;
       };
     }},
    {"ends-with-stopped-worker", "terminate.one-worker,terminate.nothing-left",
     "the launcher takes the end of one worker for the end of all",
     [](Policy& policy) {
       policy.after_worker = [](WorkerEnd end) {
         if (end.status == 0) _exit(0);
         return AfterWorker::nothing;
       };
     }},
    {"misses-end-while-announcing", "exit.failure-announced,terminate.dead-worker",
     "who ends while the failure of a worker is being announced is reaped and forgotten",
     [](Policy& policy) { policy.next_ended = miss_while_announcing; }},
    {"kills-other-workers", "exit.others-unaffected", "a worker killed by a signal takes the others with it",
     [](Policy& policy) { policy.next_ended = kill_the_others; }},
    {"ends-with-worker",
     "exit.others-unaffected,exit.all-dead-still-serves,terminate.nothing-left,terminate.dead-worker,exit."
     "failure-announced",
     "the launcher ends when a worker has failed",
     [](Policy& policy) {
       policy.after_worker = [](WorkerEnd end) {
         if (end.status != 0) _exit(1);
         return AfterWorker::nothing;
       };
     }},
};

}  // namespace

std::span<const Fault> tracking_faults() { return k_faults; }

}  // namespace faulty_server
