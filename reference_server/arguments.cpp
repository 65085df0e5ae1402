#include "reference_server/arguments.hpp"

#include <algorithm>
#include <array>

#include "reference_server/escape.hpp"

namespace reference_server {
namespace {

constexpr std::array<OptionSpec, 19> k_options{{
    {OptionId::workers, 'w', "workers", true, "COUNT", "number of worker processes to launch, 0 to 1024 (0)"},
    {OptionId::port, 'p', "port", true, "PORT", "TCP port, 1 to 65535 (3000)"},
    {OptionId::bind, 'b', "bind", true, "ADDRESS", "IPv4 or IPv6 address to listen on (0.0.0.0)"},
    {OptionId::ipv6_only, 0, "ipv6-only", false, "", "with --bind ::, which else takes IPv4 too"},
    {OptionId::label, 0, "label", true, "VALUE", "any bytes, shown at /; may be repeated"},
    {OptionId::production, 0, "production", false, "",
     "all of the following but --force, with a grace period of 30 s"},
    {OptionId::graceful_term, 0, "graceful-term", false, "", "SIGTERM ends as SIGINT does"},
    {OptionId::graceful_hangup, 0, "graceful-hangup", false, "",
     "SIGHUP too, unless it was ignored at the start (nohup)"},
    {OptionId::forward, 0, "forward", false, "", "the launcher tells its workers to end when it is told"},
    {OptionId::grace_period, 0, "grace-period", true, "SECONDS",
     "cut after this time what has not ended, such as 30 or 0.5"},
    {OptionId::restart, 0, "restart", false, "", "start another worker for one that has ended"},
    {OptionId::reload, 0, "reload", false, "", "SIGUSR2 to the launcher replaces each worker by a new one"},
    {OptionId::end_with_launcher, 0, "end-with-launcher", false, "",
     "workers end gracefully when the launcher has died"},
    {OptionId::announce_close, 0, "announce-close", false, "",
     "a launcher that waits for its workers keeps no connection alive"},
    {OptionId::lossless_close, 0, "lossless-close", false, "",
     "no connection is reset when a listener closes"},
    {OptionId::failure_exit_code, 0, "failure-exit-code", false, "",
     "the launcher ends with 3 if a worker failed"},
    {OptionId::force, 0, "force", false, "", "SIGINT while ending already ends at once, with 4"},
    {OptionId::help, 'h', "help", false, "", "show this text"},
    {OptionId::version, 0, "version", false, "", "show the version"},
}};

const OptionSpec* find_long(OptionTable table, std::string_view name) {
  auto found =
      std::find_if(table.begin(), table.end(), [&](const auto& spec) { return spec.long_name == name; });
  return found == table.end() ? nullptr : &*found;
}

const OptionSpec* find_short(OptionTable table, char name) {
  auto found =
      std::find_if(table.begin(), table.end(), [&](const auto& spec) { return spec.short_name == name; });
  return found == table.end() || name == 0 ? nullptr : &*found;
}

// An argument split at its spelling: the option it names and the value attached to it, if any.
struct Spelling {
  const OptionSpec* option;
  bool has_value;
  std::string_view value;
};

Spelling read_spelling(OptionTable table, std::string_view argument) {
  if (argument.starts_with("--")) {
    auto equals = argument.find('=');
    if (equals == std::string_view::npos) return {find_long(table, argument.substr(2)), false, {}};
    return {find_long(table, argument.substr(2, equals - 2)), true, argument.substr(equals + 1)};
  }
  return {find_short(table, argument[1]), argument.size() > 2, argument.substr(2)};
}

}  // namespace

OptionTable option_table() { return k_options; }

tl::expected<std::vector<Token>, std::string> tokenize(std::span<const std::string> arguments,
                                                       OptionTable table) {
  std::vector<Token> tokens;
  tokens.reserve(arguments.size());
  bool options_over = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (options_over || argument.size() < 2 || argument[0] != '-') {
      tokens.push_back({Token::Kind::operand, nullptr, argument, i, 1});
      continue;
    }
    if (argument == "--") {
      tokens.push_back({Token::Kind::separator, nullptr, argument, i, 1});
      options_over = true;
      continue;
    }
    auto [option, has_value, value] = read_spelling(table, argument);
    if (option == nullptr) {
      return tl::unexpected("unknown option " + quoted(argument) +
                            " (--help lists the options; -- ends them)");
    }
    if (!option->takes_value) {
      if (has_value) return tl::unexpected("option " + quoted(argument) + " takes no value");
      tokens.push_back({Token::Kind::option, option, {}, i, 1});
      continue;
    }
    if (has_value) {
      tokens.push_back({Token::Kind::option, option, value, i, 1});
      continue;
    }
    if (i + 1 == arguments.size()) {
      return tl::unexpected("option " + quoted(argument) +
                            " needs a value: " + std::string(option->placeholder));
    }
    // The next argument is the value whatever it looks like: `--label -w` is a label.
    tokens.push_back({Token::Kind::option, option, arguments[i + 1], i, 2});
    ++i;
  }
  return tokens;
}

std::vector<std::string> without_clustering(std::span<const std::string> arguments,
                                            std::span<const Token> tokens) {
  std::vector<std::string> kept;
  kept.reserve(arguments.size());
  for (const auto& token : tokens) {
    if (token.kind == Token::Kind::option && token.option->id == OptionId::workers) continue;
    for (std::size_t i = 0; i < token.count; ++i) kept.push_back(arguments[token.first + i]);
  }
  return kept;
}

}  // namespace reference_server
