// Byte strings as JSON text. What a terminal and a JSON parser can take stands as it is; anything else stands
// as
// {"escaped": "…"}, in which \xNN is a byte and \\ a backslash, so that every byte comes back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace clusterspec::detail {

// Well-formed UTF-8 without control characters (C0, DEL, C1). Newline and tab are allowed: JSON writes them
// as \n and \t, and the embedded scenario stays readable.
bool is_plain(std::string_view bytes);

// All but printable ASCII as \xNN.
std::string escape(std::string_view bytes);

// Nothing if a backslash is not followed by \ or xNN.
std::optional<std::string> unescape(std::string_view text);

// Appends a JSON string literal of plain text.
void append_literal(std::string& out, std::string_view plain);

}  // namespace clusterspec::detail
