#include "markdown_text.hpp"

#include <fmt/format.h>

#include "text.hpp"

namespace clusterspec {

std::string html(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '&')
      escaped += "&amp;";
    else if (c == '<')
      escaped += "&lt;";
    else if (c == '>')
      escaped += "&gt;";
    else if (c == '"')
      escaped += "&quot;";
    else
      escaped += c;
  }
  return escaped;
}

// The dot is one of them only where it would make a link.
std::string prose(std::string_view text) {
  constexpr std::string_view k_special = "\\`*_{}[]()#+!|~@:$&<>\"'^=";
  std::string escaped;
  for (const char c : one_line(text)) {
    if (k_special.find(c) != std::string_view::npos || (c == '.' && escaped.ends_with("www")))
      escaped += fmt::format("&#{};", static_cast<int>(c));
    else
      escaped += c;
  }
  return escaped;
}

std::string code(std::string_view text) { return "<code>" + prose(text) + "</code>"; }

}  // namespace clusterspec
