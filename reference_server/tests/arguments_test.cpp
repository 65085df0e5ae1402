#include "reference_server/arguments.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace reference_server;
using Arguments = std::vector<std::string>;

namespace {

bool is_clustering(const Token& token) {
  return token.kind == Token::Kind::option && token.option->id == OptionId::workers;
}

Arguments kept(const Arguments& arguments) {
  const auto tokens = tokenize(arguments, option_table());
  REQUIRE(tokens.has_value());
  return without_clustering(arguments, *tokens);
}

// What a command line means apart from clustering: each option, operand and separator with its value, in
// order.
Arguments meaning(const std::vector<Token>& tokens) {
  Arguments all;
  for (const auto& token : tokens) {
    if (is_clustering(token)) continue;
    all.push_back(std::to_string(static_cast<int>(token.kind)) + ":" +
                  (token.option == nullptr ? "" : std::string(token.option->long_name)) + "=" +
                  std::string(token.value));
  }
  return all;
}

}  // namespace

TEST_CASE("every spelling that the parser accepts is removed, and nothing else changes") {
  const Arguments words{"-w",      "2",          "-w3",      "--workers=1", "--workers",
                        "--label", "--label=-w", "--label=", "-b",          "--",
                        "",        "-",          "-w-w",     "x y",         "--workers=--label"};
  int accepted = 0;
  const auto check = [&](const Arguments& line) {
    const auto tokens = tokenize(line, option_table());
    if (!tokens) return;
    ++accepted;
    const auto worker_line = without_clustering(line, *tokens);
    const auto worker_tokens = tokenize(worker_line, option_table());
    const bool still_parses = worker_tokens.has_value();
    const bool none_left =
        still_parses && std::none_of(worker_tokens->begin(), worker_tokens->end(), is_clustering);
    const bool means_the_same = still_parses && meaning(*worker_tokens) == meaning(*tokens);
    if (!none_left || !means_the_same) {
      CAPTURE(line, worker_line);
      FAIL("parser and remover disagree");
    }
  };
  for (const auto& a : words) {
    check({a});
    for (const auto& b : words) {
      check({a, b});
      for (const auto& c : words) {
        check({a, b, c});
        for (const auto& d : words) check({a, b, c, d});
      }
    }
  }
  CHECK(accepted > 10'000);
}

TEST_CASE("the clustering option goes in each of its spellings, wherever it stands and however often") {
  CHECK(kept({"-w", "2"}).empty());
  CHECK(kept({"-w2"}).empty());
  CHECK(kept({"--workers", "2"}).empty());
  CHECK(kept({"--workers=2"}).empty());
  CHECK(kept({"-w", "1", "-w", "1", "-p", "3072", "-b", "::1"}) == Arguments{"-p", "3072", "-b", "::1"});
  CHECK(kept({"a", "-w2", "b", "--workers=3", "c", "-w", "4"}) == Arguments{"a", "b", "c"});
  // The values are judged later; for the remover they are values whatever they look like.
  CHECK(kept({"-w", "-p", "3"}) == Arguments{"3"});
}

TEST_CASE("a value of another option, or what stands after --, is no clustering argument") {
  CHECK(kept({"--label", "-w", "-w", "2"}) == Arguments{"--label", "-w"});
  CHECK(kept({"--label", "--workers=2"}) == Arguments{"--label", "--workers=2"});
  CHECK(kept({"--label", "--", "-w", "2"}) == Arguments{"--label", "--"});
  CHECK(kept({"-w", "2", "--", "-w", "2", "--"}) == Arguments{"--", "-w", "2", "--"});
}

TEST_CASE("all other arguments are kept byte for byte") {
  Arguments line{"",  "a b",      "\"q\" 'q'", "\xff\xfe", "gr\xc3\xbc\xc3\x9f",
                 "-", "--label=", "--label",   "",         "$HOME\n"};
  for (int i = 0; i < 1000; ++i) line.push_back("argument " + std::to_string(i));
  auto with_workers = line;
  with_workers.insert(with_workers.begin() + 4, {"-w", "3"});
  CHECK(kept(with_workers) == line);
}

TEST_CASE("what is no spelling of an option is refused, naming it") {
  for (const std::string wrong : {"--work=2", "--work", "-x", "--workers2"}) {
    const Arguments line{wrong};
    const auto tokens = tokenize(line, option_table());
    REQUIRE_FALSE(tokens.has_value());
    CHECK_THAT(tokens.error(), Catch::Contains("unknown option \"" + wrong + "\""));
  }
  const Arguments missing{"--workers"};
  CHECK_THAT(tokenize(missing, option_table()).error(), Catch::Contains("needs a value: COUNT"));
  const Arguments surplus{"--help=yes"};
  CHECK_THAT(tokenize(surplus, option_table()).error(), Catch::Contains("takes no value"));
}
