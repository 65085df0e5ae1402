// A plan in parts, so that several machines run it together.
#pragma once

#include <string_view>
#include <vector>

#include "model/case.hpp"
#include "model/error.hpp"
#include "model/verdict.hpp"

namespace clusterspec {

// "2/4": the second of four.
Result<Shard> parse_shard(std::string_view text);

// Leaves the cases of that shard and fills in what the shard is part of. Cases are dealt out one by one in
// the order of the plan: the combinations of one scenario, which take about as long as each other, go to
// different shards, and shards differ by at most one case. Every machine deals the same, whatever it can run
// of them.
void take_shard(std::vector<Case>& cases, Shard& shard);

}  // namespace clusterspec
