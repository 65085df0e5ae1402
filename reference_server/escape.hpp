#pragma once
// Bytes as printable ASCII, so that any value can be shown in a line of text and read back without doubt.
#include <string>
#include <string_view>

namespace reference_server {

// `"` + bytes + `"`; backslash and quote are preceded by a backslash, all but printable ASCII become \xHH.
std::string quoted(std::string_view bytes);

}  // namespace reference_server
