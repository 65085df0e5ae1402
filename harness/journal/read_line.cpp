#include "journal/journal_lines.hpp"
#include "journal/read_fields.hpp"

namespace clusterspec {

namespace {

using namespace detail;

template <std::size_t Index = 0>
void read_what(FieldReader& reader, const json& object, std::size_t index, What& what) {
  if constexpr (Index < std::variant_size_v<What>) {
    if (Index == index)
      reader.fields(object, "", what.emplace<Index>());
    else
      read_what<Index + 1>(reader, object, index, what);
  }
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

Result<Line> parse(std::string_view text) {
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

  std::size_t index = 0;
  while (index < k_event_names.size() && k_event_names[index] != name) ++index;
  if (index == k_event_names.size())
    return faulty("the event \"" + printable(name, 60) +
                  "\" is unknown; was it written by a newer clusterspec?");
  read_what(reader, object, index, line.event.what);
  if (reader.problem()) return faulty("in \"" + name + "\": " + *reader.problem());
  return line;
}

}  // namespace

Result<Event> from_line(std::string_view text) {
  return parse(text).map([](Line&& line) { return std::move(line.event); });
}

Result<Journal> read_journal(std::string_view text, const std::string& file) {
  Journal journal;
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
