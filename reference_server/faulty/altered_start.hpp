#pragma once
// Starting a worker by fork(2) and execve(2), with something done in the child in between that posix_spawn has
// no word for. This is what the reference does not do.
#include <functional>
#include <system_error>
#include <tl/expected.hpp>

#include "reference_server/policy.hpp"

namespace faulty_server {

// `in_child` runs after standard input and the signals are as the reference leaves them, just before execve.
// A worker that cannot be executed exits with 127.
std::function<tl::expected<pid_t, std::error_code>(const reference_server::Launch&)> start_with(
    std::function<void()> in_child);

// No execve: the child goes on as a worker in the launcher's own image.
tl::expected<pid_t, std::error_code> start_by_fork(const reference_server::Launch& launch);

// Makes every listening socket of this process survive execve.
void let_listeners_be_inherited();

}  // namespace faulty_server
