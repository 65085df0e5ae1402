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
  if (own && has_word_of(*own, text)) return true;
  return std::none_of(Names<LineKind>::table.begin(), Names<LineKind>::table.end(), [&](const auto& other) {
    const auto& pattern = pattern_of(log, other.first);
    return pattern && has_word_of(*pattern, text);
  });
}

}  // namespace clusterspec
