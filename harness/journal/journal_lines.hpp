// journal/: events to JSON Lines and back, losing nothing. An event is one object on one line:
//   {"n":12,"at":12345678,"source":"pidfd","event":"exited","pid":17,"status":0}
// n counts from 0 and is what findings cite; `at` is in ns; the rest are the fields that the event's struct
// describes, an absent optional left out. Byte strings that are no UTF-8 or hold control characters other
// than newline and tab stand as {"escaped":"a\\xff"}. Unknown further keys are ignored when reading.
#pragma once

#include <string>
#include <string_view>

#include "model/event.hpp"

namespace clusterspec {

// One line with its newline.
std::string to_line(const Event& event, int number);

Result<Event> from_line(std::string_view line);

// A whole journal; an error names the file and the line.
Result<Journal> read_journal(std::string_view text, const std::string& file);
std::string write_journal(const Journal& journal);

}  // namespace clusterspec
