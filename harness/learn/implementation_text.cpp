#include "learn/implementation_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "load/toml_writer.hpp"

namespace clusterspec {
namespace {

constexpr std::size_t k_column = 44;  // where the facts behind values stand

std::string comment(const std::string& text) { return "# " + printable(text) + "\n"; }

std::string with_fact(const std::string& line, const std::map<std::string, std::string>& facts,
                      const std::string& key) {
  const auto fact = facts.find(key);
  if (fact == facts.end()) return line + "\n";
  const std::size_t room = line.size() + 2 < k_column ? k_column - line.size() : 2;
  return line + std::string(room, ' ') + comment(fact->second);
}

// A table of values that are stated because something was seen, or not stated because nothing was.
template <class T>
std::string table_text(const std::string& table, const T& values, const Conclusions& found) {
  std::string text = "\n[" + table + "]\n";
  for (const TomlKey& key : toml_keys([&](auto&& visit) { T::describe(values, visit); })) {
    const std::string path = table + "." + key.key;
    if (const auto unknown = found.unknown.find(path); unknown != found.unknown.end())
      text += comment(key.key + ": not found out: " + unknown->second);
    if (found.because.contains(path) && !key.value.empty())
      text += with_fact(key.key + " = " + key.value, found.because, path);
  }
  return text;
}

std::string process_line(const ProcessFact& process) {
  std::string text = fmt::format("  {:<12} {}", process.name, printable(process.command, 100));
  if (process.child) text += process.executed ? "; executed" : "; a fork";
  if (process.own_group) text += "; a group of its own";
  if (process.holds_listener) text += "; holds a socket";
  if (process.accepts) text += "; accepts";
  return text;
}

std::string socket_line(const ListenerFact& one) {
  return fmt::format(
      "  {}{}, held by {}", one.address, one.reuse_port ? " with SO_REUSEPORT" : "",
      one.holders.empty() ? "nobody that is known" : fmt::format("{}", fmt::join(one.holders, ", ")));
}

std::vector<std::string> standing(const Conclusions& found) {
  std::vector<std::string> lines{fmt::format("after {} ms it was ready:", found.serving.ready_ms)};
  for (const ProcessFact& process : found.serving.processes) lines.push_back(process_line(process));
  if (!found.serving.executes.empty())
    lines.push_back(
        fmt::format("it executed {} in its place: give that as the command, if a script only looks for it",
                    found.serving.executes));
  if (found.serving.passing > 0)
    lines.push_back(fmt::format(
        "{} had come and gone: scenarios will take those for processes too many",
        found.serving.passing == 1 ? "a process" : fmt::format("{} processes", found.serving.passing)));
  lines.push_back(
      fmt::format("{} listening:", found.serving.listeners.size() == 1 ? "a socket is" : "sockets are"));
  for (const ListenerFact& one : found.serving.listeners) lines.push_back(socket_line(one));
  return lines;
}

std::string requests_text(const ServerCommand& command, const Conclusions& found) {
  std::string text = fmt::format("\n[requests.quick]\npath = {}", toml_text(command.quick));
  text += fmt::format("   # answered {}\n", found.serving.status);
  if (!command.slow.empty()) return text + "\n[requests.slow]\npath = " + toml_text(command.slow) + "\n";
  return text + "\n" + comment("not found out: " + found.unknown.at("requests.slow")) +
         "# [requests.slow]\n# path = \"/slow?ms={delay}\"\n";
}

}  // namespace

std::string implementation_text(const ServerCommand& command, const Conclusions& found) {
  const auto option = found.option_stands_first ? count_option(command.words) : std::nullopt;
  const std::vector<std::string> all(command.words.begin() + 1, command.words.end());
  std::string text =
      "# A start, by `clusterspec new-implementation`: it ran the command and looked. Behind a value stands "
      "what it rests\n"
      "# on. `clusterspec schema implementation` names all words, scenarios/README.md explains them.\n";
  text +=
      fmt::format("name = {}\nsummary = {}\nexecutable = {}\narguments = {}\n", toml_text(command.name),
                  toml_text(fmt::format("{}", fmt::join(command.words, " "))),
                  toml_text(command.words.front()), toml_list(option ? other_arguments(command.words) : all));
  text +=
      "# version = [\"--version\"]                # arguments that print the version\n"
      "# install = \"apt-get install …\"          # said where the program is not there\n";
  // Slow machines are slower than this one.
  text += fmt::format("start-within = \"{}s\"\n", std::max<std::int64_t>(5, found.serving.ready_ms / 100));
  text += "\n" + comment(fmt::format("with {} workers, {}", k_usual_workers, standing(found).front()));
  const std::vector<std::string> lines = standing(found);
  for (std::size_t i = 1; i < lines.size(); ++i) text += comment(lines[i]);
  if (option)
    text += fmt::format("\n[clustering]\nusual = \"given\"\nspellings.given = {}\n", toml_list(*option));
  else if (names_count(command.words))
    text +=
        "\n" +
        comment("the count is no option that may stand anywhere: scenarios about its spellings are skipped");
  text += table_text("dialect", found.dialect, found);
  text += "\n# Signals, each to a server of its own:\n";
  for (const std::string& line : found.signals) text += comment(line);
  text += table_text("log", found.log, found);
  if (!found.lines.empty()) text += "# It printed first:\n";
  for (const std::string& line : found.lines) text += comment("  " + line);
  text += requests_text(command, found);
  return text +
         "\n# What it is known to fail, and what means nothing for it, once `clusterspec run -i` of this "
         "file has told:\n"
         "# [[known]]\n# requirement = \"terminate.queue-served\"\n# reason = \"…\"\n";
}

std::string account_text(const Conclusions& found) {
  std::string text = "Found out\n";
  for (const std::string& line : standing(found)) text += "  " + printable(line) + "\n";
  text += fmt::format("  the quick request was answered {}\n", found.serving.status);
  for (const auto& [key, fact] : found.because)
    text += fmt::format("  {:<26} {}\n", key.substr(key.find('.') + 1), printable(fact));
  for (const std::string& line : found.signals) text += "  " + printable(line) + "\n";
  text += "Not found out\n";
  for (const auto& [key, why] : found.unknown) text += fmt::format("  {:<26} {}\n", key, printable(why));
  return text;
}

}  // namespace clusterspec
