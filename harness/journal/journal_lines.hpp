// journal/: events to JSON Lines and back, losing nothing. An event is one object on one line:
//   {"n":12,"at":12345678,"source":"pidfd","event":"exited","pid":17,"status":0}
// n counts from 0 and is what findings cite; `at` is in ns; the rest are the fields that the event's struct
// describes, an absent optional left out. Byte strings that are no UTF-8 or hold control characters other
// than newline and tab stand as {"escaped":"a\\xff"}. Unknown further keys are ignored when reading.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "model/event.hpp"

namespace clusterspec {

// One line with its newline.
std::string to_line(const Event& event, int number);

Result<Event> from_line(std::string_view line);

// A whole journal; an error names the file and the line.
Result<Journal> read_journal(std::string_view text, const std::string& file);

// The same from its text in pieces.
class JournalReader {
 public:
  explicit JournalReader(std::string file) : m_file(std::move(file)) {}

  // So many bytes will come: then the largest journal is not copied again and again as it grows. A guess will
  // do.
  void expect(std::size_t bytes) { m_expected = bytes; }
  // The next piece, cut anywhere. After the first mistake nothing more is read.
  void add(std::string_view piece);
  Result<Journal> end();

 private:
  void take(std::string_view line, bool complete);
  void make_room();

  std::string m_file;
  std::string m_rest;  // a line that has not ended
  Journal m_journal;
  int m_line_number = 0;
  std::size_t m_expected = 0, m_bytes = 0, m_first_bytes = 0;
  std::optional<Error> m_error;
};
std::string write_journal(const Journal& journal);

}  // namespace clusterspec
