// The judge must give the same verdict always, and some verdict for any journal.
#include <random>

#include "journal/journal_lines.hpp"
#include "journal_builder.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

// Every expectation with every parameter on.
Scenario demanding_scenario() {
  ExpectProcesses living{target("all"), 3, "ready", 1, true, true, true, false, true, true};
  ExpectProcesses workers{target("workers"), 2, "", 1, true, true, true, true, true, false};
  ExpectListeners listeners{"ready", 3, true, true, true, "0.0.0.0:3000"};
  ExpectLines about{
      LineKind::stopped, 2, true, false, target("workers"), target("launcher"), false, true, true, true, 2};
  ExpectLines by{LineKind::terminating, 3, false, true, target("all"), {}, false, true, false, true, {}};
  ExpectLines failed{LineKind::failed, 0, false, false, target("workers"), {}, true, false, true, false, {}};
  ExpectConnections connections{"quick",
                                {Outcome::answered},
                                {Outcome::hung},
                                6,
                                target("all"),
                                moment("signalled"),
                                {Outcome::answered, Outcome::refused},
                                false};
  ExpectSpread spread{"quick", target("all"), 1e-9, 6};
  ExpectOrder order{{moment("launched"), moment("ready"), moment("every quick concluded"),
                     moment("step interrupt"), moment("signalled"), moment("any worker closed its listener"),
                     moment("every worker exited"), moment("launcher closed its listener"),
                     moment("launcher exited")}};
  return scenario_with(
      {living, workers, listeners, ExpectArguments{target("workers"), true, true},
       ExpectDescriptors{target("workers"), 0, {"closed", "/dev/null"}, true},
       ExpectEnvironment{target("workers"), true, true}, about, by, failed, connections,
       ExpectServedBy{"quick", target("all"), 2, true}, spread, order,
       ExpectExit{target("all"), 0, false, {}},
       ExpectDuration{std::chrono::seconds(1), moment("signalled"), moment("launcher exited")},
       ExpectPort{PortState::refused, "end"}, ExpectSignals{target("workers"), 0}, ExpectLeftovers{}});
}

Journal damaged(std::mt19937& random) {
  Journal journal = JournalBuilder{}.journal();
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  for (std::size_t damage = 1 + below(12); damage > 0 && journal.size() > 3; --damage) {
    const std::size_t at = 1 + below(journal.size() - 2), other = 1 + below(journal.size() - 2);
    switch (below(6)) {
      case 0:
        journal.erase(journal.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      case 1:
        std::swap(journal[at], journal[other]);
        break;
      case 2:
        journal.insert(journal.begin() + static_cast<std::ptrdiff_t>(at), Event(journal[other]));
        break;
      case 3:
        std::shuffle(journal.begin() + 1, journal.end() - 1, random);
        break;
      case 4:
        journal[at].source = Source::polling;
        break;
      default:
        std::visit(
            [&](auto& what) {
              std::remove_cvref_t<decltype(what)>::describe(what, [&](const char*, auto& member) {
                using Member = std::remove_cvref_t<decltype(member)>;
                if (below(2) == 0) return;
                if constexpr (std::is_same_v<Member, std::string> || requires { member.clear(); })
                  member.clear();
                else if constexpr (std::is_integral_v<Member>)
                  member = static_cast<Member>(static_cast<int>(below(9)) - 3);
                else
                  member = Member{};
              });
            },
            journal[at].what);
    }
  }
  return journal;
}

}  // namespace

TEST_CASE("A healthy case holds in every respect") {
  const auto judgement = judge(demanding_scenario(), healthy_implementation(), JournalBuilder{}.journal());
  INFO(told(judgement));
  CHECK(judgement.verdict == Verdict::pass);
  CHECK(judgement.findings.empty());
}

TEST_CASE("Any journal gets a verdict, and the same one again") {
  const Scenario scenario = demanding_scenario();
  const auto implementation = healthy_implementation();
  std::mt19937 random(1);
  std::map<Verdict, int> verdicts;
  for (int round = 0; round < 3000; ++round) {
    const Journal journal = damaged(random);
    const auto judgement = judge(scenario, implementation, journal);
    ++verdicts[judgement.verdict];
    REQUIRE(judgement == judge(scenario, implementation, journal));
    for (const Finding& finding : judgement.findings) {
      REQUIRE_FALSE(finding.requirement.empty());
      REQUIRE_FALSE(finding.expected.empty());
      REQUIRE_FALSE(finding.actual.empty());
      REQUIRE(finding.evidence.size() <= 8);
      REQUIRE(std::is_sorted(finding.evidence.begin(), finding.evidence.end()));
      for (const int number : finding.evidence) {
        REQUIRE(number >= 0);
        REQUIRE(number < static_cast<int>(journal.size()));
      }
    }
  }
  CHECK(verdicts[Verdict::fail] > 0);
}

TEST_CASE("A journal that was written and read gets the same verdict") {
  const Scenario scenario = demanding_scenario();
  const auto implementation = healthy_implementation();
  std::mt19937 random(2);
  for (int round = 0; round < 200; ++round) {
    const Journal journal = damaged(random);
    const auto back = read_journal(write_journal(journal), "case.jsonl");
    REQUIRE(back);
    REQUIRE(judge(scenario, implementation, *back) == judge(scenario, implementation, journal));
  }
}

TEST_CASE("Journals of nothing but one event get a verdict") {
  const auto whole = JournalBuilder{}.journal();
  for (const Event& event : whole)
    CHECK(judge(demanding_scenario(), healthy_implementation(), {event}).verdict == Verdict::error);
  CHECK(judge(demanding_scenario(), healthy_implementation(), {whole.front(), whole.back()}).verdict ==
        Verdict::fail);
}
