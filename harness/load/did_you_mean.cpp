#include "load/did_you_mean.hpp"

#include <algorithm>

#include "model/units.hpp"

namespace clusterspec {

int edit_distance(std::string_view from, std::string_view to) {
  // Optimal string alignment: three rows are enough, since a swap looks back by two.
  std::vector<int> before_last, last(to.size() + 1), row(to.size() + 1);
  for (std::size_t j = 0; j <= to.size(); ++j) last[j] = static_cast<int>(j);
  for (std::size_t i = 1; i <= from.size(); ++i) {
    row[0] = static_cast<int>(i);
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const int replaced = last[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = last;
    last = row;
  }
  return last[to.size()];
}

std::string did_you_mean(std::string_view written, const std::vector<std::string>& choices) {
  // What is longer than any choice could be is no slip, and the table of distances would be large.
  if (written.empty() || written.size() > 100) return {};
  const std::string* nearest = nullptr;
  int best = std::max(1, static_cast<int>(written.size()) / 3) + 1;
  for (const std::string& choice : choices) {
    // Half a word is near too: "start" for "started".
    const bool begins_it = written.size() >= 3 && choice.starts_with(written);
    const int distance = begins_it ? 1 : edit_distance(written, choice);
    if (distance >= best) continue;
    best = distance;
    nearest = &choice;
  }
  return nearest ? "did you mean \"" + printable(*nearest) + "\"? " : std::string();
}

std::string listed(const std::vector<std::string>& choices) {
  std::string list;
  for (const std::string& choice : choices) list += (list.empty() ? "" : ", ") + choice;
  return list;
}

}  // namespace clusterspec
