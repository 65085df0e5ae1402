#include "reference_server/options.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <optional>

#include "reference_server/escape.hpp"
#include "reference_server/policy.hpp"

namespace reference_server {
namespace {

// Digits only: no sign, no blank, no base prefix.
std::optional<unsigned> number_in(std::string_view text, unsigned least, unsigned most) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  unsigned number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < least || number > most) return std::nullopt;
  return number;
}

// Seconds with up to three decimals: "30", "0.25".
std::optional<std::chrono::milliseconds> seconds_in(std::string_view text) {
  constexpr unsigned k_longest_s = 86'400;
  const auto point = text.find('.');
  const auto whole = number_in(text.substr(0, point), 0, k_longest_s);
  if (!whole) return std::nullopt;
  auto time = std::chrono::milliseconds(std::chrono::seconds(*whole));
  if (point == std::string_view::npos) return time;
  auto decimals = std::string(text.substr(point + 1));
  if (decimals.empty() || decimals.size() > 3) return std::nullopt;
  decimals.resize(3, '0');
  const auto thousandths = number_in(decimals, 0, 999);
  if (!thousandths) return std::nullopt;
  return time + std::chrono::milliseconds(*thousandths);
}

// True if the token was one of these. A period that was given stays, wherever --production stands.
bool read_production(OptionId id, ProductionOptions& into, bool& all) {
  switch (id) {
    case OptionId::production:
      all = true;
      return true;
    case OptionId::graceful_term:
      return into.graceful_term = true;
    case OptionId::graceful_hangup:
      return into.graceful_hangup = true;
    case OptionId::forward:
      return into.forward = true;
    case OptionId::force:
      return into.force = true;
    case OptionId::restart:
      return into.restart = true;
    case OptionId::reload:
      return into.reload = true;
    case OptionId::end_with_launcher:
      return into.end_with_launcher = true;
    case OptionId::announce_close:
      return into.announce_close = true;
    case OptionId::lossless_close:
      return into.lossless_close = true;
    case OptionId::failure_exit_code:
      return into.failure_exit_code = true;
    default:
      return false;
  }
}

// All but force: a signal that is sent twice by mistake must not cost requests.
void turn_on_all(ProductionOptions& options) {
  using namespace std::chrono_literals;
  options = {.graceful_term = true,
             .graceful_hangup = true,
             .forward = true,
             .force = options.force,
             .grace_period = options.grace_period.value_or(30s),
             .restart = true,
             .reload = true,
             .end_with_launcher = true,
             .announce_close = true,
             .lossless_close = true,
             .failure_exit_code = true};
}

bool is_address(const std::string& text) {
  in6_addr scratch{};
  return inet_pton(AF_INET, text.c_str(), &scratch) == 1 || inet_pton(AF_INET6, text.c_str(), &scratch) == 1;
}

bool is_ipv6(const Endpoint& endpoint) { return endpoint.address.find(':') != std::string::npos; }

}  // namespace

std::string to_string(const Endpoint& endpoint) {
  return (is_ipv6(endpoint) ? "[" + endpoint.address + "]" : endpoint.address) + ":" +
         std::to_string(endpoint.port);
}

tl::expected<int, std::string> last_count(std::span<const std::string_view> given) {
  int count = 0;
  // Each is checked, not only the one that holds: a wrong value is a mistake of whoever wrote it.
  for (auto text : given) {
    auto number = number_in(text, 0, k_most_workers);
    if (!number) {
      return tl::unexpected("count of workers " + quoted(text) + " is not a number from 0 to " +
                            std::to_string(k_most_workers));
    }
    count = static_cast<int>(*number);
  }
  return count;
}

tl::expected<Options, std::string> read_options(std::span<const Token> tokens, const Policy& policy) {
  Options options;
  options.endpoint = policy.default_endpoint;
  std::vector<std::string_view> counts;
  bool production = false;
  for (const auto& token : tokens) {
    if (token.kind != Token::Kind::option) continue;
    if (read_production(token.option->id, options.production, production)) continue;
    switch (token.option->id) {
      case OptionId::workers:
        counts.push_back(token.value);
        break;
      case OptionId::port: {
        auto port = number_in(token.value, 1, 65535);
        if (!port) return tl::unexpected("port " + quoted(token.value) + " is not a number from 1 to 65535");
        options.endpoint.port = static_cast<std::uint16_t>(*port);
        break;
      }
      case OptionId::bind:
        options.endpoint.address = token.value;
        if (options.endpoint.address.size() != token.value.size() || !is_address(options.endpoint.address)) {
          return tl::unexpected("address " + quoted(token.value) +
                                " is not an IPv4 or IPv6 address such as 127.0.0.1 or ::1");
        }
        break;
      case OptionId::ipv6_only:
        options.endpoint.ipv6_only = true;
        break;
      case OptionId::label:
        options.labels.emplace_back(token.value);
        break;
      case OptionId::grace_period:
        options.production.grace_period = seconds_in(token.value);
        if (!options.production.grace_period) {
          return tl::unexpected("grace period " + quoted(token.value) +
                                " is not a number of seconds from 0 to 86400, such as 30 or 0.5");
        }
        break;
      case OptionId::help:
        options.help = true;
        break;
      case OptionId::version:
        options.version = true;
        break;
      default:
        break;
    }
  }
  if (options.endpoint.ipv6_only && !is_ipv6(options.endpoint)) {
    return tl::unexpected("--ipv6-only needs an IPv6 address, such as --bind ::, and not " +
                          options.endpoint.address);
  }
  if (production) turn_on_all(options.production);
  auto count = policy.worker_count(counts);
  if (!count) return tl::unexpected(count.error());
  options.workers = *count;
  return options;
}

std::string help_text(std::string_view program, OptionTable table) {
  std::string text = "Usage: " + std::string(program) + " [OPTION]... [--] [OPERAND]...\n\n";
  text +=
      "HTTP server whose processes share one port (SO_REUSEPORT). Interrupt it (SIGINT, Ctrl-C) to end it\n";
  text += "without losing a request. Operands are accepted and passed on to the workers.\n\n";
  for (const auto& spec : table) {
    std::string left = spec.short_name == 0 ? "      " : std::string("  -") + spec.short_name + ", ";
    left += "--" + std::string(spec.long_name);
    if (spec.takes_value) left += " " + std::string(spec.placeholder);
    left.resize(left.size() < 30 ? 32 : left.size() + 2, ' ');
    text += left + std::string(spec.help) + "\n";
  }
  text +=
      "\nExit codes: 0 ended in good order, 1 could not listen, 2 the command line is wrong,\n"
      "3 a worker failed or could not be started (--failure-exit-code), 4 the end was forced (--force).\n";
  return text;
}

}  // namespace reference_server
