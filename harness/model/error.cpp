#include "model/error.hpp"

#include <fmt/format.h>

#include "model/units.hpp"

namespace clusterspec {

std::string to_text(const Error& error) {
  // All of it may quote a file of somebody else's: a journal names its files, and a TOML key can be any text.
  std::string text;
  if (error.where) {
    text += printable(error.where->file);
    if (error.where->line > 0) text += fmt::format(":{}:{}", error.where->line, error.where->column);
    text += ": ";
  }
  text += printable(error.message);
  if (!error.source_line.empty() && error.where) {
    text += "\n  " + printable(error.source_line);
    // The caret stands below the column even where the line before it holds tabs or wide escapes.
    const auto before =
        error.source_line.substr(0, static_cast<std::size_t>(std::max(0, error.where->column - 1)));
    std::string shown = printable(before);
    std::size_t width = 0;
    for (const char c : shown) width += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    text += "\n  " + std::string(width, ' ') + "^";
  }
  if (!error.hint.empty()) text += "\n  " + printable(error.hint);
  return text;
}

}  // namespace clusterspec
