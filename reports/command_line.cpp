#include "command_line.hpp"

#include <fmt/format.h>

#include "text.hpp"

namespace clusterspec {
namespace {

constexpr std::string_view k_plain =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";

std::string single_quoted(std::string_view argument) {
  std::string quoted = "'";
  for (const char c : argument) {
    if (c == '\'')
      quoted += "'\\''";
    else
      quoted += c;
  }
  return quoted + "'";
}

std::string escape_quoted(std::string_view argument) {
  std::string quoted = "$'";
  for (const char c : argument) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\' || c == '\'')
      quoted += std::string{'\\', c};
    else if (c == '\n')
      quoted += "\\n";
    else if (c == '\t')
      quoted += "\\t";
    else if (byte < 0x20 || byte >= 0x7F)
      quoted += fmt::format("\\x{:02x}", byte);
    else
      quoted += c;
  }
  return quoted + "'";
}

}  // namespace

std::string shell_quoted(std::string_view argument) {
  if (one_line(argument) != argument) return escape_quoted(argument);
  // A word that begins with "=" is looked up as a command by zsh.
  const bool plain = !argument.empty() && argument.find_first_not_of(k_plain) == std::string_view::npos &&
                     argument.front() != '=';
  return plain ? std::string(argument) : single_quoted(argument);
}

std::string command_line(const std::vector<std::string>& arguments) {
  std::string line;
  for (const std::string& argument : arguments) line += (line.empty() ? "" : " ") + shell_quoted(argument);
  return line;
}

std::string short_command_line(const std::vector<std::string>& arguments, std::size_t limit) {
  std::string line;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string quoted = shell_quoted(arguments[i]);
    if (line.size() + quoted.size() > limit)
      return line + fmt::format(" … ({} more, not shown)", counted(arguments.size() - i, "argument"));
    line += (line.empty() ? "" : " ") + quoted;
  }
  return line;
}

std::string command_of(const CaseResult& result) {
  return result.command.empty() ? command_line(result.arguments) : one_line(result.command);
}

}  // namespace clusterspec
