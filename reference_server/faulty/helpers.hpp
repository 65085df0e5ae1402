#pragma once
// What faults of more than a few lines do. A decision is given in the form of the member of Policy that it
// replaces.
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <tl/expected.hpp>

#include "reference_server/policy.hpp"

namespace faulty_server {

// A worker gets a mark that execve leaves alone and nobody else sees: it ignores SIGWINCH, which is so by
// default too.
tl::expected<pid_t, std::error_code> start_marked(const reference_server::Launch& launch);
std::function<tl::expected<pid_t, std::error_code>(const reference_server::Launch&)> start_marking_second();
bool is_marked();

// A signal has come and has not been taken (sigpending(2)): those that are read are blocked.
bool is_pending(int signal);

// Connections are closed when they have been accepted, as long as that is so.
void close_accepted_if(reference_server::Policy& policy, bool (*is_refused)());

// Other instances of this program on the same machine, or in the same pid namespace.
reference_server::Part wait_behind_another(reference_server::Role role);
void end_other_instances();

// Of 16 connections nine or more come to the first listener of the port, and one to each of the next seven.
void favour_own_listener();

// Starts a process that ends at once, and waits for it. With `executed` it is a new image of this program.
void start_helper(bool executed);

tl::expected<std::string, std::error_code> copy_of_executable();
tl::expected<pid_t, std::error_code> start_through_env(const reference_server::Launch& launch);
void open_pipe_as_input();
void drop_error_output();
std::string announce_on_error_output(pid_t pid);
tl::expected<int, std::string> largest_count(std::span<const std::string_view> given);

// Keeping track of workers: as `next_ended`.
std::optional<reference_server::WorkerEnd> reap_one_behind(std::span<const pid_t> living);
std::optional<reference_server::WorkerEnd> kill_the_others(std::span<const pid_t> living);
std::optional<reference_server::WorkerEnd> end_the_others(std::span<const pid_t> living);
std::optional<reference_server::WorkerEnd> miss_while_announcing(std::span<const pid_t> living);
std::optional<reference_server::WorkerEnd> notice_last(std::span<const pid_t> living);
bool is_last_gone();  // the end that notice_last gave was that of the last worker

// A process that holds the address noted before, without SO_REUSEPORT, for some seconds.
void note_listening_address();
void leave_exclusive_listener();
// Listens once more on it: until twenty clients have been answered or none comes for 60 ms; or, without
// answering, for 4 s after the first has come.
void listen_once_more(bool answering);

}  // namespace faulty_server
