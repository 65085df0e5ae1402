#pragma once
// What the command line asks for, read from its tokens. A repeated option: the last holds, labels add up.
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "reference_server/arguments.hpp"

namespace reference_server {

struct Policy;

inline constexpr int k_most_workers = 1024;

struct Endpoint {
  std::string address;  // IPv4 or IPv6 literal, checked
  std::uint16_t port;   // 1 to 65535
  bool ipv6_only = false;
};

// "127.0.0.1:3000", "[::1]:3000"
std::string to_string(const Endpoint& endpoint);

// What operators want beyond the document; README.md says what each does.
struct ProductionOptions {
  bool graceful_term = false;
  bool graceful_hangup = false;
  bool forward = false;
  bool force = false;
  std::optional<std::chrono::milliseconds> grace_period;
  bool restart = false;
  bool reload = false;
  bool end_with_launcher = false;
  bool announce_close = false;
  bool lossless_close = false;
  bool failure_exit_code = false;
};

struct Options {
  int workers = 0;
  Endpoint endpoint;
  std::vector<std::string> labels;
  ProductionOptions production;
  bool help = false;
  bool version = false;
};

// Error: a sentence naming the value and what is right.
tl::expected<Options, std::string> read_options(std::span<const Token> tokens, const Policy& policy);

// The count of workers of all that were given, in order: 0 without any, else the last one.
tl::expected<int, std::string> last_count(std::span<const std::string_view> given);

std::string help_text(std::string_view program, OptionTable table);

}  // namespace reference_server
