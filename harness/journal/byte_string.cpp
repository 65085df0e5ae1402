#include "journal/byte_string.hpp"

#include "model/units.hpp"

namespace clusterspec::detail {

namespace {

constexpr std::string_view k_hex = "0123456789abcdef";

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

bool is_control(unsigned char byte) { return (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f; }

}  // namespace

bool is_plain(std::string_view bytes) {
  bool ascii = true;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (is_control(byte)) return false;
    if (byte < 0x80) continue;
    ascii = false;
    // U+0080 to U+009F: control characters too, some of which steer a terminal as ESC does.
    if (byte == 0xc2 && i + 1 < bytes.size() && static_cast<unsigned char>(bytes[i + 1]) < 0xa0) return false;
  }
  return ascii || is_utf8(bytes);
}

std::string escape(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') {
      text += "\\\\";
    } else if (byte < 0x20 || byte >= 0x7f) {
      text += "\\x";
      text += k_hex[byte >> 4U];
      text += k_hex[byte & 0xfU];
    } else {
      text += c;
    }
  }
  return text;
}

std::optional<std::string> unescape(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      bytes += text[i];
    } else if (text.substr(i, 2) == "\\\\") {
      bytes += '\\';
      i += 1;
    } else {
      if (i + 3 >= text.size() || text[i + 1] != 'x') return std::nullopt;
      const int high = hex_value(text[i + 2]), low = hex_value(text[i + 3]);
      if (high < 0 || low < 0) return std::nullopt;
      bytes += static_cast<char>(high * 16 + low);
      i += 3;
    }
  }
  return bytes;
}

void append_literal(std::string& out, std::string_view plain) {
  out += '"';
  for (const char c : plain) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace clusterspec::detail
