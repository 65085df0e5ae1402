#include "judge/argument_diff.hpp"

#include <algorithm>
#include <cstdint>

namespace clusterspec {

namespace {

using Strings = std::vector<std::string>;

// What stands between two matches.
struct Gap {
  std::vector<int> expected, actual;
};

// The table would take more than 32 MB. Lists that long which differ at both ends are then one gap.
constexpr std::size_t k_largest_table = std::size_t{1} << 24U;

// m_lengths[i][j]: length of the longest common subsequence of expected from i on and actual from j on.
class Lengths {
 public:
  Lengths(const Strings& expected, const Strings& actual, std::size_t start, std::size_t rows,
          std::size_t columns)
      : m_columns(columns + 1), m_lengths((rows + 1) * m_columns) {
    for (std::size_t i = rows; i-- > 0;)
      for (std::size_t j = columns; j-- > 0;)
        m_lengths[i * m_columns + j] = expected[start + i] == actual[start + j]
                                           ? static_cast<std::uint16_t>(at(i + 1, j + 1) + 1)
                                           : std::max(at(i + 1, j), at(i, j + 1));
  }
  std::uint16_t at(std::size_t i, std::size_t j) const { return m_lengths[i * m_columns + j]; }

 private:
  std::size_t m_columns;
  std::vector<std::uint16_t> m_lengths;
};

std::vector<Gap> gaps_between(const Strings& expected, const Strings& actual) {
  std::size_t start = 0, end = 0;
  const std::size_t shorter = std::min(expected.size(), actual.size());
  while (start < shorter && expected[start] == actual[start]) ++start;
  while (end < shorter - start && expected[expected.size() - 1 - end] == actual[actual.size() - 1 - end])
    ++end;
  const std::size_t rows = expected.size() - start - end, columns = actual.size() - start - end;

  std::vector<Gap> gaps(1);
  const auto add = [](std::vector<int>& list, std::size_t index) { list.push_back(static_cast<int>(index)); };
  if (rows == 0 || columns == 0 || rows > k_largest_table / columns) {
    for (std::size_t i = 0; i < rows; ++i) add(gaps.back().expected, start + i);
    for (std::size_t j = 0; j < columns; ++j) add(gaps.back().actual, start + j);
    return gaps;
  }
  const Lengths lengths(expected, actual, start, rows, columns);
  std::size_t i = 0, j = 0;
  while (i < rows || j < columns) {
    if (i < rows && j < columns && expected[start + i] == actual[start + j]) {
      gaps.emplace_back();
      ++i, ++j;
    } else if (i < rows && (j == columns || lengths.at(i + 1, j) >= lengths.at(i, j + 1))) {
      add(gaps.back().expected, start + i++);
    } else {
      add(gaps.back().actual, start + j++);
    }
  }
  return gaps;
}

}  // namespace

ArgumentDiff diff_arguments(const Strings& expected, const Strings& actual, const Strings& forbidden) {
  ArgumentDiff diff;
  auto gaps = gaps_between(expected, actual);
  const auto text_of = [](const Strings& list, int index) -> const std::string& {
    return list[static_cast<std::size_t>(index)];
  };

  // Moved: the same text left over on both sides, wherever it stands.
  std::vector<int> all_extra;
  for (const Gap& gap : gaps) all_extra.insert(all_extra.end(), gap.actual.begin(), gap.actual.end());
  for (Gap& gap : gaps) {
    std::erase_if(gap.expected, [&](int index) {
      const auto twin = std::find_if(all_extra.begin(), all_extra.end(), [&](int extra) {
        return text_of(actual, extra) == text_of(expected, index);
      });
      if (twin == all_extra.end()) return false;
      diff.moved.emplace_back(index, *twin);
      all_extra.erase(twin);
      return true;
    });
  }
  for (Gap& gap : gaps) {
    std::erase_if(gap.actual, [&](int index) {
      return std::find(all_extra.begin(), all_extra.end(), index) == all_extra.end();
    });
    std::erase_if(gap.actual, [&](int index) {
      const bool never =
          std::find(forbidden.begin(), forbidden.end(), text_of(actual, index)) != forbidden.end();
      if (never) diff.extra.push_back(index);
      return never;
    });
    const std::size_t both = std::min(gap.expected.size(), gap.actual.size());
    for (std::size_t k = 0; k < gap.expected.size(); ++k) {
      if (k < both)
        diff.changed.emplace_back(gap.expected[k], gap.actual[k]);
      else
        diff.missing.push_back(gap.expected[k]);
    }
    for (std::size_t k = both; k < gap.actual.size(); ++k) diff.extra.push_back(gap.actual[k]);
  }
  std::sort(diff.extra.begin(), diff.extra.end());
  return diff;
}

}  // namespace clusterspec
