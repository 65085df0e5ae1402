#include "reference_server/escape.hpp"

namespace reference_server {

std::string quoted(std::string_view bytes) {
  constexpr std::string_view k_digits = "0123456789abcdef";
  std::string text = "\"";
  for (char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      text += '\\';
      text += c;
    } else if (byte < 0x20 || byte > 0x7e) {
      text += "\\x";
      text += k_digits[byte >> 4U];
      text += k_digits[byte & 15U];
    } else {
      text += c;
    }
  }
  return text += '"';
}

}  // namespace reference_server
