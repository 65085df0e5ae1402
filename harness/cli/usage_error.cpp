#include "cli/usage_error.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "load/did_you_mean.hpp"
#include "model/units.hpp"

namespace clusterspec {
namespace {

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  return names;
}

std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

bool holds(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

Error usage(std::string message, std::string hint) {
  return {ErrorKind::usage, std::move(message), {}, {}, std::move(hint)};
}

}  // namespace

Error usage_error(const CLI::App& app, const std::vector<std::string>& words, const CLI::ParseError& error) {
  const auto commands = commands_of(app);
  if (words.empty()) return usage("what shall be done?", "commands: " + listed(commands));
  const std::string& name = words.front();
  if (!name.starts_with("-") && !holds(commands, name))
    return usage(fmt::format("there is no command \"{}\"", printable(name, 100)),
                 did_you_mean(name, commands) + "commands: " + listed(commands));
  const CLI::App& command = holds(commands, name) ? *app.get_subcommand(name) : app;
  const std::string help = fmt::format("`{} --help` shows what there is",
                                       &command == &app ? "clusterspec" : "clusterspec " + name);
  const auto options = options_of(command);
  for (const std::string& word : words) {
    const std::string option = word.substr(0, word.find('='));
    if (option.starts_with("--") && !holds(options, option))
      return usage(fmt::format("there is no option {}", printable(option, 100)),
                   did_you_mean(option, options) + help);
  }
  return usage(error.what(), help);
}

}  // namespace clusterspec
