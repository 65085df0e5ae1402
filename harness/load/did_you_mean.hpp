// The nearest valid spelling to what somebody wrote.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace clusterspec {

// Insertions, deletions, replacements and swaps of neighbours that turn one text into the other.
int edit_distance(std::string_view from, std::string_view to);

// `did you mean "launcher"? ` with the nearest choice, or nothing if none is near.
std::string did_you_mean(std::string_view written, const std::vector<std::string>& choices);

// "a, b, c"
std::string listed(const std::vector<std::string>& choices);

}  // namespace clusterspec
