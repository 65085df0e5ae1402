#include "gate/shard.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <set>

namespace clusterspec {
namespace {

std::vector<Case> plan(int scenarios, int combinations) {
  std::vector<Case> cases;
  for (int s = 0; s < scenarios; ++s)
    for (int c = 0; c < combinations; ++c) {
      Case one;
      one.scenario.name = "s" + std::to_string(s);
      one.id = one.scenario.name + "[n=" + std::to_string(c) + "]@it";
      cases.push_back(one);
    }
  return cases;
}

TEST_CASE("a shard is K/N and nothing else") {
  REQUIRE(parse_shard("2/4"));
  CHECK(parse_shard("2/4")->index == 2);
  CHECK(parse_shard("2/4")->count == 4);
  for (const char* text :
       {"", "2", "/", "2/", "/4", "0/4", "5/4", "-1/4", "1/4x", "1 /4", "1/0", "1/99999999999", "a/b"})
    CHECK_FALSE(parse_shard(text));
}

TEST_CASE("every case is in exactly one shard, shards differ by one case at most, and scenarios are spread") {
  for (int count = 1; count <= 9; ++count) {
    std::multiset<std::string> seen;
    std::set<std::size_t> sizes;
    for (int index = 1; index <= count; ++index) {
      auto cases = plan(7, 5);
      Shard shard{index, count, 0, ""};
      take_shard(cases, shard);
      CHECK(shard.planned == 35);
      sizes.insert(cases.size());
      std::map<std::string, int> of_scenario;
      for (const Case& one : cases) {
        seen.insert(one.id);
        ++of_scenario[one.scenario.name];
      }
      for (const auto& [name, number] : of_scenario) CHECK(number <= 5 / count + 1);
    }
    CHECK(seen.size() == 35);
    CHECK(std::set<std::string>(seen.begin(), seen.end()).size() == 35);
    CHECK(*sizes.rbegin() - *sizes.begin() <= 1);
  }
}

TEST_CASE("the plan's hash is that of its ids, not of what a machine can run") {
  auto a = plan(2, 2), b = plan(2, 2), c = plan(2, 3);
  b[0].skip = "not here";
  Shard first{1, 2, 0, ""}, second{2, 2, 0, ""}, third{1, 2, 0, ""};
  take_shard(a, first);
  take_shard(b, second);
  take_shard(c, third);
  CHECK(first.plan == second.plan);
  CHECK(first.plan != third.plan);
}

}  // namespace
}  // namespace clusterspec
