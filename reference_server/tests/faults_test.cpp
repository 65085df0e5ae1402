#include "reference_server/faulty/faults.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "reference_server/faulty/altered_arguments.hpp"

using namespace faulty_server;
using reference_server::option_table;
using reference_server::tokenize;

namespace {

Arguments altered(Arguments (*alter)(ArgumentsIn, TokensIn), const Arguments& line) {
  const auto tokens = tokenize(line, option_table());
  REQUIRE(tokens.has_value());
  return alter(line, *tokens);
}

}  // namespace

TEST_CASE("each fault has a name of its own, the requirements it breaks, and a sentence") {
  std::set<std::string_view> names;
  for (const auto& fault : faults()) {
    CAPTURE(fault.name);
    CHECK(names.insert(fault.name).second);
    CHECK(find_fault(fault.name) == &fault);
    CHECK(fault.breaks.find('.') != std::string_view::npos);
    CHECK(fault.breaks.find(' ') == std::string_view::npos);
    CHECK_FALSE(fault.sentence.empty());
    CHECK(fault.sentence.find('\t') == std::string_view::npos);
  }
  CHECK(find_fault("no such fault") == nullptr);
}

TEST_CASE("arguments are altered in the one way the fault says") {
  CHECK(altered(all_kept, {"-w", "2", "x"}) == Arguments{"-w", "2", "x"});
  CHECK(altered(attached_short_kept, {"-w2", "-w", "2", "x"}) == Arguments{"-w2", "x"});
  CHECK(altered(one_too_many_stripped, {"-w", "2", "x", "y"}) == Arguments{"x", "y"});
  CHECK(altered(one_too_many_stripped, {"-w", "2", "-w", "2", "x", "y"}) == Arguments{"y"});
  CHECK(altered(one_too_many_stripped, {"x", "-w", "2", "-w", "2"}) == Arguments{"x"});
  CHECK(altered(values_stripped_too, {"--label", "-w", "-w2"}) == Arguments{"--label"});
  CHECK(altered(empty_ones_dropped, {"", "--label", "", "-w2", "x"}) == Arguments{"x"});
  CHECK(altered(operands_reversed, {"-p", "1", "a", "-w2", "b", "--", "c", "d"}) ==
        Arguments{"-p", "1", "b", "a", "--", "d", "c"});
  CHECK(altered(split_at_spaces, {"a b", "-w2"}) == Arguments{"a", "b"});
}
