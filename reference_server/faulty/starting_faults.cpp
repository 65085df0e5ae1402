// Faults of the port and of the start (document, Overview and Launching).
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "reference_server/faulty/altered_arguments.hpp"
#include "reference_server/faulty/altered_decisions.hpp"
#include "reference_server/faulty/altered_start.hpp"
#include "reference_server/faulty/fault_tables.hpp"
#include "reference_server/faulty/helpers.hpp"
#include "reference_server/options.hpp"
#include "reference_server/program.hpp"

namespace faulty_server {
namespace {

using namespace reference_server;

// What is wrong is around the decisions and not one of them.
void nothing(Policy&) {}

constexpr Fault k_faults[] = {
    // Overview
    {"default-loopback", "share.default-address", "without options it listens on 127.0.0.1 only",
     [](Policy& policy) { policy.default_endpoint.address = "127.0.0.1"; }},
    {"default-port", "share.default-address", "without options it listens on port 8080",
     [](Policy& policy) { policy.default_endpoint.port = 8080; }},
    {"launcher-does-not-listen", "share.every-process-listens,share.port-taken",
     "a launcher with workers leaves serving to them",
     [](Policy& policy) {
       policy.part = [](Role role) {
         return role == Role::launcher ? Part::nothing : Part::listens_and_accepts;
       };
     }},
    {"worker-never-accepts", "share.every-process-serves",
     "workers listen and never accept: the kernel queues connections that nobody serves",
     [](Policy& policy) {
       policy.part = [](Role role) {
         return role == Role::worker ? Part::listens_only : Part::listens_and_accepts;
       };
     }},
    {"one-worker-never-accepts", "share.every-process-serves", "the second worker listens and never accepts",
     [](Policy& policy) {
       policy.start_worker = start_marking_second();
       policy.part = [](Role) { return is_marked() ? Part::listens_only : Part::listens_and_accepts; };
     }},
    {"one-worker-does-not-listen", "share.every-process-listens", "the second worker never listens",
     [](Policy& policy) {
       policy.start_worker = start_marking_second();
       policy.part = [](Role) { return is_marked() ? Part::nothing : Part::listens_and_accepts; };
     }},
    {"one-worker-binds-alone", "share.every-process-listens",
     "the second worker binds without SO_REUSEPORT, and fails",
     [](Policy& policy) {
       policy.start_worker = start_marking_second();
       policy.shares_port = [](Role) { return !is_marked(); };
     }},
    {"idle-without-workers", "share.zero-workers", "without workers it listens and nobody accepts",
     [](Policy& policy) {
       policy.part = [](Role role) {
         return role == Role::single ? Part::listens_only : Part::listens_and_accepts;
       };
     }},
    {"second-instance-waits", "share.second-instance-joins",
     "a launcher that finds its port answered listens and does not accept",
     [](Policy& policy) { policy.part = wait_behind_another; }},
    {"ends-other-instance", "share.second-instance-joins",
     "a launcher ends the instance that it finds running",
     [](Policy& policy) {
       policy.part = [](Role role) {
         if (role != Role::worker) end_other_instances();
         return Part::listens_and_accepts;
       };
     }},
    {"favours-launcher", "share.spread", "a filter on the port gives the launcher more than half of all",
     [](Policy& policy) {
       policy.start_worker = [](const Launch& launch) {
         favour_own_listener();
         return documented_policy().start_worker(launch);
       };
     }},
    {"not-listening-first", "share.port-taken",
     "workers are started before the launcher listens: with the port taken there are processes all the same",
     [](Policy& policy) { policy.start_order = StartOrder::workers_then_listener; }},
    {"taken-port-is-success", "share.port-taken", "a launcher that cannot listen ends with exit code 0",
     nothing,
     [](const std::function<int()>& run) {
       const int code = run();
       return code == 1 && is_launcher() ? 0 : code;
     }},
    {"taken-port-leaves-process", "share.port-taken",
     "a launcher that cannot listen ends and leaves a process behind for some seconds", nothing,
     [](const std::function<int()>& run) {
       const int code = run();
       if (code == 1 && is_launcher()) leave_process_behind(false);
       return code;
     }},
    {"silent-errors", "share.port-taken,launch.bad-count", "no error is told on standard error", nothing,
     [](const std::function<int()>& run) {
       drop_error_output();
       return run();
     }},

    // Launching
    {"one-extra-worker", "launch.exact-count,share.every-process-listens",
     "with more than two asked for, one worker more is started",
     [](Policy& policy) {
       policy.worker_count = count_changed_by([](int count) { return count > 2 ? count + 1 : count; });
     }},
    {"one-worker-less", "launch.exact-count", "the launcher counts itself as one of the workers",
     [](Policy& policy) {
       policy.worker_count = count_changed_by([](int count) { return count == 0 ? 0 : count - 1; });
     }},
    {"at-least-one-worker", "launch.exact-count,share.zero-workers",
     "a count of 0, or none, starts one worker",
     [](Policy& policy) {
       policy.worker_count =
           count_changed_by([](int count) { return count_unless_worker(std::max(count, 1)); });
     }},
    {"worker-starts-process", "launch.exact-count", "each worker starts a process and waits for its end",
     [](Policy& policy) {
       policy.part = [](Role role) {
         if (role == Role::worker) start_helper(false);
         return Part::listens_and_accepts;
       };
     }},
    {"first-count-holds", "launch.repeated-count", "with the option repeated the first count holds",
     [](Policy& policy) {
       policy.worker_count = [](std::span<const std::string_view> given) {
         return last_count(given.first(std::min<std::size_t>(given.size(), 1)));
       };
     }},
    {"largest-count-holds", "launch.repeated-count", "with the option repeated the largest count holds",
     [](Policy& policy) { policy.worker_count = largest_count; }},
    {"bad-count-is-zero", "launch.bad-count", "a count that is no number counts as none",
     [](Policy& policy) {
       policy.worker_count = [](std::span<const std::string_view> given) -> tl::expected<int, std::string> {
         return last_count(given).value_or(0);
       };
     }},
    {"bad-count-is-success", "launch.bad-count", "a count that is no number is told, with exit code 0",
     nothing,
     [](const std::function<int()>& run) {
       const int code = run();
       return code == k_exit_usage ? 0 : code;
     }},
    {"bad-count-starts-worker", "launch.bad-count",
     "a worker is started before the count is found to be wrong", nothing,
     [](const std::function<int()>& run) {
       const int code = run();
       if (code == k_exit_usage && is_launcher()) start_helper(true);
       return code;
     }},
    {"keeps-clustering-arguments", "launch.arguments-removed",
     "workers get the clustering arguments (but do not cluster again, so that nothing else is broken)",
     [](Policy& policy) {
       policy.worker_arguments = all_kept;
       policy.worker_count = count_changed_by(count_unless_worker);
     }},
    {"keeps-attached-count", "launch.arguments-removed", "the spelling -wN is accepted and not removed",
     [](Policy& policy) {
       policy.worker_arguments = attached_short_kept;
       policy.worker_count = count_changed_by(count_unless_worker);
     }},
    {"removes-one-of-many", "launch.arguments-removed",
     "with the option repeated only the last one is removed",
     [](Policy& policy) {
       policy.worker_arguments = last_one_removed;
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
    {"strips-prefixed-arguments", "launch.prefix-arguments",
     "what only begins like the long clustering option is removed too",
     [](Policy& policy) { policy.worker_arguments = prefixed_ones_dropped; }},
    {"uses-argv0", "launch.same-executable,share.every-process-listens", "the executable is found by argv[0]",
     [](Policy& policy) {
       policy.executable = [](const std::string& argv0) -> tl::expected<std::string, std::error_code> {
         return argv0;
       };
     }},
    {"executes-copy", "launch.same-executable", "workers run a copy of the executable",
     [](Policy& policy) { policy.executable = [](const std::string&) { return copy_of_executable(); }; }},
    {"bare-fork", "launch.fresh-image", "a worker is a fork of the launcher that executes nothing",
     [](Policy& policy) { policy.start_worker = start_by_fork; }},
    {"starts-through-env", "launch.fresh-image", "a worker is started through env, which executes it in turn",
     [](Policy& policy) { policy.start_worker = start_through_env; }},
    {"leaks-listener", "share.every-process-listens,share.own-socket",
     "workers inherit the launcher's listener",
     [](Policy& policy) { policy.start_worker = start_with(let_listeners_be_inherited); }},
    {"keeps-stdin", "launch.input-closed", "workers read the launcher's standard input",
     [](Policy& policy) { policy.start_worker = start_with([] {}, Input::launchers); }},
    {"pipe-as-stdin", "launch.input-closed", "a worker's standard input is a pipe",
     [](Policy& policy) { policy.start_worker = start_with(open_pipe_as_input); }},
    {"own-output", "launch.output-inherited,terminate.announced",
     "a worker's standard output goes to /dev/null",
     [](Policy& policy) { policy.start_worker = start_with(open_null_as_output); }},
    {"worker-errors-dropped", "launch.output-inherited", "a worker's standard error goes to /dev/null",
     [](Policy& policy) { policy.start_worker = start_with(drop_error_output); }},
    {"clears-environment", "launch.environment-kept", "workers start with an empty environment",
     [](Policy& policy) { policy.start_worker = start_with([] { clearenv(); }); }},
    {"changes-directory", "launch.environment-kept", "workers start in the root directory",
     [](Policy& policy) {
       policy.start_worker = start_with([] {
         if (chdir("/") != 0) _exit(127);
       });
     }},
    {"new-session", "terminate.interrupt-reaches-all,terminate.during-startup",
     "each worker has a session of its own",
     [](Policy& policy) { policy.start_worker = start_with([] { setsid(); }); }},
    {"new-group", "terminate.interrupt-reaches-all,terminate.during-startup",
     "each worker has a process group of its own",
     [](Policy& policy) { policy.start_worker = start_with([] { setpgid(0, 0); }); }},
    {"interrupt-kills-newborn", "terminate.during-startup",
     "a worker starts with SIGINT unblocked: an interrupt before it is ready kills it",
     [](Policy& policy) { policy.start_worker = start_with(let_interrupt_kill); }},
    {"wrong-pid", "launch.announced,exit.in-order", "workers are announced with the launcher's pid",
     [](Policy& policy) {
       policy.started_line = [](pid_t) { return " > worker " + std::to_string(getpid()) + " started"; };
     }},
    {"announces-on-stderr", "launch.announced", "workers are announced on standard error",
     [](Policy& policy) { policy.started_line = announce_on_error_output; }},
};

}  // namespace

std::span<const Fault> starting_faults() { return k_faults; }

}  // namespace faulty_server
