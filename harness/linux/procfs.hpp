// What /proc says of processes (proc(5)). A process that is gone gives nothing, never an error.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/event.hpp"

namespace clusterspec {

struct ProcessStat {
  Pid parent = 0, group = 0, session = 0;
  char state = '?';
  int threads = 0;
  int exit_status = 0;  // raw wait status; meaningful for a zombie
  std::string command;
  // Where its arguments and environment lie: other values after an execve, the same after a fork. Zeros while
  // an execve is under way, and where they may not be read.
  std::array<std::uint64_t, 3> image{};
};
std::optional<ProcessStat> read_stat(Pid pid);

// The process a thread belongs to; the id itself if it is gone.
Pid process_of_thread(Pid thread);

// The process's pid in the innermost pid namespace (NSpid, proc_pid_status(5)); 0: gone.
Pid innermost_pid(Pid pid);

std::optional<Described> describe_process(Pid pid);

std::vector<ProcessSeen> children_of(Pid parent);
// Every descendant of `root`, zombies too, parents first. `root` is not in it.
std::vector<ProcessSeen> descendants_of(Pid root);

// Who holds which socket: by its inode, each process with one of its descriptors for it.
struct SocketHolder {
  Pid pid = 0;
  int descriptor = -1;
};
std::map<std::uint64_t, std::vector<SocketHolder>> sockets_by_inode(const std::vector<Pid>& candidates);

// Processes among `candidates` with a descriptor for the socket with this inode.
std::vector<Pid> socket_holders(std::uint64_t inode, const std::vector<Pid>& candidates);

// The numbers of a process's descriptors for the socket with this inode.
std::vector<int> descriptors_of_socket(Pid pid, std::uint64_t inode);

// Inodes of all sockets that a process has descriptors for.
std::vector<std::uint64_t> sockets_of(Pid pid);

// Could the process execute this path, as it sees it? (access(2); a relative one from its working directory.)
bool can_execute(Pid pid, const std::string& path);

// The process that a pidfd of another process refers to, 0 if it is none.
Pid process_of_pidfd(Pid holder, int descriptor);

// Both descriptors of the process are open, for the same file, pipe or socket.
bool is_same_file(Pid pid, int one, int other);

// Settings below /proc/sys by which one machine treats servers otherwise than another, by their names; those
// that this kernel lacks are left out.
std::map<std::string, std::string> kernel_settings();

std::string current_directory();
Pid own_pid();
Pid parent_pid();

}  // namespace clusterspec
