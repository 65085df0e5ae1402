// What must hold for every input. libFuzzer takes the abort for a crash and keeps the input.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "model/error.hpp"
#include "model/units.hpp"

namespace clusterspec::fuzz {

inline void require(bool holds, const char* what, std::string_view about = {}) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n%.*s\n", what, static_cast<int>(about.size()), about.data());
  std::abort();
}

// Nothing that a file, a server or a journal says may move the cursor or colour the terminal.
inline void require_harmless(std::string_view text) {
  require(is_utf8(text), "what is shown is UTF-8", text);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    require(c == '\n' || (byte >= 0x20 && byte != 0x7f), "what is shown has no control character", text);
  }
}

// A mistake has words, and a place that is in the text.
inline void require_told(const Error& error) {
  require(!error.message.empty(), "a mistake has a message");
  const std::string text = to_text(error);
  require_harmless(text);
  require(error.where.has_value(), "a mistake has a place", text);
  require(error.where->line >= 1 && error.where->column >= 0, "a place is counted from 1", text);
  require(error.source_line.find('\n') == std::string::npos, "one line is shown", text);
  require(error.source_line.empty() || error.where->column <= static_cast<int>(error.source_line.size()) + 1,
          "the caret stands below the line", text);
}

}  // namespace clusterspec::fuzz
