#include <algorithm>
#include <optional>

#include "journal/journal_lines.hpp"
#include "journal/read_fields.hpp"
#include "journal/read_written.hpp"

namespace clusterspec {

namespace {

using namespace detail;

// Calls `read` with the event of that index, made anew.
template <std::size_t Index = 0, class Read>
void read_what(std::size_t index, What& what, const Read& read) {
  if constexpr (Index < std::variant_size_v<What>) {
    if (Index == index)
      read(what.emplace<Index>());
    else
      read_what<Index + 1>(index, what, read);
  }
}

std::size_t index_of(std::string_view name) {
  return static_cast<std::size_t>(std::find(k_event_names.begin(), k_event_names.end(), name) -
                                  k_event_names.begin());
}

struct Line {
  int number = 0;
  Event event;
};

tl::unexpected<Error> faulty(std::string message, int column = 0) {
  auto error = failure(ErrorKind::file, std::move(message));
  error.value().where = Location{"", 0, column};
  return error;
}

std::optional<Line> parse_written(std::string_view text) {
  std::optional<Line> line(std::in_place);
  WrittenReader reader(text);
  reader.field("n", line->number, '{');
  reader.field("at", line->event.at);
  reader.field("source", line->event.source);
  reader.expect(R"(,"event":)");
  const std::string_view name = reader.plain_string();
  if (!reader.good()) return std::nullopt;
  read_what(index_of(name), line->event.what, [&](auto& what) { reader.fields(what); });
  reader.expect("}");
  if (!reader.at_end() || index_of(name) == k_event_names.size()) return std::nullopt;
  return line;
}

Result<Line> parse(std::string_view text) {
  if (auto written = parse_written(text)) return *std::move(written);
  json object;
  try {
    object = json::parse(text.begin(), text.end());
  } catch (const json::parse_error& error) {
    // The library's sentence begins with its own code and position, in brackets and before a colon.
    std::string_view what = error.what();
    if (const auto colon = what.find(": "); colon != std::string_view::npos) what.remove_prefix(colon + 2);
    return faulty("this is no JSON: " + printable(what, 300), static_cast<int>(error.byte));
  } catch (const json::exception& error) {
    // A number that no type can hold.
    return faulty("this is no JSON: " + printable(error.what(), 300));
  }
  if (!object.is_object())
    return faulty("a journal line must be an object, not " + std::string(object.type_name()));

  Line line;
  FieldReader reader;
  std::string name;
  reader.field(object, "", "n", line.number);
  reader.field(object, "", "at", line.event.at);
  reader.field(object, "", "source", line.event.source);
  reader.field(object, "", "event", name);
  if (reader.problem()) return faulty(*reader.problem());

  const std::size_t index = index_of(name);
  if (index == k_event_names.size())
    return faulty("the event \"" + printable(name, 60) +
                  "\" is unknown; was it written by a newer clusterspec?");
  read_what(index, line.event.what, [&](auto& what) { reader.fields(object, "", what); });
  if (reader.problem()) return faulty("in \"" + name + "\": " + *reader.problem());
  return line;
}

}  // namespace

Result<Event> from_line(std::string_view text) {
  return parse(text).map([](Line&& line) { return std::move(line.event); });
}

Result<Journal> read_journal(std::string_view text, const std::string& file) {
  JournalReader reader(file);
  reader.expect(text.size());
  reader.add(text);
  return reader.end();
}

void JournalReader::add(std::string_view piece) {
  for (auto end = piece.find('\n'); end != std::string_view::npos && !m_error; end = piece.find('\n')) {
    const std::string_view line = piece.substr(0, end);
    take(m_rest.empty() ? line : std::string_view(m_rest.append(line)), true);
    m_rest.clear();
    piece.remove_prefix(end + 1);
  }
  if (!m_error) m_rest.append(piece);
}

Result<Journal> JournalReader::end() {
  if (!m_error && !m_rest.empty()) take(m_rest, false);
  if (!m_error && m_journal.empty()) {
    m_error = Error{ErrorKind::file, "the journal is empty: not one event was written", {}, "", ""};
    m_error->where = Location{m_file, 1, 0};
  }
  if (m_error) return tl::unexpected(*std::move(m_error));
  return std::move(m_journal);
}

void JournalReader::take(std::string_view text, bool complete) {
  ++m_line_number;
  m_bytes += text.size() + 1;
  auto line = parse(text);
  if (line && line->number == static_cast<int>(m_journal.size())) {
    make_room();
    m_journal.push_back(std::move(line->event));
    return;
  }
  if (!line && !complete && !json::accept(text.begin(), text.end()))
    m_error = Error{ErrorKind::file, "the last line is cut off: the journal is incomplete",
                    line.error().where, "", "its writer was killed or the disk was full; run the case again"};
  else if (!line)
    m_error = std::move(line.error());
  else
    m_error = Error{ErrorKind::file,
                    "event number " + std::to_string(line->number) + " stands where " +
                        std::to_string(m_journal.size()) + " should: a line is missing, doubled or moved",
                    {},
                    "",
                    "findings cite events by number; use the journal as it was written"};
  m_error->where = Location{m_file, m_line_number, m_error->where ? m_error->where->column : 0};
}

void JournalReader::make_room() {
  // The first lines hold whole files, and say nothing of how long the others are.
  constexpr std::size_t k_first = 64, k_sample = 256;
  if (m_journal.size() == k_first) m_first_bytes = m_bytes;
  if (m_journal.size() != k_sample || m_expected <= m_bytes) return;
  const std::size_t usual = std::max<std::size_t>(1, (m_bytes - m_first_bytes) / (k_sample - k_first));
  const std::size_t more = (m_expected - m_bytes) / usual;
  m_journal.reserve(k_sample + more + more / 16);
}

}  // namespace clusterspec
