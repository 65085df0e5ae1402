#include "reference_server/options.hpp"

#include <catch2/catch.hpp>

#include "reference_server/policy.hpp"

using namespace reference_server;

namespace {

tl::expected<Options, std::string> options_of(const std::vector<std::string>& line) {
  const auto tokens = tokenize(line, option_table());
  REQUIRE(tokens.has_value());
  return read_options(*tokens, documented_policy());
}

}  // namespace

TEST_CASE("without options it is 0.0.0.0:3000 and no worker") {
  const auto options = options_of({});
  REQUIRE(options.has_value());
  CHECK(options->workers == 0);
  CHECK(to_string(options->endpoint) == "0.0.0.0:3000");
}

TEST_CASE("of a repeated option the last holds, and labels add up") {
  const auto options =
      options_of({"-w", "1", "-p1", "--workers=3", "-p", "65535", "--label", "-w", "--label=", "-b::1"});
  REQUIRE(options.has_value());
  CHECK(options->workers == 3);
  CHECK(to_string(options->endpoint) == "[::1]:65535");
  CHECK(options->labels == std::vector<std::string>{"-w", ""});
}

TEST_CASE("a count that is no number from 0 to 1024 is refused, naming it and what is right") {
  for (const std::string wrong :
       {"x", "", "-1", "+1", "1025", "99999999999999999999", "1.5", " 1", "0x1", "1 "}) {
    const auto options = options_of({"-w", wrong});
    REQUIRE_FALSE(options.has_value());
    CHECK_THAT(options.error(), Catch::Contains("\"" + wrong + "\"") && Catch::Contains("from 0 to 1024"));
  }
  CHECK_FALSE(options_of({"-w", "x", "-w", "1"}).has_value());
  CHECK(options_of({"-w", "1024"})->workers == 1024);
}

TEST_CASE("a port or an address that is none is refused, naming it") {
  for (const std::string wrong : {"0", "65536", "http", ""}) {
    CHECK_THAT(options_of({"-p", wrong}).error(), Catch::Contains("\"" + wrong + "\""));
  }
  for (const std::string wrong : {"localhost", "", "1.2.3", "[::1]"}) {
    CHECK_THAT(options_of({"-b", wrong}).error(), Catch::Contains("\"" + wrong + "\""));
  }
}

TEST_CASE("IPv6 alone is asked for with an IPv6 address only") {
  CHECK_FALSE(options_of({"-b", "::"})->endpoint.ipv6_only);
  CHECK(options_of({"--ipv6-only", "-b", "::"})->endpoint.ipv6_only);
  CHECK_THAT(options_of({"--ipv6-only"}).error(), Catch::Contains("--bind ::") && Catch::Contains("0.0.0.0"));
}

TEST_CASE("nothing beyond the document is on without its option") {
  const auto production = options_of({})->production;
  CHECK_FALSE((production.graceful_term || production.graceful_hangup || production.forward ||
               production.force || production.restart || production.reload || production.end_with_launcher ||
               production.announce_close || production.lossless_close || production.failure_exit_code));
  CHECK_FALSE(production.grace_period.has_value());
}

TEST_CASE("--production turns all on but --force, and leaves a grace period that was given") {
  using namespace std::chrono_literals;
  const auto all = options_of({"--production"})->production;
  CHECK((all.graceful_term && all.graceful_hangup && all.forward && all.restart && all.reload &&
         all.end_with_launcher && all.announce_close && all.lossless_close && all.failure_exit_code));
  CHECK_FALSE(all.force);
  CHECK(all.grace_period == 30s);
  CHECK(options_of({"--production", "--grace-period=5"})->production.grace_period == 5s);
  CHECK(options_of({"--grace-period=0.25", "--force", "--production"})->production.grace_period == 250ms);
  CHECK(options_of({"--force", "--production"})->production.force);
}

TEST_CASE("a grace period is a number of seconds with up to three decimals") {
  using namespace std::chrono_literals;
  CHECK(options_of({"--grace-period", "0"})->production.grace_period == 0ms);
  CHECK(options_of({"--grace-period", "1.5"})->production.grace_period == 1500ms);
  CHECK(options_of({"--grace-period", "0.001"})->production.grace_period == 1ms);
  for (const std::string wrong : {"", ".", "1.", ".5", "-1", "1s", "86401", "0.0001", "1.2.3"}) {
    CHECK_THAT(options_of({"--grace-period", wrong}).error(), Catch::Contains("\"" + wrong + "\""));
  }
}
