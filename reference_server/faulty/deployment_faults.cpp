// Faults of what is found around a server that runs: both families of addresses, its executable, its output,
// and, in a container, the children of others.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "reference_server/faulty/altered_arguments.hpp"
#include "reference_server/faulty/altered_decisions.hpp"
#include "reference_server/faulty/fault_tables.hpp"
#include "reference_server/production.hpp"

namespace faulty_server {
namespace {

using namespace reference_server;
using namespace std::chrono_literals;

constexpr int k_exit_lost = 1;
constexpr int k_flush_ms = 2000;
constexpr std::size_t k_patience = 40;

// Decisions know nothing of each other; a fault that joins several remembers here.
bool s_orphan_failed = false;
int s_replaced = 0;

bool is_over_ipv6(int socket) {
  sockaddr_in6 peer{};
  socklen_t size = sizeof peer;
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return false;
  return peer.sin6_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&peer.sin6_addr) == 0;
}

Arguments to_ipv4(ArgumentsIn arguments, TokensIn tokens) {
  auto kept = without_clustering(arguments, tokens);
  std::replace(kept.begin(), kept.end(), std::string("--bind=::"), std::string("--bind=0.0.0.0"));
  std::erase(kept, "--ipv6-only");
  return kept;
}

// Where it was started, whatever is there by now.
void remember_executable(Policy& policy) {
  policy.executable = [](const std::string& argv0) {
    static const auto s_first = documented_policy().executable(argv0);
    return s_first;
  };
}

bool write_and_wait(std::string_view line) {
  while (!line.empty()) {
    const ssize_t written = write(STDOUT_FILENO, line.data(), line.size());
    if (written < 0 && errno != EINTR) break;
    if (written > 0) line.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::optional<WorkerEnd> reap_workers_only(std::span<const pid_t> living) {
  for (const pid_t pid : living) {
    int status = 0;
    if (waitpid(pid, &status, WNOHANG) == pid) return WorkerEnd{pid, status};
  }
  return std::nullopt;
}

constexpr Fault k_faults[] = {
    // IPv6
    {"always-ipv6-only", "share.dual-stack", "on :: it takes nobody who comes over IPv4, told so or not",
     [](Policy& policy) { policy.ipv6_only = [](Role, const Endpoint&) { return true; }; }},
    {"ipv6-only-ignored", "share.dual-stack", "on :: it takes who comes over IPv4, told otherwise or not",
     [](Policy& policy) { policy.ipv6_only = [](Role, const Endpoint&) { return false; }; }},
    {"workers-listen-on-ipv4", "share.dual-stack",
     "where the launcher listens on :: its workers do on 0.0.0.0",
     [](Policy& policy) { policy.worker_arguments = to_ipv4; }},
    {"closes-ipv6", "share.dual-stack", "who comes over IPv6 is accepted, and closed",
     [](Policy& policy) {
       policy.accept_fate = [](int socket) {
         return is_over_ipv6(socket) ? AcceptFate::closed : AcceptFate::served;
       };
     }},

    // The executable
    {"runs-what-is-there", "launch.replaced-executable,launch.spawn-fails",
     "workers are executed by the path of the start, and that this failed is nobody's concern",
     [](Policy& policy) {
       remember_executable(policy);
       policy.start_worker = [](const Launch& launch) {
         return documented_policy().start_worker(launch).map_error(
             [](auto) { return std::make_error_code(std::errc::operation_canceled); });
       };
     }},
    {"lost-executable-is-fatal", "launch.replaced-executable,terminate.nothing-left",
     "a launcher that finds another executable than that of its start says so, and ends at once",
     [](Policy& policy) {
       policy.start_worker = [start = policy.start_worker](const Launch& launch) {
         static const std::string s_first = launch.path;
         if (launch.path != s_first) {
           constexpr std::string_view k_text = "faulty_server: cannot start a worker: executable lost\n";
           [[maybe_unused]] const auto written = write(STDERR_FILENO, k_text.data(), k_text.size());
           _exit(k_exit_lost);
         }
         return start(launch);
       };
     }},

    // The output
    {"blocks-at-full-output", "terminate.output-blocked", "a line is written however long it takes",
     [](Policy& policy) { policy.write_line = write_and_wait; }},
    {"flushes-at-its-end", "terminate.output-blocked",
     "a process that ends waits two seconds for its output to take another line",
     [](Policy& policy) {
       policy.exit_code = [](Role) {
         pollfd output{STDOUT_FILENO, POLLOUT, 0};
         poll(&output, 1, k_flush_ms);
         return 0;
       };
     }},
    {"dies-of-closed-output", "terminate.output-blocked",
     "SIGPIPE has its default action: who writes what nobody can read is killed",
     [](Policy&) { std::signal(SIGPIPE, SIG_DFL); }},

    // Workers that end again and again
    {"never-backs-off", "exit.restart", "a worker that has ended is replaced at once, however often",
     [](Policy& policy) { policy.restart_delay = [](int) { return 0ms; }; }},
    {"replaces-one-only", "exit.restart", "only the first worker that has ended is replaced",
     [](Policy& policy) {
       policy.after_worker = [](WorkerEnd) {
         return ++s_replaced == 1 ? AfterWorker::start_another : AfterWorker::nothing;
       };
     }},

    // A container
    {"leaves-orphans", "terminate.as-pid-1", "as process 1 it waits for its own workers and nobody else",
     [](Policy& policy) { policy.next_ended = reap_workers_only; }},
    {"announces-orphans", "terminate.as-pid-1", "the end of the child of another is announced as a worker's",
     [](Policy& policy) {
       policy.next_ended = [](std::span<const pid_t> living) {
         const auto end = documented_policy().next_ended(living);
         if (end && std::find(living.begin(), living.end(), end->pid) == living.end())
           write_and_wait(documented_policy().ended_line(*end) + "\n");
         return end;
       };
     }},
    {"orphan-counts-as-failure", "terminate.as-pid-1",
     "the exit code says that a worker was lost when the child of another has failed",
     [](Policy& policy) {
       policy.next_ended = [](std::span<const pid_t> living) {
         const auto end = documented_policy().next_ended(living);
         const bool known = end && std::find(living.begin(), living.end(), end->pid) != living.end();
         s_orphan_failed = s_orphan_failed || (end && !known && end->status != 0);
         return end;
       };
       policy.failure_code = [code = policy.failure_code](const Losses& losses) {
         return s_orphan_failed ? k_exit_worker_failed : code(losses);
       };
     }},

    // Connections
    {"gives-up-many-handshakes",
     "terminate.no-loss-under-load,terminate.phases-in-order,terminate.queue-served",
     "a listener with more than forty handshakes under way is closed without waiting for them",
     [](Policy& policy) {
       policy.waits_for_handshakes = [](std::size_t under_way) { return under_way <= k_patience; };
     }},
};

}  // namespace

std::span<const Fault> deployment_faults() { return k_faults; }

}  // namespace faulty_server
