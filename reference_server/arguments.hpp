#pragma once
// The command line as tokens. Parser and remover both read these tokens and nothing else, so they cannot
// disagree on what a clustering argument is: a spelling that is accepted is a spelling that is removed.
// Source: document, Launching, step 2 ("Remove the clustering arguments ..."); spellings as getopt_long(3),
// without its abbreviations and without bundled flags.
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace reference_server {

enum class OptionId {
  workers,
  port,
  bind,
  ipv6_only,
  label,
  production,
  graceful_term,
  graceful_hangup,
  forward,
  force,
  grace_period,
  restart,
  reload,
  end_with_launcher,
  announce_close,
  lossless_close,
  failure_exit_code,
  help,
  version,
  other
};

// One row of the table of options. A row says all there is to know about how the option is spelled.
struct OptionSpec {
  OptionId id;
  char short_name;  // 0: none
  std::string_view long_name;
  bool takes_value;
  std::string_view placeholder;
  std::string_view help;
};

using OptionTable = std::span<const OptionSpec>;
OptionTable option_table();

// One or two consecutive arguments that belong together.
struct Token {
  enum class Kind { option, operand, separator };
  Kind kind;
  const OptionSpec* option;  // only for Kind::option
  std::string_view value;    // of an option that takes one, or the operand itself
  std::size_t first;         // index of its first argument
  std::size_t count;         // 1 or 2 arguments
};

// `arguments` without the program's name. Every argument ends in exactly one token, in order. The tokens
// point into `arguments` and `table`. Error: a sentence naming the argument.
tl::expected<std::vector<Token>, std::string> tokenize(std::span<const std::string> arguments,
                                                       OptionTable table);

// The arguments of a worker: all but the tokens of `--workers`, byte for byte and in order.
std::vector<std::string> without_clustering(std::span<const std::string> arguments,
                                            std::span<const Token> tokens);

}  // namespace reference_server
