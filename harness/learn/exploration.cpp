#include "learn/exploration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "load/toml_writer.hpp"

namespace clusterspec {
namespace {

// Who accepts is seen at a gate: with connections in the queue everyone who wants one comes to stand there.
// They are few, since a queue may be short. Each further "ready" waits until everyone rests: workers may
// begin after the socket listens, and after the first of them answers.
constexpr std::string_view k_scenario = R"(
title    = "What a server does that nothing is known of"
why      = "an implementation file is to be written"
verifies = ["learn"]
waive    = ["leftovers", "unexpected-process", "crash"]

[launch]
workers = "{}"

[[step]]
await = "ready"

[[step]]
hold   = "accept"
of     = "all"
name   = "accepting"
within = "5s"

[[step]]
open       = "asked"
count      = 5
until      = "connected"
hung-after = "3s"

[[step]]
await = "ready"

[[step]]
release = "accepting"

[[step]]
await       = "concluded"
connections = "asked"

[[step]]
open       = "kept"
keep-alive = true
hung-after = "3s"

[[step]]
await = "ready"

[[step]]
close = "kept"

[[step]]
await = "ready"

[[step]]
look = "serving"
)";

constexpr std::string_view k_flight = R"(
[[step]]
open    = "flight"
request = "slow"
delay   = "700ms"
until   = "handled"
)";

constexpr std::string_view k_end = R"(
[[step]]
signal = "{}"
to     = "{}"

[[step]]
await  = "exited"
of     = "launcher"
within = "3s"

[[expect]]
leftovers = "none"
)";

bool has_count(const std::string& word) { return word.find("{workers}") != std::string::npos; }

// Where the option with the count begins and how many words it has; {0, 0}: there is none.
std::pair<std::size_t, std::size_t> place_of_option(const std::vector<std::string>& words) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (!has_count(words[i])) continue;
    if (words[i].size() > 1 && words[i].front() == '-') return {i, 1};
    if (i > 1 && words[i - 1].size() > 1 && words[i - 1].front() == '-') return {i - 1, 2};
  }
  return {0, 0};
}

std::string implementation_for(const ServerCommand& command, const Trial& trial) {
  const auto option = trial.option_first ? count_option(command.words) : std::nullopt;
  const std::vector<std::string> all(command.words.begin() + 1, command.words.end());
  std::string text =
      fmt::format("name = {}\nexecutable = {}\narguments = {}\n", toml_text(command.name),
                  toml_text(command.words.front()), toml_list(option ? other_arguments(command.words) : all));
  if (option)
    text += fmt::format("[clustering]\nusual = \"given\"\nspellings.given = {}\n", toml_list(*option));
  // One listener is enough to go on, whose it may be, and any child may be a worker.
  text +=
      "[dialect]\nlauncher-serves = false\nforks = true\nshares-listener = true\nworker-count = "
      "\"0\"\nlistener-count = \"1\"\n"
      "[requests.quick]\npath = " +
      toml_text(command.quick) + "\n";
  if (!command.slow.empty()) text += "[requests.slow]\npath = " + toml_text(command.slow) + "\n";
  return text;
}

}  // namespace

std::optional<std::vector<std::string>> count_option(const std::vector<std::string>& words) {
  const auto [first, count] = place_of_option(words);
  if (count == 0) return std::nullopt;
  const auto begin = words.begin() + static_cast<std::ptrdiff_t>(first);
  return std::vector<std::string>(begin, begin + static_cast<std::ptrdiff_t>(count));
}

std::vector<std::string> other_arguments(const std::vector<std::string>& words) {
  const auto [first, count] = place_of_option(words);
  std::vector<std::string> others;
  for (std::size_t i = 1; i < words.size(); ++i)
    if (i < first || i >= first + count) others.push_back(words[i]);
  return others;
}

bool names_count(const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(), has_count);
}

std::vector<Trial> trials_of(const ServerCommand& command) {
  const auto to = [](Role role) { return Target{role, 0, std::string(k_first_instance)}; };
  std::vector<Trial> trials;
  for (const int signal : {SIGTERM, SIGINT, SIGQUIT, SIGWINCH, SIGHUP, SIGUSR1, SIGUSR2})
    trials.push_back({k_usual_workers, Signal{signal}, to(Role::launcher)});
  trials.push_back({k_usual_workers, Signal{SIGINT}, to(Role::group)});
  trials.push_back({k_usual_workers, Signal{SIGKILL}, to(Role::workers)});
  if (names_count(command.words)) {
    trials.push_back({2, Signal{SIGTERM}, to(Role::launcher)});
    trials.push_back({1, Signal{SIGTERM}, to(Role::launcher)});
  }
  if (count_option(command.words))
    trials.push_back({k_usual_workers, Signal{SIGTERM}, to(Role::launcher), true});
  return trials;
}

Loaded<Case> case_of(const ServerCommand& command, const Trial& trial) {
  const std::string text = fmt::format(k_scenario, trial.workers) +
                           std::string(command.slow.empty() ? "" : k_flight) +
                           fmt::format(k_end, to_text(trial.signal), to_text(trial.to));
  auto scenario = load_scenario({"exploration", text}, "learn", {}, nullptr);
  if (!scenario) return tl::unexpected(scenario.error());
  auto implementation = load_implementation({"command line", implementation_for(command, trial)});
  if (!implementation) return tl::unexpected(implementation.error());
  Case one;
  one.id = fmt::format("learn[workers={},signal={},to={}{}]", trial.workers, to_text(trial.signal),
                       to_text(trial.to), trial.option_first ? ",option=first" : "");
  one.scenario = std::move(*scenario);
  one.implementation = std::make_shared<const Implementation>(std::move(*implementation));
  return one;
}

}  // namespace clusterspec
