// The requirements that the judge charges on its own account: for the standing checks, and for a step that
// could not be done. All else is charged to what a scenario verifies. scenarios/tests hold that the catalogue
// has them.
#pragma once

#include <array>

namespace clusterspec::charged {

inline constexpr const char* k_listens = "share.every-process-listens";
inline constexpr const char* k_serves = "share.every-process-serves";
inline constexpr const char* k_exact_count = "launch.exact-count";
inline constexpr const char* k_fresh_image = "launch.fresh-image";
inline constexpr const char* k_started_line = "launch.announced";
inline constexpr const char* k_stopped_line = "exit.clean-announced";
inline constexpr const char* k_failed_line = "exit.failure-announced";
inline constexpr const char* k_not_restarted = "exit.not-restarted";
inline constexpr const char* k_terminating_line = "terminate.announced";
inline constexpr const char* k_clean_stop = "terminate.workers-stop-cleanly";
inline constexpr const char* k_interrupt = "terminate.interrupt-reaches-all";
inline constexpr const char* k_nothing_left = "terminate.nothing-left";

inline constexpr std::array k_all{k_listens,          k_serves,       k_exact_count, k_fresh_image,
                                  k_started_line,     k_stopped_line, k_failed_line, k_not_restarted,
                                  k_terminating_line, k_clean_stop,   k_interrupt,   k_nothing_left};

}  // namespace clusterspec::charged
