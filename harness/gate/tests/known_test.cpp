#include "gate/known.hpp"

#include <catch2/catch.hpp>
#include <regex>

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
  const auto loaded = load_baseline({"known.toml", baseline_text(made)}, nullptr);
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
  const auto loaded = load_baseline(
      {"k.toml", "[[known]]\nrequirement = \"a.b\"\ncase = \"x\"\nreason = \"\"\nwhy = 1\n"}, nullptr);
  REQUIRE_FALSE(loaded);
  REQUIRE(loaded.error().size() == 2);
  CHECK(to_text(loaded.error()[0]).find("k.toml:4:") == 0);
  CHECK(to_text(loaded.error()[1]).find("k.toml:5:") == 0);
}

TEST_CASE("a baseline's requirement that the catalogue does not have is a mistake") {
  const Catalogue catalogue{{"area.claim", Level::must, Suite::documented, Basis::derived, "", "", ""}};
  const std::string text = "[[known]]\nrequirement = \"area.clam\"\ncase = \"x\"\nreason = \"r\"\n";
  const auto refused = load_baseline({"k.toml", text}, &catalogue);
  REQUIRE_FALSE(refused);
  CHECK(to_text(refused.error().front()).find("k.toml:2:15: there is no requirement \"area.clam\"") == 0);
  CHECK(refused.error().front().hint.find("did you mean \"area.claim\"?") == 0);
  const auto unchecked = load_baseline({"k.toml", text}, nullptr);
  REQUIRE(unchecked);
  CHECK(unchecked->known.front().where.line == 1);
}

TEST_CASE("settings: a profile's keys, and mistakes with their place") {
  const auto good =
      load_settings({"c.toml", "suite = \"all\"\n[profile.ci]\nretries = 2\nreports = [\"junit=j.xml\"]\n"});
  REQUIRE(good);
  CHECK(good->common.suite == "all");
  CHECK(good->profiles.at("ci").retries == 2);
  CHECK(good->places.at("suite").where == Location{"c.toml", 1, 9});
  CHECK(good->places.at("profile.ci.reports=junit=j.xml").where == Location{"c.toml", 4, 12});
  CHECK(good->places.at("profile.ci.reports").line == "reports = [\"junit=j.xml\"]");
  const auto bad = load_settings({"c.toml", "suite = \"al\"\n[profile.ci]\nretries = -1\njops = 3\n"});
  REQUIRE_FALSE(bad);
  REQUIRE(bad.error().size() == 3);
  CHECK(to_text(bad.error()[0]).find("c.toml:1:") == 0);
  CHECK(to_text(bad.error()[2]).find("jobs") != std::string::npos);
}

TEST_CASE("settings to go on from are right as they are, and with any of their comments taken away") {
  Settings shown, chosen, ci;
  shown.suite = "documented";
  shown.implementation = "it.toml";
  shown.scenarios = shown.results = shown.baseline = "x";
  shown.isolation = shown.observation = "auto";
  shown.combinations = "all";
  shown.flaky = "fail";
  shown.patterns = {"a.*", "b.*"};
  shown.tags = {"load"};
  shown.reports = {"junit=a.xml"};
  shown.strict_baseline = shown.keep_journals = shown.verbose = shown.fail_fast = false;
  shown.jobs = shown.repeat = 2;
  shown.retries = shown.stress = 0;
  shown.time_scale = 1.5;
  chosen.suite = "all";
  ci.reports = {"junit=a.xml", "json=a.json"};
  const std::string text = settings_text(shown, chosen, ci);
  const auto as_it_is = load_settings({"c.toml", text});
  REQUIRE(as_it_is);
  CHECK(as_it_is->common.suite == "all");
  CHECK_FALSE(as_it_is->common.jobs);
  CHECK(as_it_is->profiles.at("ci").reports == ci.reports);
  // A comment of a value has no blank behind its "#", except for the further lines of a list.
  const auto all = load_settings({"c.toml", std::regex_replace(text, std::regex("(^|\n)#([a-z])"), "$1$2")});
  REQUIRE(all);
  std::size_t keys = 0;
  Settings::describe(all->common, [&](const char* key, const auto& member, Need, const char*) {
    INFO(key);
    CHECK(member != std::decay_t<decltype(member)>{});
    ++keys;
  });
  CHECK(keys > 20);
  CHECK(all->common.patterns == shown.patterns);
}

}  // namespace
}  // namespace clusterspec
