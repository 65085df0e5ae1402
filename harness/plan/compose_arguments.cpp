// The argument list of a launch. Options are groups of arguments that belong together, so that the clustering
// option can stand anywhere between them without parting an option from its value.
#include <algorithm>
#include <map>

#include "model/units.hpp"
#include "plan/plan.hpp"

namespace clusterspec {
namespace {

using Group = std::vector<std::string>;
using Filling = std::map<std::string, std::string, std::less<>>;

// {name} for each name of `filling`, in one pass: what was filled in is not looked at again.
std::string filled(std::string_view text, const Filling& filling) {
  std::string result;
  while (!text.empty()) {
    const auto open = text.find('{');
    const auto close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) break;
    const auto known = filling.find(text.substr(open + 1, close - open - 1));
    const std::size_t taken = known == filling.end() ? open + 1 : close + 1;
    result += known == filling.end() ? text.substr(0, taken) : text.substr(0, open);
    if (known != filling.end()) result += known->second;
    text.remove_prefix(taken);
  }
  return result.append(text);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// TOML holds Unicode only, an argument any byte but 0: "\xNN" is a byte, "\\" a backslash, other backslashes
// stand.
std::string raw_bytes(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with("\\\\")) {
      bytes += '\\';
      ++i;
    } else if (rest.size() >= 4 && rest.starts_with("\\x") && hex_digit(rest[2]) >= 0 &&
               hex_digit(rest[3]) >= 0) {
      bytes += static_cast<char>(hex_digit(rest[2]) * 16 + hex_digit(rest[3]));
      i += 3;
    } else {
      bytes += text[i];
    }
  }
  return bytes;
}

// Each argument is a group of its own, but a plain one after an option that has no "=" may be its value.
std::vector<Group> option_groups(const std::vector<std::string>& arguments, const Filling& filling) {
  std::vector<Group> groups;
  bool takes_value = false;
  for (const std::string& argument : arguments) {
    const bool option = argument.size() > 1 && argument.front() == '-';
    if (!option && takes_value)
      groups.back().push_back(filled(argument, filling));
    else
      groups.push_back({filled(argument, filling)});
    takes_value = option && argument.find('=') == std::string::npos;
  }
  return groups;
}

std::vector<Group> value_groups(const Implementation& implementation, const Launch& launch,
                                const Filling& filling) {
  std::vector<std::string> values;
  for (const std::string& value : launch.values) values.push_back(raw_bytes(filled(value, filling)));
  for (int i = 1; i <= launch.more_values; ++i) values.push_back("value-" + std::to_string(i));
  std::vector<Group> groups;
  for (std::string& value : values) {
    Filling with_value = filling;
    with_value["value"] = std::move(value);
    Group group;
    for (const std::string& argument : implementation.value) group.push_back(filled(argument, with_value));
    groups.push_back(std::move(group));
  }
  return groups;
}

std::vector<Group> clustering_groups(const Clustering& clustering, const Launch& launch) {
  const auto spelling =
      clustering.spellings.find(launch.spelling.empty() ? clustering.usual : launch.spelling);
  std::vector<Group> groups;
  if (spelling == clustering.spellings.end()) return groups;
  std::vector<std::string> counts = launch.workers;
  if (launch.without_value && counts.empty()) counts.emplace_back();
  for (const std::string& count : counts) {
    Group group;
    for (const std::string& argument : spelling->second) {
      std::string text = filled(argument, {{"workers", launch.without_value ? "" : count}});
      if (!(launch.without_value && text.empty())) group.push_back(std::move(text));
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

// Before how many of `others` option groups the `index`-th of `count` clustering groups stands. Spread ones
// keep their order, since the last count holds.
std::size_t place_of(Position position, std::size_t index, std::size_t count, std::size_t others) {
  if (position == Position::spread) {
    constexpr std::array k_parts{Position::first, Position::middle, Position::last};
    position = k_parts[count == 1 ? 0 : index * 2 / (count - 1)];
  }
  return position == Position::first ? 0 : position == Position::middle ? others / 2 : others;
}

Filling filling_of(const Launch& launch, const Endpoint& endpoint) {
  return {{"port", std::to_string(endpoint.port)},
          {"host", launch.host.empty() ? endpoint.host : launch.host},
          {"dir", endpoint.directory},
          {"address", address_text(launch.host.empty() ? endpoint.host : launch.host, endpoint.port)},
          {"workers", launch.workers.empty() ? "0" : launch.workers.back()}};
}

}  // namespace

std::string fill_in(const std::string& text, const Launch& launch, const Endpoint& endpoint) {
  return filled(text, filling_of(launch, endpoint));
}

Arguments compose_arguments(const Implementation& implementation, const Launch& launch,
                            const Endpoint& endpoint) {
  const Filling filling = filling_of(launch, endpoint);

  std::vector<Group> others = option_groups(implementation.arguments, filling);
  if (!launch.defaults) {
    auto more = option_groups(implementation.endpoint, filling);
    others.insert(others.end(), more.begin(), more.end());
  }
  for (const std::string& name : launch.options)
    if (const auto option = implementation.options.find(name); option != implementation.options.end()) {
      auto more = option_groups(option->second, filling);
      others.insert(others.end(), more.begin(), more.end());
    }
  auto values = value_groups(implementation, launch, filling);
  others.insert(others.end(), values.begin(), values.end());
  const auto clustering = implementation.clustering ? clustering_groups(*implementation.clustering, launch)
                                                    : std::vector<Group>{};

  Arguments arguments;
  const auto append = [&](const Group& group, bool clusters) {
    for (const std::string& argument : group) {
      if (clusters) arguments.clustering.push_back(static_cast<int>(arguments.list.size()));
      arguments.list.push_back(argument);
    }
  };
  for (std::size_t i = 0; i <= others.size(); ++i) {
    for (std::size_t j = 0; j < clustering.size(); ++j)
      if (place_of(launch.position, j, clustering.size(), others.size()) == i) append(clustering[j], true);
    if (i < others.size()) append(others[i], false);
  }
  for (const std::string& operand : launch.operands) append({raw_bytes(filled(operand, filling))}, false);
  return arguments;
}

std::vector<std::string> compose_environment(const Implementation& implementation, const Launch& launch,
                                             const Endpoint& endpoint) {
  std::vector<std::string> assignments;
  for (const auto& [name, value] : implementation.environment)
    assignments.push_back(name + "=" + fill_in(value, launch, endpoint));
  assignments.insert(assignments.end(), launch.environment.begin(), launch.environment.end());
  if (launch.other_directory) assignments.emplace_back("PATH=");
  return assignments;
}

}  // namespace clusterspec
