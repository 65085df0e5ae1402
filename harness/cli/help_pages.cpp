#include "cli/help_pages.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"

namespace clusterspec {
namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::vector<const CLI::Option*> options_of(const CLI::App& app, bool positional) {
  std::vector<const CLI::Option*> options;
  for (const CLI::Option* option : app.get_options())
    if (option->get_positional() == positional) options.push_back(option);
  return options;
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

// A dash would become a hyphen that cannot be pasted, a dot or a quote at the start of a line a request.
std::string roff(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\\')
      safe += "\\e";
    else if (c == '-')
      safe += "\\-";
    else if ((c == '.' || c == '\'') && (safe.empty() || safe.back() == '\n'))
      safe += std::string("\\&") + c;
    else
      safe += c;
  }
  return safe;
}

// "-o, --output TEXT".
std::string spelling(const CLI::Option& option) {
  std::string text;
  for (const std::string& name : option.get_snames()) text += (text.empty() ? "-" : ", -") + name;
  for (const std::string& name : option.get_lnames()) text += (text.empty() ? "--" : ", --") + name;
  if (text.empty()) return option.get_name(true);
  if (takes_value(option)) text += " " + option.get_type_name();
  return text;
}

std::string options_text(const CLI::App& app) {
  std::string text;
  for (const bool positional : {true, false})
    for (const CLI::Option* option : options_of(app, positional))
      text += fmt::format(".TP\n.B {}\n{}\n", roff(spelling(*option)), roff(option->get_description()));
  return text;
}

std::string manual(const CLI::App& app) {
  std::string text = fmt::format(".TH CLUSTERSPEC 1 \"\" \"clusterspec {}\"\n.SH NAME\nclusterspec \\- {}\n",
                                 CLUSTERSPEC_VERSION,
                                 "conformance harness for servers that share one port between processes");
  text += ".SH SYNOPSIS\n.B clusterspec\nCOMMAND [OPTION]... [ARGUMENT]...\n";
  text += fmt::format(".SH DESCRIPTION\n{}\n", roff(app.get_description()));
  text += ".SH COMMANDS\n";
  for (const CLI::App* command : commands_of(app)) {
    text += fmt::format(".SS clusterspec {}", roff(command->get_name()));
    for (const CLI::Option* option : options_of(*command, true)) text += " " + roff(option->get_name(true));
    text += fmt::format("\n{}\n{}", roff(command->get_description()), options_text(*command));
  }
  return text;
}

std::string words(const CLI::App& app) {
  std::string text;
  for (const CLI::Option* option : options_of(app, false))
    for (const std::string& name : option->get_lnames()) text += (text.empty() ? "--" : " --") + name;
  return text;
}

std::string names(const CLI::App& app) {
  std::string text;
  for (const CLI::App* command : commands_of(app)) text += (text.empty() ? "" : " ") + command->get_name();
  return text;
}

std::string bash(const CLI::App& app) {
  std::string text =
      "# clusterspec completion for bash\n"
      "_clusterspec() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} options=\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"" +
      names(app) + " " + words(app) +
      "\" -- \"$word\"))\n"
      "    return\n"
      "  fi\n"
      "  case ${COMP_WORDS[1]} in\n";
  for (const CLI::App* command : commands_of(app))
    text += fmt::format("    {}) options='{}' ;;\n", command->get_name(), words(*command));
  return text +
         "  esac\n"
         "  case $word in\n"
         "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
         "  esac\n"
         "}\n"
         "complete -o default -F _clusterspec clusterspec\n";
}

// In single quotes, which both shells take.
std::string quoted(std::string_view text, std::string_view quote) {
  std::string safe = "'";
  for (const char c : text) safe += c == '\'' ? std::string(quote) : std::string(1, c);
  return safe + "'";
}

// What _arguments would take for the end of a description.
std::string zsh_description(std::string_view text) {
  std::string safe;
  for (const char c : text)
    if (c == '[' || c == ']' || c == ':' || c == '\\')
      safe += std::string("\\") + c;
    else
      safe += c;
  return safe;
}

std::string zsh(const CLI::App& app) {
  std::string text = "#compdef clusterspec\n_clusterspec() {\n  local -a commands\n  commands=(\n";
  for (const CLI::App* command : commands_of(app))
    text += fmt::format(
        "    {}\n", quoted(command->get_name() + ":" + zsh_description(command->get_description()), "'\\''"));
  text +=
      "  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n"
      "  local command=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $command in\n";
  for (const CLI::App* command : commands_of(app)) {
    text += fmt::format("    {}) _arguments -s", command->get_name());
    for (const CLI::Option* option : options_of(*command, false))
      for (const std::string& name : option->get_lnames())
        text += " \\\n      " +
                quoted(fmt::format("*--{}[{}]{}", name, zsh_description(option->get_description()),
                                   takes_value(*option) ? ":value:_files" : ""),
                       "'\\''");
    text += " \\\n      '*:argument:_files' ;;\n";
  }
  return text +
         "  esac\n}\nif [ \"$funcstack[1]\" = _clusterspec ]; then _clusterspec \"$@\"; else compdef "
         "_clusterspec clusterspec; fi\n";
}

std::string fish(const CLI::App& app) {
  std::string text = "# clusterspec completion for fish\n";
  for (const CLI::App* command : commands_of(app)) {
    text += fmt::format("complete -c clusterspec -n __fish_use_subcommand -a {} -d {}\n", command->get_name(),
                        quoted(command->get_description(), "\\'"));
    for (const CLI::Option* option : options_of(*command, false))
      for (const std::string& name : option->get_lnames())
        text += fmt::format("complete -c clusterspec -n '__fish_seen_subcommand_from {}' -l {}{} -d {}\n",
                            command->get_name(), name, takes_value(*option) ? " -r" : "",
                            quoted(option->get_description(), "\\'"));
  }
  return text;
}

}  // namespace

HelpPages::HelpPages(CLI::App& app) : m_app(&app) {
  m_manual_app = app.add_subcommand("manual", "Print the manual page, for man");
  m_completion_app =
      app.add_subcommand("completion", "Print what makes a shell complete commands and options");
  m_completion_app->add_option("SHELL", m_shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

std::optional<int> HelpPages::run() const {
  if (*m_manual_app)
    print(manual(*m_app));
  else if (*m_completion_app)
    print(m_shell == "bash" ? bash(*m_app) : m_shell == "zsh" ? zsh(*m_app) : fish(*m_app));
  else
    return std::nullopt;
  return 0;
}

}  // namespace clusterspec
