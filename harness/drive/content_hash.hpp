// Names for contents: equal ones have one name, and different ones different names unless someone wants it.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace clusterspec {

// FNV-1a, 64 bits. The length of each part is hashed too, so that no two lists of parts are one text.
class ContentHash {
 public:
  void add(std::string_view part) {
    begin_part(part.size());
    bytes(part);
  }
  // A part that comes in pieces.
  void begin_part(std::size_t size) { bytes(std::to_string(size) + ":"); }
  void bytes(std::string_view text) {
    for (const char byte : text) m_hash = (m_hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3ULL;
  }
  std::string text() const { return fmt::format("{:016x}", m_hash); }

 private:
  std::uint64_t m_hash = 0xcbf29ce484222325ULL;
};

}  // namespace clusterspec
