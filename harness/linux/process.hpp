// Starting the server, following processes by pidfd, and how they ended.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "linux/fd.hpp"
#include "model/event.hpp"
#include "model/units.hpp"

namespace clusterspec {

class NotificationFilter;

struct SpawnRequest {
  std::string executable;
  std::vector<std::string> arguments;    // with argv[0]
  std::vector<std::string> environment;  // "NAME=value"
  std::string directory;                 // empty: unchanged
  int input = -1, output = -1, error = -1;
  bool terminal = false;                        // `input` is a pty: make it the controlling terminal
  const NotificationFilter* watched = nullptr;  // to be installed
  std::optional<std::uint64_t> files;           // RLIMIT_NOFILE's soft limit; empty: as ours
  std::vector<Signal> ignored;                  // found ignored by the program, unlike all others
  // Process 1 of a new pid namespace with a /proc of its own (pid_namespaces(7)). Needs CAP_SYS_ADMIN.
  bool first_process = false;
  bool helper = false;  // no server but a tool that works for us: stays in our process group, dies with us
};

struct Spawned {
  Pid pid = 0;
  Fd pidfd;
  Fd notifications;  // empty unless watched
};

// Starts the program as leader of a new session and process group (a helper: in ours), with default
// dispositions (but for `ignored`) and no signal blocked (an ignored SIGINT that we inherited would change
// how the server ends), no core files, and no descriptor but 0, 1, 2. Where the program cannot be executed it
// says so on its standard error and ends with exit code 127, as a shell would. A watched program stands still
// in its execve until its first notification is answered.
Result<Spawned> spawn(const SpawnRequest& request);

// Descriptors that this process may have open (getrlimit(2)).
struct FileLimit {
  std::uint64_t soft = 0, hard = 0;
};
// As many as are allowed to ask for. Gives what was before, for processes that must not notice.
FileLimit raise_file_limit();

// Empty if the process is gone.
Fd open_pidfd(Pid pid);

// True once the process has ended (it may still be a zombie).
bool has_ended(int pidfd);

// How a process ended that need not be our child: from its zombie, else from the kernel's record of a reaped
// process (PIDFD_GET_INFO, Linux 6.15). Nothing where neither can be had.
std::optional<int> exit_status(Pid pid, int pidfd);

// Waits for every ended child of ours, without blocking. As subreaper or process 1 we get the orphans too.
void reap_children();
bool reap_child(Pid pid);  // true: it was ours

std::vector<std::string> own_environment();

int wait_for_child(Pid pid);  // blocks; the wait status

// Processes whose parent dies become our children (PR_SET_CHILD_SUBREAPER, prctl(2)).
void adopt_orphans();
// Stops every descendant where it stands (SIGSTOP), also of a server that forks without end, and gives them
// all. In a pid namespace of its own one call stops everybody; elsewhere a server that puts each child into a
// group of its own may go on for some rounds, at most a second.
std::vector<ProcessSeen> freeze_descendants();
// The same, and does not wait to see it done.
void stop_descendants();
// Ends every descendant: kills, reaps, looks again, at most five seconds. True if none is left.
bool kill_descendants();

[[noreturn]] void end_process(int code);  // _exit(2)

bool send_signal(Pid target, Signal signal);  // target as kill(2) takes it
bool send_signal_by_pidfd(int pidfd, Signal signal);

}  // namespace clusterspec
