#pragma once
// Wrong ways to make a worker's arguments out of the launcher's. Same form as
// reference_server::without_clustering.
#include <span>
#include <string>
#include <vector>

#include "reference_server/arguments.hpp"

namespace faulty_server {

using Arguments = std::vector<std::string>;
using ArgumentsIn = std::span<const std::string>;
using TokensIn = std::span<const reference_server::Token>;

Arguments all_kept(ArgumentsIn arguments, TokensIn tokens);
Arguments attached_short_kept(ArgumentsIn arguments, TokensIn tokens);
Arguments one_too_many_stripped(ArgumentsIn arguments, TokensIn tokens);
Arguments values_stripped_too(ArgumentsIn arguments, TokensIn tokens);
Arguments empty_ones_dropped(ArgumentsIn arguments, TokensIn tokens);
Arguments operands_reversed(ArgumentsIn arguments, TokensIn tokens);
Arguments split_at_spaces(ArgumentsIn arguments, TokensIn tokens);
Arguments last_one_removed(ArgumentsIn arguments, TokensIn tokens);
Arguments prefixed_ones_dropped(ArgumentsIn arguments, TokensIn tokens);

}  // namespace faulty_server
