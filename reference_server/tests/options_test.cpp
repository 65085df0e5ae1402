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
