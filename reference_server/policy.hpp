#pragma once
// The decisions that make a clustered server conform, as one value. `documented_policy()` decides as the
// document does, `policy_for` (production.hpp) as options ask; a program that replaces one member is a server
// with exactly one decision changed. Members are decisions of the field and never switches of this code.
#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <tl/expected.hpp>
#include <vector>

#include "reference_server/arguments.hpp"
#include "reference_server/options.hpp"

namespace reference_server {

// single: started by hand without workers. A worker is told apart by its parent running the same executable,
// because neither its arguments nor its environment may say so.
enum class Role { single, launcher, worker };
std::string_view to_string(Role role);

// What a process does with the shared port (document, Overview).
enum class Part { listens_and_accepts, listens_only, nothing };

// What the launcher does first.
enum class StartOrder { listener_then_workers, workers_then_listener };

// When the launcher closes its listener and ends (document, Terminating: `@processes.each(&.get)`, then
// `server.close`).
enum class LauncherClose { after_workers, before_workers, without_waiting };

// What closing a listener does with the connections that the kernel has completed and nobody has accepted.
enum class QueueFate { served, abandoned };

struct Interrupt {
  int ordinal;             // 1 for the first one
  int requests_in_flight;  // of this process
  Role role;
  bool while_starting;  // it came before this process had started all that it starts
  int signal = SIGINT;
};
struct InterruptStep {
  bool announce;  // print ` > terminating gracefully`
  // force: the workers are killed, and when they have ended so does the launcher.
  enum class Then { terminate, nothing, exit_at_once, force } then;
  int exit_code = 0;  // for exit_at_once and force
};

// A request being handled at the moment its process starts to close.
struct RequestInFlight {
  std::uint64_t response_bytes_left;  // known only once the answer has begun
  int in_flight_after;                // how many other requests in flight are on younger connections
};
enum class RequestFate { finish, finish_and_reset, drop };

// What becomes of a connection at the moment of its acceptance.
enum class AcceptFate { served, closed };

// What becomes of accepting when there are no descriptors left.
enum class StarvedFate { accepts_later, accepts_no_more };

// What the end does with a connection that has no request in flight. closed, or reset if
// it has had one: after a last look for a request that has arrived; closed_unread: without that look.
enum class IdleFate { closed, closed_unread, reset, waited_for };

struct WorkerEnd {
  pid_t pid;
  int status;  // raw, as wait(2) gives it
};
enum class AfterWorker { nothing, start_another };

// Which signals are read, besides SIGCHLD. All others keep their dispositions.
struct SignalUse {
  std::vector<int> graceful;  // on_interrupt decides what they do
  int reload = 0;             // 0: none
  bool drain = false;         // drain_signal(), by which a launcher tells its workers to end
};

// How a listener is closed. lossless: no handshake and no connection is lost by it (README.md).
enum class ListenerClose { at_once, lossless };

// What a launcher that waits for its workers does with connections that could be kept alive.
enum class KeepAliveWhileWaiting { kept, ended };

// How a reload puts a new worker into a place. old_then_new: the old one is told to end, and what starts
// another in the place of one that has ended does the rest.
enum class Replacement { new_then_old, old_then_new, new_only, old_only };

struct Losses {
  int failed = 0;       // workers that did not exit with 0
  int not_started = 0;  // attempts to start one that failed
};

// All that a worker's start depends on.
struct Launch {
  std::string path;
  std::vector<std::string> arguments;  // argv, with the program's name
  sigset_t signal_mask;                // as the launcher was started, with SIGINT blocked in addition
  bool restore_pipe_signal;            // the launcher ignores SIGPIPE but was not started so
  int death_signal = 0;                // sent to the worker when the launcher dies; 0: none
  int channel = -1;                    // becomes the worker's descriptor k_channel (channel.hpp); -1: none
};

struct Policy {
  // Overview
  Endpoint default_endpoint;
  std::function<Part(Role)> part;
  std::function<bool(Role)> shares_port;  // sets SO_REUSEPORT
  std::function<bool(Role, const Endpoint&)>
      ipv6_only;  // sets IPV6_V6ONLY (ipv6(7)), where that means anything

  // Launching
  StartOrder start_order;
  std::function<tl::expected<int, std::string>(std::span<const std::string_view> given)> worker_count;
  std::function<std::vector<std::string>(std::span<const std::string>, std::span<const Token>)>
      worker_arguments;
  std::function<tl::expected<std::string, std::error_code>(const std::string& argv0)> executable;
  std::function<tl::expected<pid_t, std::error_code>(const Launch&)> start_worker;
  std::function<std::string(pid_t)> started_line;  // empty: nothing is printed

  // Launching: futures that resolve when a process exits
  std::function<std::optional<WorkerEnd>(std::span<const pid_t> living)> next_ended;
  std::function<std::string(WorkerEnd)> ended_line;  // empty: nothing is printed
  std::function<AfterWorker(WorkerEnd)> after_worker;

  // Terminating
  std::function<InterruptStep(const Interrupt&)> on_interrupt;
  std::function<void(std::span<const pid_t> living)> tell_workers;
  std::function<AcceptFate(int socket)> accept_fate;
  std::function<StarvedFate()> when_starved;
  LauncherClose launcher_close;
  QueueFate queue_fate;
  std::function<IdleFate()> idle_fate;
  std::function<RequestFate(const RequestInFlight&)> on_close;
  std::function<int(Role)> exit_code;  // after a graceful end

  // Beyond the document (production.hpp). Without options each is such that the document holds.
  SignalUse signals;
  std::optional<std::chrono::milliseconds> grace_period;  // from the beginning of the end
  std::function<void(pid_t)> kill_worker;                 // that has not ended in time
  std::function<Replacement(int place)> replacement;
  ListenerClose listener_close;
  // A lossless close waits for those that are under way when it begins; else they are lost with it.
  std::function<bool(std::size_t under_way)> waits_for_handshakes;
  // An ending process waits so long, from the acceptance on, for the first byte of a connection: accepting it
  // was a promise.
  std::chrono::milliseconds first_byte_within;
  KeepAliveWhileWaiting keep_alive_while_waiting;
  bool ends_with_launcher;
  // Before a worker is replaced, given how many in a row ended soon after their start in its place before.
  std::function<std::chrono::milliseconds(int quick_ends)> restart_delay;
  AfterWorker after_failed_start;
  std::function<int(const Losses&)> failure_code;  // instead of 0

  // One line, newline included, to standard output. Returns false when it would block and nothing was
  // written.
  std::function<bool(std::string_view line)> write_line;
};

Policy documented_policy();

}  // namespace reference_server
