#include "gate/shard.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>

#include "model/units.hpp"

namespace clusterspec {

Result<Shard> parse_shard(std::string_view text) {
  Shard shard;
  const char* const last = text.data() + text.size();
  const auto index = std::from_chars(text.data(), last, shard.index);
  const bool slash = index.ec == std::errc{} && index.ptr != last && *index.ptr == '/';
  const auto count = slash ? std::from_chars(index.ptr + 1, last, shard.count) : index;
  if (!slash || count.ec != std::errc{} || count.ptr != last || shard.count > 1000 || shard.index < 1 ||
      shard.index > shard.count)
    return failure(ErrorKind::usage, fmt::format("\"{}\" is no shard", printable(text, 100)),
                   "K/N, K from 1 to N: 1/4, 2/4, 3/4 and 4/4 are the whole plan");
  return shard;
}

void take_shard(std::vector<Case>& cases, Shard& shard) {
  // FNV-1a, 64 bits, each id ended by a byte that none of them holds.
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const Case& one : cases)
    for (const char c : one.id + '\0') hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  shard.plan = fmt::format("{:016x}", hash);
  shard.planned = static_cast<int>(cases.size());
  const auto count = static_cast<std::size_t>(shard.count), mine = static_cast<std::size_t>(shard.index - 1);
  std::vector<Case> left;
  for (std::size_t i = mine; i < cases.size(); i += count) left.push_back(std::move(cases[i]));
  cases = std::move(left);
}

}  // namespace clusterspec
