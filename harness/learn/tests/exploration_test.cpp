#include "learn/exploration.hpp"

#include <catch2/catch.hpp>
#include <csignal>

namespace clusterspec {

using Words = std::vector<std::string>;

TEST_CASE("The option with the count is found as one word or as two") {
  CHECK(count_option({"s", "-p", "{port}", "-w", "{workers}"}) == Words{"-w", "{workers}"});
  CHECK(count_option({"s", "--workers={workers}", "-p", "{port}"}) == Words{"--workers={workers}"});
  CHECK(other_arguments({"s", "-p", "{port}", "-w", "{workers}", "app"}) == Words{"-p", "{port}", "app"});
}

TEST_CASE("A count that is an operand, or none, is no option") {
  CHECK_FALSE(count_option({"node", "cluster.js", "{workers}"}));
  CHECK_FALSE(count_option({"s", "-p", "{port}"}));
  CHECK(other_arguments({"node", "cluster.js", "{workers}"}) == Words{"cluster.js", "{workers}"});
  CHECK(names_count({"node", "cluster.js", "{workers}"}));
  CHECK_FALSE(names_count({"s", "-p", "{port}"}));
}

TEST_CASE("Other counts and another place are tried only where the command has a count") {
  const auto of = [](const Words& words) { return trials_of({"name", words, "/", ""}); };
  const auto count = [&](const Words& words, auto wanted) {
    const auto trials = of(words);
    return std::count_if(trials.begin(), trials.end(), wanted);
  };
  const auto fewer = [](const Trial& trial) { return trial.workers != k_usual_workers; };
  const auto first = [](const Trial& trial) { return trial.option_first; };
  CHECK(count({"s", "-w", "{workers}"}, fewer) == 2);
  CHECK(count({"s", "-w", "{workers}"}, first) == 1);
  CHECK(count({"s", "{workers}"}, fewer) == 2);
  CHECK(count({"s", "{workers}"}, first) == 0);
  CHECK(count({"s", "{port}"}, fewer) == 0);
  CHECK(of({"s"}).front().signal.number == SIGTERM);
}

TEST_CASE("Every trial is a case that loads, whatever stands in the command") {
  for (const Words& words : {Words{"./server", "-w", "{workers}", "-p", "{port}"},
                             Words{"/opt/a \"b\"", "a\nb", "\\x", "'", "--text={workers}", "{}"}})
    for (const std::string& slow : {std::string(), std::string("/slow?\"ms={delay}")})
      for (const Trial& trial : trials_of({"name", words, "/", slow})) {
        const auto one = case_of({"name", words, "/", slow}, trial);
        if (!one) FAIL(to_text(one.error().front()));
        CHECK(one->implementation->executable == words.front());
        CHECK(one->implementation->requests.contains("slow") == !slow.empty());
        CHECK(one->implementation->clustering.has_value() == trial.option_first);
        CHECK(one->scenario.launch.workers == Words{std::to_string(trial.workers)});
      }
}

TEST_CASE("A path, a name or a placeholder that is none is told as a mistake") {
  for (const ServerCommand& command :
       {ServerCommand{"name", {"server"}, "no-slash", ""}, ServerCommand{"a name", {"server"}, "/", ""},
        ServerCommand{"name", {"server", "{nothing}"}, "/", ""}})
    CHECK_FALSE(case_of(command, trials_of(command).front()));
}

}  // namespace clusterspec
