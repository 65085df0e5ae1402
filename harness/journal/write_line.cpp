#include "journal/journal_lines.hpp"
#include "journal/write_fields.hpp"

namespace clusterspec {

namespace {

using namespace detail;

void append_line(std::string& out, const Event& event, int number) {
  out += '{';
  FieldWriter writer(out);
  writer.field("n", number);
  writer.field("at", event.at);
  writer.field("source", event.source);
  writer.field("event", std::string(k_event_names[event.what.index()]));
  std::visit([&](const auto& what) { writer.fields(what); }, event.what);
  out += "}\n";
}

}  // namespace

std::string to_line(const Event& event, int number) {
  std::string line;
  line.reserve(256);
  append_line(line, event, number);
  return line;
}

std::string write_journal(const Journal& journal) {
  std::string text;
  text.reserve(journal.size() * 256);
  for (std::size_t i = 0; i < journal.size(); ++i) append_line(text, journal[i], static_cast<int>(i));
  return text;
}

}  // namespace clusterspec
