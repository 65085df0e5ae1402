// How the arguments that a worker got differ from those it should have got.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace clusterspec {

// Indexes into the two lists.
struct ArgumentDiff {
  std::vector<int> extra;                    // of `actual`: was not given
  std::vector<int> missing;                  // of `expected`: did not arrive
  std::vector<std::pair<int, int>> changed;  // expected arrived as something else
  std::vector<std::pair<int, int>> moved;    // expected arrived, at another place
};

// By the longest common subsequence. What is left over on both sides with the same text was moved; what is
// left over on both sides at the same place was changed, unless it is one of `forbidden`, which is always
// extra.
ArgumentDiff diff_arguments(const std::vector<std::string>& expected, const std::vector<std::string>& actual,
                            const std::vector<std::string>& forbidden);

}  // namespace clusterspec
