#pragma once
// Starting a worker by fork(2) and execve(2), with something done in the child in between that posix_spawn
// has no word for. This is what the reference does not do.
#include <functional>
#include <system_error>
#include <tl/expected.hpp>

#include "reference_server/policy.hpp"

namespace faulty_server {

enum class Input { null, launchers };

// `in_child` runs after standard input and the signals are as the reference leaves them, just before execve.
// A worker that cannot be executed exits with 127.
std::function<tl::expected<pid_t, std::error_code>(const reference_server::Launch&)> start_with(
    std::function<void()> in_child, Input input = Input::null);

// No execve: the child goes on as a worker in the launcher's own image.
tl::expected<pid_t, std::error_code> start_by_fork(const reference_server::Launch& launch);

// Of a process that was left behind: does nothing, and ends after a few seconds.
[[noreturn]] void live_on();

// Leaves a process that does nothing, holds no descriptor but the listening sockets if `with_listeners`, and
// ends by itself after a few seconds, so that a broken server does not litter the machine.
void leave_process_behind(bool with_listeners);

// Makes every listening socket of this process another user's (chown(2)), whose programs may then join its
// port.
void give_listeners_to(unsigned user);

// Makes every listening socket of this process survive execve.
void let_listeners_be_inherited();

}  // namespace faulty_server
