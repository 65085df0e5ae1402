#include "judge/line_pieces.hpp"

#include <algorithm>
#include <cctype>

namespace clusterspec {
namespace {

// Whether some word of the pattern stands in the text: what remains of a line that was cut.
bool has_word_of(const std::string& pattern, const std::string& text) {
  constexpr std::size_t k_shortest = 4;
  std::string word;
  for (const char c : pattern + ' ') {
    if (std::isalpha(static_cast<unsigned char>(c))) {
      word += c;
      continue;
    }
    const bool placeholder = c == '}';
    if (!placeholder && word.size() >= k_shortest && text.find(word) != std::string::npos) return true;
    word.clear();
  }
  return false;
}

}  // namespace

bool is_piece_of(const std::string& text, LineKind line, const LogPatterns& log) {
  const auto& own = pattern_of(log, line);
  const auto some_pattern = [&](auto&& fits) {
    return std::any_of(Names<LineKind>::table.begin(), Names<LineKind>::table.end(), [&](const auto& kind) {
      const auto& pattern = pattern_of(log, kind.first);
      return pattern && fits(*pattern);
    });
  };
  // All of another kind's line, however it came: that kind's matter.
  const auto is_all_of = [&](const std::string& pattern) { return match_line(pattern, text).has_value(); };
  if (own && is_all_of(*own)) return true;
  if (some_pattern(is_all_of)) return false;
  const auto has_part_of = [&](const std::string& pattern) { return has_word_of(pattern, text); };
  return (own && has_part_of(*own)) || !some_pattern(has_part_of);
}

}  // namespace clusterspec
