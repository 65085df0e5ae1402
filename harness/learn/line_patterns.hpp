// Lines that a server printed about its workers, as the patterns of [log].
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "learn/run_facts.hpp"

namespace clusterspec {

// The line with the last mention of the pid as {pid}. What stands before another number, a time stamp say, is
// left to `*`, and so are other numbers behind it; `status`, if it is one of these, is what {status} stands
// for (or, with `literal`, a part of the pattern).
std::string pattern_for(const std::string& line, Pid pid, std::optional<int> status, bool literal);

// The pattern that fits a line about each of the `pids`, the longest if there are several.
struct LinesWanted {
  std::vector<Pid> pids;
  bool after_signal = false;
  bool failed = false;  // {status} for what ended them
};
std::optional<std::string> common_pattern(const std::vector<LineFact>& lines, const LinesWanted& wanted);

}  // namespace clusterspec
