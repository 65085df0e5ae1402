#pragma once
// The bytes of one answer, produced as far as there is room: never the whole of a large body at once.
#include <chrono>
#include <cstdint>
#include <ctime>
#include <string>

#include "reference_server/routes.hpp"

namespace reference_server {

// What the head says beyond the answer.
struct HeadFacts {
  bool close;                // announce that the connection closes
  bool announce_keep_alive;  // HTTP/1.0 client that asked for it
};

class AnswerWriter {
 public:
  explicit AnswerWriter(const Identity& identity) : m_identity(identity) {}

  void start(Answer answer) {
    m_answer = std::move(answer);
    m_head_written = false;
    m_active = true;
  }
  const Identity& identity() const { return m_identity; }
  bool active() const { return m_active; }
  bool head_written() const { return m_head_written; }

  // Time to let pass before the next bytes; asking takes it, so that it is waited for once.
  std::chrono::milliseconds take_pause();
  void write_head(std::string& out, const HeadFacts& facts);
  // Adds the next part of the body. After the last one the writer is not active any more.
  void write_part(std::string& out, std::size_t room);
  std::uint64_t bytes_left() const { return m_filler_left; }

 private:
  const Identity& m_identity;
  Answer m_answer;
  std::uint64_t m_filler_left = 0;
  std::uint64_t m_part_left = 0;
  std::chrono::milliseconds m_pause{0};
  bool m_head_written = false;
  bool m_active = false;
};

// "Sun, 06 Nov 1994 08:49:37 GMT" of now (RFC 9110, 5.6.7), made anew once a second.
std::string_view http_date();

}  // namespace reference_server
