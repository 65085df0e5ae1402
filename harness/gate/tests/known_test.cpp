#include "gate/known.hpp"

#include <catch2/catch.hpp>

#include "load/load.hpp"
#include "reports_made.hpp"

namespace clusterspec {
namespace {

Baseline baseline() {
  return {"known.toml", {{"area.claim", "a/*@it", "tracked as 7"}, {"area.other", "a/b@it", "later"}}};
}

TEST_CASE("a failure is known only if every requirement that fails is named for that case") {
  CHECK(known_reason(a_case("a/b@it", Verdict::fail), baseline()) == "tracked as 7");
  CHECK(known_reason(a_case("b/b@it", Verdict::fail), baseline()).empty());
  CaseResult two = a_case("a/b@it", Verdict::fail);
  two.judgement.requirements["area.other"] = Verdict::fail;
  CHECK(known_reason(two, baseline()) == "tracked as 7; later");
  two.id = "a/c@it";
  CHECK(known_reason(two, baseline()).empty());
}

TEST_CASE("what passes, what is skipped and a fault of the harness are never known failures") {
  for (const Verdict verdict : {Verdict::pass, Verdict::skip, Verdict::error})
    CHECK(known_reason(a_case("a/b@it", verdict), baseline()).empty());
}

TEST_CASE("known failures fail no run, new ones do") {
  RunResult run = a_run({a_case("a/b@it", Verdict::fail), a_case("a/c@it", Verdict::pass)});
  CHECK(exit_code(run) == 1);
  hold_against(run, baseline());
  CHECK(exit_code(run) == 0);
  CHECK(run.known() == 1);
  run.cases.push_back(a_case("b/b@it", Verdict::fail));
  CHECK(exit_code(run) == 1);
}

TEST_CASE("an entry is fixed if its cases ran and none needs it") {
  const auto fixed = [](std::vector<CaseResult> cases) { return fixed_failures(cases, baseline()); };
  CHECK(fixed({a_case("a/b@it", Verdict::fail), a_case("a/c@it", Verdict::pass)}).empty());
  REQUIRE(fixed({a_case("a/c@it", Verdict::pass)}).size() == 1);
  CHECK(fixed({a_case("a/c@it", Verdict::pass)})[0].reason == "tracked as 7");
  // Not run, skipped, or of a case that does not verify it: nothing is known.
  CHECK(fixed({a_case("b/c@it", Verdict::pass)}).empty());
  CHECK(fixed({a_case("a/c@it", Verdict::skip)}).empty());
  CHECK(fixed({a_case("a/c@it", Verdict::pass, "area.third")}).empty());
  CaseResult not_judged = a_case("a/b@it", Verdict::fail, "area.third");
  not_judged.judgement.requirements["area.claim"] = Verdict::skip;
  CHECK(fixed({not_judged}).empty());
  // Of that very case it can be said.
  CHECK(fixed({a_case("a/b@it", Verdict::pass, "area.third")}).size() == 1);
}

TEST_CASE("a fixed failure fails a run only with a strict baseline, and never a part of a run") {
  RunResult run = a_run({a_case("a/c@it", Verdict::pass)});
  hold_against(run, baseline());
  CHECK(run.fixed.size() == 1);
  CHECK(exit_code(run) == 0);
  run.strict_baseline = true;
  CHECK(exit_code(run) == 1);
  run.shard = {1, 2, 2, "0"};
  hold_against(run, baseline());
  CHECK(run.fixed.empty());
}

TEST_CASE("a baseline made from results makes them pass, and comes back from its file") {
  RunResult run = a_run({a_case("a/b@it", Verdict::fail), a_case("a/b[x=\"1\"]@it", Verdict::fail),
                         a_case("c/d@it", Verdict::pass)});
  const Baseline made = baseline_of(run.cases, {}, "the \"first\" look\n");
  REQUIRE(made.known.size() == 2);
  const auto loaded = load_baseline({"known.toml", baseline_text(made)});
  REQUIRE(loaded);
  hold_against(run, *loaded);
  CHECK(exit_code(run) == 0);
  CHECK(run.cases[1].known == "the \"first\" look\n");
}

TEST_CASE("a baseline made anew keeps the reasons that are needed and drops the entries that are not") {
  const Baseline made =
      baseline_of({a_case("a/b@it", Verdict::fail), a_case("z@it", Verdict::fail)}, baseline(), "new");
  REQUIRE(made.known.size() == 3);
  CHECK(made.known[0].reason == "tracked as 7");
  CHECK(made.known[2].cases == "z@it");
  CHECK(baseline_of({a_case("a/b@it", Verdict::pass)}, baseline(), "new").known.empty());
}

TEST_CASE("mistakes of a baseline are told with their place") {
  const auto loaded =
      load_baseline({"k.toml", "[[known]]\nrequirement = \"a.b\"\ncase = \"x\"\nreason = \"\"\nwhy = 1\n"});
  REQUIRE_FALSE(loaded);
  REQUIRE(loaded.error().size() == 2);
  CHECK(to_text(loaded.error()[0]).find("k.toml:4:") == 0);
  CHECK(to_text(loaded.error()[1]).find("k.toml:5:") == 0);
}

TEST_CASE("settings: a profile's keys, and mistakes with their place") {
  const auto good =
      load_settings({"c.toml", "suite = \"all\"\n[profile.ci]\nretries = 2\nreports = [\"junit=j.xml\"]\n"});
  REQUIRE(good);
  CHECK(good->common.suite == "all");
  CHECK(good->profiles.at("ci").retries == 2);
  const auto bad = load_settings({"c.toml", "suite = \"al\"\n[profile.ci]\nretries = -1\njops = 3\n"});
  REQUIRE_FALSE(bad);
  REQUIRE(bad.error().size() == 3);
  CHECK(to_text(bad.error()[0]).find("c.toml:1:") == 0);
  CHECK(to_text(bad.error()[2]).find("jobs") != std::string::npos);
}

}  // namespace
}  // namespace clusterspec
