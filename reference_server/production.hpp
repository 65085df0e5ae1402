#pragma once
// The decisions that options ask for beyond the document: what operators need of such a server. README.md
// says what each option does and why.
#include "reference_server/policy.hpp"

namespace reference_server {

inline constexpr int k_exit_worker_failed = 3;
inline constexpr int k_exit_forced = 4;

// documented_policy() with the decisions that the options change.
Policy policy_for(const Options& options);

// Before the next start of a worker in the place of one that has ended: at once for the first, then 100 ms,
// doubled each time, 10 s at most.
std::chrono::milliseconds backed_off(int quick_ends);

}  // namespace reference_server
