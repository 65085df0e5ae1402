#include <catch2/catch.hpp>

#include "load/did_you_mean.hpp"
#include "load/matrix.hpp"
#include "load/substitution.hpp"

namespace clusterspec {

TEST_CASE("distance counts insertions, deletions, replacements and swaps") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "abc") == 0);
  CHECK(edit_distance("abc", "acb") == 1);
  CHECK(edit_distance("await", "wait") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("only what is near is proposed, the nearest first") {
  const std::vector<std::string> choices{"count", "counts", "connections"};
  CHECK(did_you_mean("cuont", choices) == "did you mean \"count\"? ");
  CHECK(did_you_mean("xyz", choices) == "");
  CHECK(did_you_mean("", choices) == "");
  CHECK(did_you_mean(std::string(1000, 'c'), choices) == "");
}

TEST_CASE("placeholders are replaced by the values of the axes") {
  Substitution it(Combination{{"n", "4"}, {"a-b", "x"}, {"workers", "{n}"}});
  const auto text = [&](const char* from) { return it.apply(from).value().text; };
  CHECK(text("{n}{ n }-{n + 1}{n - 1}{n*2}") == "44-538");
  CHECK(text("{a-b}") == "x");
  CHECK(text("{workers}") == "{n}");
  CHECK(text("{port}:{n}") == "{port}:4");
  CHECK(text("{ }{1}{n / 2}{n +}{\"n\"}{{n}}") == "{ }{1}{n / 2}{n +}{\"n\"}{4}");
  CHECK(it.used_axes() == std::set<std::string>{"n", "a-b", "workers"});
  CHECK_FALSE(it.apply("{m}"));
  CHECK_FALSE(it.apply("{port + 1}"));
  CHECK_FALSE(it.apply("{a-b + 1}"));
}

TEST_CASE("what was replaced is known, since a plain string is no number") {
  Substitution it(Combination{{"n", "4"}});
  CHECK(it.apply("{n}").value().changed);
  CHECK_FALSE(it.apply("4").value().changed);
  CHECK_FALSE(it.apply("{port}").value().changed);
}

TEST_CASE("counts of a dialect") {
  for (const char* good : {"0", "3", "{workers}", "{workers + 1}", "{workers * 2}"})
    CHECK(is_count_expression(good));
  for (const char* wrong : {"", "x", "-1", "{port}", "{workers} ", "{workers}1", "workers", "{workers / 2}"})
    CHECK_FALSE(is_count_expression(wrong));
}

TEST_CASE("combinations are all there, the last axis fastest") {
  CHECK(combinations({}) == std::vector<Combination>{{}});
  CHECK(combinations({{"a", {"1", "2"}}, {"b", {"x", "y"}}}) ==
        std::vector<Combination>{{{"a", "1"}, {"b", "x"}},
                                 {{"a", "1"}, {"b", "y"}},
                                 {{"a", "2"}, {"b", "x"}},
                                 {{"a", "2"}, {"b", "y"}}});
}

}  // namespace clusterspec
