#include <catch2/catch.hpp>

#include "plan/plan.hpp"

namespace clusterspec {
namespace {

Scenario scenario(std::string name, std::vector<RequirementId> verifies, Combination combination = {}) {
  Scenario it;
  it.name = std::move(name);
  it.verifies = std::move(verifies);
  it.combination = std::move(combination);
  return it;
}

const Catalogue k_catalogue{{"exit.reaped", Level::must, Suite::documented, {}, {}, {}, {}},
                            {"share.spread", Level::should, Suite::documented, {}, {}, {}, {}},
                            {"load.holds", Level::may, Suite::production, {}, {}, {}, {}}};

std::vector<std::string> ids(const Selection& selection) {
  std::vector<Scenario> scenarios{scenario("documented/exit/reaped", {"exit.reaped"}, {{"workers", "1"}}),
                                  scenario("documented/exit/reaped", {"exit.reaped"}, {{"workers", "4"}}),
                                  scenario("documented/share/spread", {"share.spread"}),
                                  scenario("production/load/holds", {"load.holds"})};
  scenarios[2].tags = {"long"};
  const auto implementation = std::make_shared<Implementation>();
  implementation->name = "server";
  std::vector<std::string> list;
  for (const Case& it : plan_cases(scenarios, implementation, k_catalogue, selection, {}))
    list.push_back(it.id);
  return list;
}

using List = std::vector<std::string>;

}  // namespace

TEST_CASE("an id is name, axes by name, implementation") {
  CHECK(case_id(scenario("documented/a/b", {}), "nginx") == "documented/a/b@nginx");
  CHECK(case_id(scenario("a/b", {}, {{"workers", "4"}, {"position", "last"}}), "x") ==
        "a/b[position=last,workers=4]@x");
}

TEST_CASE("values in an id are safe in a shell and differ where they differ") {
  const auto id = [](const std::string& value) { return case_id(scenario("a", {}, {{"v", value}}), "x"); };
  CHECK(id("a b") == "a[v=a%20b]@x");
  CHECK(id("a%20b") == "a[v=a%2520b]@x");
  CHECK(id("") == "a[v=]@x");
  CHECK(id("*?],=@/") == "a[v=%2A%3F%5D%2C%3D%40%2F]@x");
  CHECK(id("\xc3\xa9") == "a[v=%C3%A9]@x");
  CHECK(id("-w_1.+") == "a[v=-w_1.+]@x");
}

TEST_CASE("everything is planned in the order given") {
  CHECK(ids({}) == List{"documented/exit/reaped[workers=1]@server",
                        "documented/exit/reaped[workers=4]@server", "documented/share/spread@server",
                        "production/load/holds@server"});
}

TEST_CASE("a pattern with a slash selects cases by id") {
  CHECK(ids({{"documented/exit/*"}, {}, {}, {}}).size() == 2);
  CHECK(ids({{"*/reaped[workers=4]@server"}, {}, {}, {}}) ==
        List{"documented/exit/reaped[workers=4]@server"});
  CHECK(ids({{"documented/exit/reaped[workers=4]"}, {}, {}, {}}).size() == 1);
  CHECK(ids({{"documented/exit/reaped"}, {}, {}, {}}).size() == 2);
  CHECK(ids({{"documented/exit"}, {}, {}, {}}).empty());
}

TEST_CASE("a pattern without a slash selects by requirement") {
  CHECK(ids({{"exit.*"}, {}, {}, {}}).size() == 2);
  CHECK(ids({{"exit.reaped", "load.holds"}, {}, {}, {}}).size() == 3);
  CHECK(ids({{"terminate.*"}, {}, {}, {}}).empty());
}

TEST_CASE("suite and tag narrow further") {
  CHECK(ids({{}, Suite::production, {}, {}}) == List{"production/load/holds@server"});
  CHECK(ids({{}, {}, {"long"}, {}}) == List{"documented/share/spread@server"});
  CHECK(ids({{"exit.*"}, {}, {"long"}, {}}).empty());
}

TEST_CASE("of each scenario one combination: the last of those selected") {
  CHECK(ids({{}, {}, {}, Combinations::one}) == List{"documented/exit/reaped[workers=4]@server",
                                                     "documented/share/spread@server",
                                                     "production/load/holds@server"});
  CHECK(ids({{"*/reaped[workers=1]"}, {}, {}, Combinations::one}) ==
        List{"documented/exit/reaped[workers=1]@server"});
}

TEST_CASE("a case knows the levels of what it verifies") {
  const auto implementation = std::make_shared<Implementation>();
  const auto cases =
      plan_cases({scenario("a", {"share.spread", "load.holds"})}, implementation, k_catalogue, {}, {});
  CHECK(cases.front().levels ==
        std::map<RequirementId, Level>{{"share.spread", Level::should}, {"load.holds", Level::may}});
  CHECK_FALSE(cases.front().skip);
}

}  // namespace clusterspec
