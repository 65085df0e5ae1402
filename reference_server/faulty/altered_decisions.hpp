#pragma once
// Wrong decisions that are more than a line: each has the form of the member of Policy that it replaces.
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "reference_server/policy.hpp"

namespace faulty_server {

using reference_server::Interrupt;
using reference_server::InterruptStep;
using reference_server::WorkerEnd;

// The count that the documented rule gives, changed.
std::function<tl::expected<int, std::string>(std::span<const std::string_view>)> count_changed_by(
    int (*change)(int));

// A worker that got the clustering arguments must not cluster again, or each would start workers without end.
// It is told apart without changing anything else of it: its parent runs the same executable.
int count_unless_worker(int count);

std::optional<WorkerEnd> look_without_reaping(std::span<const pid_t> living);
// Loses sight of the workers that a signal has ended.
std::optional<WorkerEnd> reap_exited_only(std::span<const pid_t> living);
std::string line_with_exit_code(WorkerEnd end);
bool write_terminating_in_halves(std::string_view line);
InterruptStep documented_step(const Interrupt& interrupt);

// Steps of a worker's start.
void open_null_as_output();
void let_interrupt_kill();
// From then on an interrupt is handled as soon as it comes, by closing the listener; while there is none yet
// that does nothing, and the interrupt is gone.
void lose_interrupts_until_listening();

// Only the launcher leaves something behind; a worker is told apart by its parent.
bool is_launcher();

}  // namespace faulty_server
