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

// The words that the value must be one of, as CLI11's IsMember and an explicit type name tell them:
// "TEXT:{all,one}".
std::vector<std::string> choices_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const auto open = type.find('{'), close = type.rfind('}');
  std::vector<std::string> choices;
  if (open == std::string::npos || close == std::string::npos || close < open) return choices;
  std::string word;
  for (const char c : type.substr(open + 1, close - open)) {
    if (c != ',' && c != '}') {
      word += c;
      continue;
    }
    choices.push_back(std::move(word));
    word.clear();
  }
  return choices;
}

std::string joined(const std::vector<std::string>& words, const std::string& by) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : by) + word;
  return text;
}

// What stands behind an option: "all|one", "1 - 256", "TEXT".
std::string value_of(const CLI::Option& option) {
  if (const auto choices = choices_of(option); !choices.empty()) return joined(choices, "|");
  const std::string type = option.get_type_name();
  const auto range = type.find(" in [");
  return range == std::string::npos ? type : type.substr(range + 5, type.rfind(']') - range - 5);
}

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
  if (takes_value(option)) text += " " + value_of(option);
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
  std::string text = fmt::format(
      ".TH CLUSTERSPEC 1 \"{}\" \"clusterspec {}\"\n.SH NAME\nclusterspec \\- "
      "judges servers that share one port between processes\n",
      CLUSTERSPEC_VERSION_DATE, CLUSTERSPEC_VERSION);
  text += ".SH SYNOPSIS\n.B clusterspec\nCOMMAND [OPTION]... [ARGUMENT]...\n";
  text += fmt::format(".SH DESCRIPTION\n{}\n", roff(k_about));
  text += ".SH EXIT STATUS\n";
  for (const auto& [code, meaning] : k_exit_codes)
    text += fmt::format(".TP\n.B {}\n{}\n", code, roff(meaning));
  text +=
      ".SH FILES\n.TP\n.I clusterspec.toml\nof the current folder: what \\fBrun\\fR does where the command "
      "line does not say it, with a profile for each way to run\n"
      ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nset and not empty: no colours on a terminal\n";
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
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} options= choices=\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"" +
      names(app) + " " + words(app) +
      "\" -- \"$word\"))\n"
      "    return\n"
      "  fi\n"
      "  case ${COMP_WORDS[1]} in\n";
  std::string choices;
  for (const CLI::App* command : commands_of(app)) {
    text += fmt::format("    {}) options='{}' ;;\n", command->get_name(), words(*command));
    for (const CLI::Option* option : options_of(*command, false))
      for (const std::string& name : option->get_lnames())
        if (const auto all = choices_of(*option); !all.empty())
          choices +=
              fmt::format("    '{} --{}') choices='{}' ;;\n", command->get_name(), name, joined(all, " "));
    for (const CLI::Option* option : options_of(*command, true))
      if (const auto all = choices_of(*option); !all.empty())
        choices += fmt::format("    '{0} {0}') choices='{1}' ;;\n", command->get_name(), joined(all, " "));
  }
  return text +
         "  esac\n"
         "  case \"${COMP_WORDS[1]} $before\" in\n" +
         choices +
         "  esac\n"
         "  if [ -n \"$choices\" ]; then\n"
         "    COMPREPLY=($(compgen -W \"$choices\" -- \"$word\"))\n"
         "    return\n"
         "  fi\n"
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

std::string zsh_values(const CLI::Option& option) {
  const auto choices = choices_of(option);
  return choices.empty() ? "_files" : "(" + joined(choices, " ") + ")";
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
                                   takes_value(*option) ? ":value:" + zsh_values(*option) : ""),
                       "'\\''");
    std::string argument = "_files";
    for (const CLI::Option* option : options_of(*command, true)) argument = zsh_values(*option);
    text += " \\\n      '*:argument:" + argument + "' ;;\n";
  }
  return text +
         "  esac\n}\nif [ \"$funcstack[1]\" = _clusterspec ]; then _clusterspec \"$@\"; else compdef "
         "_clusterspec clusterspec; fi\n";
}

std::string fish_values(const CLI::Option& option) {
  if (!takes_value(option)) return {};
  const auto choices = choices_of(option);
  return choices.empty() ? " -r" : " -x -a '" + joined(choices, " ") + "'";
}

std::string fish(const CLI::App& app) {
  std::string text = "# clusterspec completion for fish\n";
  for (const CLI::App* command : commands_of(app)) {
    text += fmt::format("complete -c clusterspec -n __fish_use_subcommand -a {} -d {}\n", command->get_name(),
                        quoted(command->get_description(), "\\'"));
    for (const CLI::Option* option : options_of(*command, false))
      for (const std::string& name : option->get_lnames())
        text += fmt::format("complete -c clusterspec -n '__fish_seen_subcommand_from {}' -l {}{} -d {}\n",
                            command->get_name(), name, fish_values(*option),
                            quoted(option->get_description(), "\\'"));
    for (const CLI::Option* option : options_of(*command, true))
      if (const auto choices = choices_of(*option); !choices.empty())
        text += fmt::format("complete -c clusterspec -n '__fish_seen_subcommand_from {}' -f -a '{}'\n",
                            command->get_name(), joined(choices, " "));
  }
  return text;
}

}  // namespace

std::string about_text() {
  std::string codes;
  for (const auto& [code, meaning] : k_exit_codes)
    codes += fmt::format("{}{} {}", codes.empty() ? "" : ", ", code, meaning);
  return fmt::format("{}\nExit codes: {}.", k_about, codes);
}

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
