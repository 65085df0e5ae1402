// What /proc says of processes (proc(5)). A process that is gone gives nothing, never an error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/event.hpp"

namespace clusterspec {

struct ProcessStat {
  Pid parent = 0, group = 0, session = 0;
  char state = '?';
  int exit_status = 0;  // raw wait status; meaningful for a zombie
  std::string command;
};
std::optional<ProcessStat> read_stat(Pid pid);

// The process a thread belongs to; the id itself if it is gone.
Pid process_of_thread(Pid thread);

std::optional<Described> describe_process(Pid pid);

// Every descendant of `root`, zombies too, parents first. `root` is not in it.
std::vector<ProcessSeen> descendants_of(Pid root);

// Processes among `candidates` with a descriptor for the socket with this inode.
std::vector<Pid> socket_holders(std::uint64_t inode, const std::vector<Pid>& candidates);

// Inodes of all sockets that a process has descriptors for.
std::vector<std::uint64_t> sockets_of(Pid pid);

std::string current_directory();

}  // namespace clusterspec
