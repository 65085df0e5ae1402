#include "load/vocabulary.hpp"

#include <fmt/format.h>

namespace clusterspec {
namespace {

bool has(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

std::optional<std::size_t> choose(const toml::table& table, const Words& words,
                                  const std::vector<std::vector<std::string>>& vocabulary,
                                  Mistakes& mistakes) {
  std::vector<std::string> all, found;
  for (const auto& keys : vocabulary) {
    all.push_back(keys.front());
    if (table.contains(keys.front())) found.push_back(keys.front());
  }
  // "processes" is a subject and also a parameter of "served-by": what is a parameter of another one steps
  // back.
  std::vector<std::size_t> candidates;
  for (std::size_t i = 0; i < vocabulary.size(); ++i) {
    const auto& keys = vocabulary[i];
    const bool explains_all =
        std::all_of(found.begin(), found.end(), [&](const std::string& word) { return has(keys, word); });
    if (has(found, keys.front()) && explains_all) candidates.push_back(i);
  }
  if (candidates.size() == 1) return candidates.front();
  if (!found.empty()) {
    mistakes.add(
        table.find(found[1])->first.source(),
        fmt::format("{} has one {}, this has {}: {}", words.thing, words.word, found.size(), listed(found)),
        "write a table of its own for each");
    return std::nullopt;
  }
  std::string near;
  toml::source_position at = table.source().begin;
  for (const auto& [key, node] : table) {
    if (has(words.common, std::string(key.str()))) continue;
    std::string nearest = did_you_mean(key.str(), all);
    if (nearest.empty()) continue;
    near = std::move(nearest);
    at = key.source().begin;
    break;
  }
  mistakes.add(at, fmt::format("{} without a {}", words.thing, words.word),
               fmt::format("{}it has exactly one of: {}", near, listed(all)));
  return std::nullopt;
}

}  // namespace clusterspec
