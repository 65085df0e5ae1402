// Whether processes have come to rest. No event tells that; the kernel's counts of switches prove it
// (proc_pid_status(5)).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "model/units.hpp"

namespace clusterspec {

// How often each thread has left the processor, by its id.
using Switches = std::map<Pid, std::uint64_t>;

// All threads of these processes, and of their children that have not executed a program of their own (yet),
// sleep with no signal pending for them, or were stopped, or have ended: the switches of all. Nothing: one
// runs, or waits for a device. Two looks with the same answer prove that between them none ran and none was
// born, so that none was about to wake another.
std::optional<Switches> switches_if_idle(const std::vector<Pid>& processes);

// A signal stops the threads of a process one after another, and its parent is told when the last has
// stopped: all threads of these were stopped, or have ended. Those in a call that a signal does not interrupt
// count with `uninterruptible`.
bool all_stopped(const std::vector<Pid>& processes, bool uninterruptible);

}  // namespace clusterspec
