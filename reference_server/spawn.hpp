#pragma once
// Starting a worker: a new execution of the launcher's own executable (document, Launching: "Grab the
// processes executable path", "We avoid using fork").
#include <sys/types.h>

#include <string>
#include <system_error>
#include <tl/expected.hpp>

namespace reference_server {

struct Launch;

// The path of the running image, from /proc/self/exe: independent of argv[0], the working directory and PATH.
// When the file was deleted or replaced since, "/proc/self/exe" itself, which still executes the same image.
tl::expected<std::string, std::error_code> own_executable();

// Environment, working directory, process group, session, standard output and error are the caller's;
// standard input is /dev/null; SIGINT is blocked as in the caller, so that none can end the worker before it
// handles it. A worker that gets a death signal is never without its launcher unnoticed. Errors: fork's and
// execve's; ECANCELED if an interrupt was pending here before the worker was born: it is not started then.
tl::expected<pid_t, std::error_code> spawn(const Launch& launch);

// True if the parent of this process runs the same executable.
bool parent_runs_same_executable();

}  // namespace reference_server
