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
  Journal journal;
  // Else the largest would be copied again and again as it grows.
  journal.reserve(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1);
  int line_number = 0;
  const auto here = [&](Error error) {
    const int column = error.where ? error.where->column : 0;
    error.where = Location{file, line_number, column};
    return tl::unexpected<Error>(std::move(error));
  };
  while (!text.empty()) {
    ++line_number;
    const auto end = text.find('\n');
    const bool complete = end != std::string_view::npos;
    const auto source = text.substr(0, end);
    auto line = parse(source);
    text.remove_prefix(complete ? end + 1 : text.size());
    if (!line && !complete && !json::accept(source.begin(), source.end()))
      return here(Error{ErrorKind::file, "the last line is cut off: the journal is incomplete",
                        line.error().where, "",
                        "its writer was killed or the disk was full; run the case again"});
    if (!line) return here(std::move(line.error()));
    if (line->number != static_cast<int>(journal.size()))
      return here(Error{ErrorKind::file,
                        "event number " + std::to_string(line->number) + " stands where " +
                            std::to_string(journal.size()) + " should: a line is missing, doubled or moved",
                        {},
                        "",
                        "findings cite events by number; use the journal as it was written"});
    journal.push_back(std::move(line->event));
  }
  if (journal.empty()) {
    line_number = 1;
    return here(Error{ErrorKind::file, "the journal is empty: not one event was written", {}, "", ""});
  }
  return journal;
}

}  // namespace clusterspec
