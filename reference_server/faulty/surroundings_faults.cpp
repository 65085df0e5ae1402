// Faults that show only in certain surroundings: another user's program, a closed terminal, a shell that
// ignores the interrupt, process 1 of a container, ten thousand clients, a client that looks twice.
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <utility>

#include "reference_server/faulty/altered_decisions.hpp"
#include "reference_server/faulty/altered_start.hpp"
#include "reference_server/faulty/fault_tables.hpp"
#include "reference_server/faulty/helpers.hpp"
#include "reference_server/spawn.hpp"

namespace faulty_server {
namespace {

using namespace reference_server;
using Then = InterruptStep::Then;

constexpr unsigned k_nobody = 65534;
constexpr int k_first_process = 1;
constexpr pid_t k_elsewhere = 30000;
constexpr int k_many_descriptors = 2000;
constexpr rlim_t k_usual_descriptors = 1024;

bool s_given = false;

bool ignores(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

void come_back(Policy& policy, bool answering) {
  policy.on_interrupt = [step = policy.on_interrupt](const Interrupt& interrupt) {
    if (is_launcher()) note_listening_address();
    return step(interrupt);
  };
  policy.exit_code = [answering](Role role) {
    if (role == Role::launcher) listen_once_more(answering);
    return 0;
  };
}

constexpr Fault k_faults[] = {
    // Another user
    {"listens-as-nobody", "share.same-user-only",
     "the port is taken as nobody, the user that every sandboxed program runs as",
     [](Policy& policy) {
       policy.part = [](Role) {
         // A change of user takes the signal away that the launcher's death sends (prctl(2)).
         int death_signal = 0;
         prctl(PR_GET_PDEATHSIG, &death_signal);
         setfsuid(k_nobody);
         prctl(PR_SET_PDEATHSIG, death_signal);
         return Part::listens_and_accepts;
       };
       policy.start_worker = [start = policy.start_worker](const Launch& launch) {
         setfsuid(geteuid());
         return start(launch);
       };
     }},
    {"gives-listener-away", "share.same-user-only",
     "a process that has accepted a connection hands its listener to nobody",
     [](Policy& policy) {
       close_accepted_if(policy, [] {
         if (!std::exchange(s_given, true)) give_listeners_to(k_nobody);
         return false;
       });
     }},

    // What clients see of the end
    {"comes-back", "terminate.phases-in-order,terminate.queue-served",
     "when all has ended the launcher listens once more, for some connections",
     [](Policy& policy) { come_back(policy, true); }},
    {"comes-back-unattended", "terminate.phases-in-order,terminate.queue-served",
     "when all has ended the launcher listens once more, and who then comes waits for an answer",
     [](Policy& policy) { come_back(policy, false); }},
    {"announces-no-close", "terminate.keep-alive-announced",
     "a launcher that waits for its workers answers as if the connection would stay",
     [](Policy& policy) { policy.keep_alive_while_waiting = KeepAliveWhileWaiting::kept; }},
    {"forces-nothing", "terminate.force", "a second interrupt changes nothing, whatever was asked for",
     [](Policy& policy) {
       policy.on_interrupt = [](const Interrupt& interrupt) {
         return interrupt.ordinal == 1 ? documented_step(interrupt) : InterruptStep{false, Then::nothing};
       };
     }},

    // How it was started
    {"takes-hangup-for-reload", "terminate.hangup",
     "SIGHUP is ignored, as by a server whose configuration is read anew by it",
     [](Policy& policy) {
       std::erase(policy.signals.graceful, SIGHUP);
       std::signal(SIGHUP, SIG_IGN);
     }},
    {"hangup-leaves-listener", "terminate.hangup,terminate.nothing-left",
     "a launcher that SIGHUP has ended leaves a process with its listener behind for some seconds",
     [](Policy& policy) {
       policy.on_interrupt = [step = policy.on_interrupt](const Interrupt& interrupt) {
         if (interrupt.signal == SIGHUP && interrupt.ordinal == 1 && is_launcher())
           leave_process_behind(true);
         return step(interrupt);
       };
     }},
    {"ignored-interrupt-is-failure", "terminate.inherited-ignore",
     "started with the interrupt ignored the launcher ends with exit code 1",
     [](Policy& policy) {
       if (is_launcher() && ignores(SIGINT)) policy.exit_code = [](Role) { return 1; };
     }},
    {"half-ignores-interrupt", "terminate.inherited-ignore",
     "started with the interrupt ignored the launcher goes on ignoring it, and its workers do not",
     [](Policy& policy) {
       if (is_launcher() && ignores(SIGINT)) std::erase(policy.signals.graceful, SIGINT);
     }},
    {"first-process-dies-of-sigterm", "terminate.as-pid-1",
     "as process 1 it relies on SIGTERM's default action, which process 1 does not have",
     [](Policy& policy) {
       if (getpid() == k_first_process) std::erase(policy.signals.graceful, SIGTERM);
     }},
    {"first-process-names-other-pids", "terminate.as-pid-1",
     "as process 1 it announces its workers by other pids than theirs",
     [](Policy& policy) {
       if (getpid() == k_first_process)
         policy.started_line = [line = policy.started_line](pid_t pid) { return line(pid + k_elsewhere); };
     }},
    {"parent-1-is-init", "terminate.as-pid-1",
     "a worker whose parent is process 1 believes that its launcher has died",
     [](Policy&) {
       if (!is_launcher() && getppid() == k_first_process) _exit(0);
     }},

    // Many clients
    {"closes-beyond-two-thousand", "load.holds,terminate.queue-served",
     "a process that holds 2,000 descriptors closes what it accepts",
     [](Policy& policy) {
       policy.accept_fate = [](int socket) {
         return socket < k_many_descriptors ? AcceptFate::served : AcceptFate::closed;
       };
     }},
    {"lowers-descriptor-limit", "load.holds",
     "1,024 descriptors are enough for everyone: the limit is set to that", [](Policy&) {},
     [](const std::function<int()>& run) {
       rlimit files{};
       getrlimit(RLIMIT_NOFILE, &files);
       files.rlim_cur = std::min(files.rlim_cur, k_usual_descriptors);
       setrlimit(RLIMIT_NOFILE, &files);
       return run();
     }},
};

}  // namespace

std::span<const Fault> surroundings_faults() { return k_faults; }

}  // namespace faulty_server
