#include "capsule/shrink.hpp"

#include <fmt/format.h>

#include "capsule/same_failure.hpp"
#include "cli/again.hpp"
#include "cli/capsules.hpp"
#include "cli/commands.hpp"
#include "linux/fd.hpp"
#include "linux/stream.hpp"
#include "reports/command_line.hpp"
#include "reports/text.hpp"

namespace clusterspec {
namespace {

constexpr int k_does_not_fail = 1, k_interrupted = 130;

std::string smaller_name(const std::string& capsule) {
  constexpr std::string_view k_ending = ".tar.gz";
  const std::string stem =
      capsule.ends_with(k_ending) ? capsule.substr(0, capsule.size() - k_ending.size()) : capsule;
  return stem + ".small" + std::string(k_ending);
}

// Runs scenarios in the place of the capsule's, and knows whether they fail as it did.
class FailingAgain {
 public:
  FailingAgain(Again& again, const ShrinkArguments& arguments)
      : m_again(again),
        m_arguments(arguments),
        m_recorded(symptoms(again.held().one.scenario, again.capsule().manifest.findings)) {}

  bool interrupted() const { return m_interrupted; }
  const std::optional<Error>& fault() const { return m_fault; }
  const std::string& last_outcome() const { return m_last_outcome; }
  // Of the last scenario that failed as it should.
  const Again::Ran& last_failure() const { return m_failure; }

  // Where the failure is told in other words here, those count too from now on.
  bool fails_as_recorded(const Scenario& scenario) {
    const auto requirements_only = [](std::vector<Symptom> all) {
      for (Symptom& one : all) one = {one.requirement, {}, {}, {}};
      return all;
    };
    const auto recorded = requirements_only(m_recorded);
    return attempts(scenario, m_arguments.attempts, m_arguments.repeat,
                    [&](const std::vector<Symptom>& seen) {
                      if (!same_failure(recorded, requirements_only(seen))) return false;
                      m_recorded.insert(m_recorded.end(), seen.begin(), seen.end());
                      return true;
                    });
  }

  bool fails(const Scenario& scenario) { return fails(scenario, m_arguments.attempts, m_arguments.repeat); }
  bool fails_every_time(const Scenario& scenario) {
    constexpr int k_every_time = 12;
    return fails(scenario, 1, k_every_time);
  }

 private:
  bool fails(const Scenario& scenario, int allowed, int in_a_row) {
    return attempts(scenario, allowed, in_a_row,
                    [&](const std::vector<Symptom>& seen) { return same_failure(m_recorded, seen); });
  }

  // Fails so many times in a row, in one of the attempts.
  template <class Same>
  bool attempts(const Scenario& scenario, int allowed, int in_a_row, const Same& same) {
    const Case one = m_again.with(scenario);
    for (int attempt = 0; attempt < allowed; ++attempt) {
      int failed = 0;
      while (failed < in_a_row && once(one, same)) ++failed;
      if (failed == in_a_row) return true;
      if (m_interrupted || m_fault) return false;
    }
    return false;
  }

  template <class Same>
  bool once(const Case& one, const Same& same) {
    auto ran = m_again.run(one);
    if (!ran) m_fault = ran.error();
    m_interrupted = ran && !*ran;
    if (!ran || !*ran) return false;
    const CaseResult& result = (*ran)->result;
    m_last_outcome = outcome_text(result.judgement);
    if (result.judgement.verdict != Verdict::fail || !same(symptoms(one.scenario, result.judgement.findings)))
      return false;
    m_failure = std::move(**ran);
    return true;
  }

  Again& m_again;
  const ShrinkArguments& m_arguments;
  std::vector<Symptom> m_recorded;
  std::string m_last_outcome;
  Again::Ran m_failure;
  std::optional<Error> m_fault;
  bool m_interrupted = false;
};

// The capsule with the smaller scenario in it.
Capsule smaller_capsule(const Again& again, const Scenario& scenario, const Again::Ran& failure) {
  Capsule capsule = again.capsule();
  Manifest& manifest = capsule.manifest;
  manifest.notes.push_back("shrunk from " + again.held().one.id);
  manifest.server.executable = again.executable();
  describe_machine(manifest);
  capsule.scenario = scenario.text;
  record(capsule, failure.result, failure.journal);
  return capsule;
}

}  // namespace

int shrink_command(const ShrinkArguments& arguments) {
  auto again = Again::open(arguments.capsule, arguments.executable, std::nullopt);
  if (!again) return complain(again.error());
  Again& it = **again;
  print(it.announcement() + '\n');
  const std::int64_t begun = now_ns();
  const auto seconds = [&] { return static_cast<double>(now_ns() - begun) / 1e9; };
  FailingAgain failing(it, arguments);
  const Scenario& start = it.held().one.scenario;
  const bool fails = failing.fails_as_recorded(start);
  if (failing.fault()) return complain(*failing.fault());
  if (failing.interrupted()) return k_interrupted;
  if (!fails) {
    print(fmt::format("It does not fail here as recorded: {}\n", one_line(failing.last_outcome())));
    return k_does_not_fail;
  }
  Shrinking by;
  by.fails = [&](const Scenario& scenario) { return failing.fails(scenario); };
  by.fails_every_time = [&](const Scenario& scenario) { return failing.fails_every_time(scenario); };
  by.out_of_time = [&] { return failing.interrupted() || failing.fault() || seconds() > arguments.budget; };
  by.kept = [&](const std::string& what) {
    print(fmt::format("  {:6.1f} s  {}\n", seconds(), one_line(what)));
  };
  const Shrunk shrunk = shrink(start, it.held().catalogue, by);
  if (failing.fault()) return complain(*failing.fault());
  if (shrunk.kept > 0) {
    const std::string file = arguments.output.empty() ? smaller_name(arguments.capsule) : arguments.output;
    const Scenario& scenario = shrunk.scenario;
    const auto bytes = write_capsule(smaller_capsule(it, scenario, failing.last_failure()));
    if (!bytes) return complain(bytes.error());
    const auto out = create_file(file);
    if (!out) return complain(out.error());
    if (!write_all(out->get(), *bytes)) return complain(system_failure("writing " + file).value());
    print('\n' + many_lines(scenario.text) + "\nclusterspec replay " + shell_quoted(file) + '\n');
  }
  print(fmt::format("\n{} tried in {:.1f} s, {} kept; {}\n",
                    counted(static_cast<std::size_t>(shrunk.tried), "smaller case"), seconds(), shrunk.kept,
                    shrunk.finished         ? "none that is smaller still fails this way"
                    : failing.interrupted() ? "interrupted"
                                            : "the time of --budget is over, so a smaller one may fail too"));
  return failing.interrupted() ? k_interrupted : 0;
}

}  // namespace clusterspec
