// What must hold of the judge whatever was observed: tried on clusters drawn from fixed seeds, each with
// every fault (generated_cluster.hpp).
#include <fmt/format.h>

#include <random>

#include "generated_cluster.hpp"
#include "journal/journal_lines.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

constexpr std::uint32_t k_seeds = 20;

// Each plan with each fault, told in some way.
template <class Check>
void each_case(Check&& check) {
  for (const auto& [fault, name] : Names<Fault>::table)
    for (std::uint32_t seed = 1; seed <= k_seeds; ++seed) {
      const ClusterPlan plan = draw_plan(seed, fault);
      INFO("a cluster of " << plan.workers << " workers drawn from seed " << seed << ", with the fault \""
                           << name << "\" at worker " << plan.victim << ", worker " << plan.killed
                           << " killed");
      check(plan, seed);
    }
}

Judgement judged(const ClusterPlan& plan, const Journal& journal) {
  return judge(scenario_of(plan), healthy_implementation(), journal);
}

std::set<RequirementId> failed(const Judgement& judgement) {
  std::set<RequirementId> ids;
  for (const Finding& finding : judgement.findings) ids.insert(finding.requirement);
  return ids;
}

Pid launcher_of(const Journal& journal) { return Cluster::of(journal).instance()->launched.pid; }

std::string written(const Journal& journal) { return write_journal(journal); }

// Findings without the words, in which pids and times stand.
using Bare = std::vector<std::tuple<RequirementId, std::vector<int>, int>>;
Bare bare(const Judgement& judgement) {
  Bare findings;
  for (const Finding& finding : judgement.findings)
    findings.emplace_back(finding.requirement, finding.evidence, finding.where.line);
  return findings;
}

}  // namespace

TEST_CASE("A healthy cluster holds in every respect, and a fault breaks what it breaks and nothing else") {
  each_case([](const ClusterPlan& plan, std::uint32_t seed) {
    for (const Telling& telling : {Telling{}, Telling{seed, 0}, Telling{seed + 100, seed}}) {
      const Journal journal = journal_of(plan, telling);
      const Judgement judgement = judged(plan, journal);
      INFO(written(journal));
      INFO(told(judgement));
      REQUIRE(failed(judgement) == broken_by(plan));
      REQUIRE(judgement.verdict == (broken_by(plan).empty() ? Verdict::pass : Verdict::fail));
      for (const auto& [id, verdict] : judgement.requirements)
        REQUIRE(verdict == (broken_by(plan).contains(id) ? Verdict::fail : Verdict::pass));
      REQUIRE(judgement == judged(plan, journal));
    }
  });
}

TEST_CASE("The evidence of a finding is in the journal") {
  each_case([](const ClusterPlan& plan, std::uint32_t seed) {
    const Journal journal = journal_of(plan, {seed});
    const Judgement judgement = judged(plan, journal);
    INFO(written(journal));
    INFO(told(judgement));
    for (const Finding& finding : judgement.findings) {
      REQUIRE_FALSE(finding.evidence.empty());
      REQUIRE(finding.evidence.size() <= 8);
      REQUIRE(std::is_sorted(finding.evidence.begin(), finding.evidence.end()));
      REQUIRE(finding.evidence.front() >= 0);
      REQUIRE(finding.evidence.back() < static_cast<int>(journal.size()));
    }
  });
}

TEST_CASE("Other pids and another time give the same findings") {
  each_case([](const ClusterPlan& plan, std::uint32_t seed) {
    const Bare first = bare(judged(plan, journal_of(plan, {seed})));
    REQUIRE(bare(judged(plan, journal_of(plan, {seed, seed + 7}))) == first);
    REQUIRE(bare(judged(plan, journal_of(plan, {seed, 0, 3'600'000'000'000}))) == first);
  });
}

TEST_CASE("Another instance beside it changes no verdict") {
  each_case([](const ClusterPlan& plan, std::uint32_t seed) {
    const Journal journal = journal_of(plan, {seed, seed, 0, true});
    const Judgement judgement = judged(plan, journal);
    INFO(written(journal));
    INFO(told(judgement));
    REQUIRE(failed(judgement) == broken_by(plan));
  });
}

TEST_CASE("What says nothing of the server may stand anywhere") {
  each_case([](const ClusterPlan& plan, std::uint32_t seed) {
    Journal journal = journal_of(plan, {seed});
    std::mt19937 random(seed);
    const Pid pid = launcher_of(journal);
    for (const What& what : {What{Note{"the machine is busy"}}, What{HeldAt{"gate", pid}},
                             What{ReleasedFrom{"gate", pid, false}}, What{ClosingQueue{pid, 500, 0, 0}},
                             What{Output{Stream::out, pid, "GET / 200", true, false}}}) {
      const auto place = 1 + random() % (journal.size() - 1);
      journal.insert(journal.begin() + static_cast<std::ptrdiff_t>(place), Event{0, Source::driver, what});
    }
    const Judgement judgement = judged(plan, journal);
    INFO(told(judgement));
    REQUIRE(failed(judgement) == broken_by(plan));
  });
}

TEST_CASE("What an expectation finds does not depend on what else is expected") {
  each_case([](const ClusterPlan& plan, std::uint32_t seed) {
    if (seed > 3) return;
    const Journal journal = journal_of(plan, {seed, seed});
    const Scenario all = scenario_of(plan);
    const Judgement together = judge(all, healthy_implementation(), journal);
    for (const Expectation& expectation : all.expectations) {
      Scenario alone = all;
      alone.expectations = {expectation};
      std::vector<Finding> wanted, found = judge(alone, healthy_implementation(), journal).findings;
      const auto is_its = [&](const Finding& finding) { return finding.where == expectation.where; };
      std::copy_if(together.findings.begin(), together.findings.end(), std::back_inserter(wanted), is_its);
      std::erase_if(found, [&](const Finding& finding) { return !is_its(finding); });
      REQUIRE(found == wanted);
    }
  });
}

TEST_CASE("Without the launcher's end no case passes") {
  each_case([](const ClusterPlan& plan, std::uint32_t seed) {
    Journal journal = journal_of(plan, {seed});
    const Pid launcher = launcher_of(journal);
    std::erase_if(journal, [&](const Event& event) {
      const auto* exited = std::get_if<Exited>(&event.what);
      return exited && exited->pid == launcher;
    });
    const Judgement judgement = judged(plan, journal);
    INFO(told(judgement));
    REQUIRE(judgement.verdict == Verdict::fail);
    REQUIRE(judgement.requirements.at("exit-launcher") == Verdict::fail);
  });
}

TEST_CASE("A journal that was cut off anywhere passes nothing and blames nobody") {
  for (std::uint32_t seed = 1; seed <= 3; ++seed) {
    const ClusterPlan plan = draw_plan(seed, Fault::none);
    const Journal whole = journal_of(plan, {seed});
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const Judgement judgement =
          judged(plan, Journal(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
      REQUIRE(judgement.verdict == Verdict::error);
      REQUIRE(judgement.findings.empty());
    }
  }
}

TEST_CASE("A case that was given up at a step blames nobody for what had not come yet") {
  for (std::uint32_t seed = 1; seed <= k_seeds; ++seed) {
    const ClusterPlan plan = draw_plan(seed, Fault::none);
    const Journal whole = journal_of(plan, {seed});
    for (std::size_t i = 0; i < whole.size(); ++i) {
      const auto* ended = std::get_if<StepEnded>(&whole[i].what);
      if (!ended) continue;
      // The step's deadline is met with all that came until then; what comes after is the cleaning.
      Journal given_up(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      std::get<StepEnded>(given_up.back().what).done = false;
      CleanedUp cleaned;
      const Cluster cluster = Cluster::of(given_up);
      for (const ProcessState& process : cluster.processes())
        if (process.alive()) cleaned.killed.push_back({process.pid, process.parent, 'S', "server"});
      given_up.push_back({whole[i].at, Source::procfs, cleaned});
      given_up.push_back({whole[i].at, Source::driver, CaseEnded{}});
      const Judgement judgement = judged(plan, given_up);
      INFO("step " << ended->index << " of seed " << seed);
      INFO(told(judgement));
      REQUIRE(judgement.verdict == Verdict::fail);
      for (const Finding& finding : judgement.findings) REQUIRE(finding.where.line == 10);
    }
  }
}

TEST_CASE("A generated journal that was written and read gets the same findings") {
  each_case([](const ClusterPlan& plan, std::uint32_t seed) {
    if (seed > 3) return;
    const Journal journal = journal_of(plan, {seed, seed});
    const auto back = read_journal(write_journal(journal), "case.jsonl");
    REQUIRE(back);
    REQUIRE(judged(plan, *back) == judged(plan, journal));
  });
}
