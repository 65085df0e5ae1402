#include "load/document.hpp"

#include <fstream>
#include <sstream>
#include <system_error>

namespace clusterspec {

namespace {
constexpr const char* k_what_is_right =
    "this is no TOML: a line is key = value, a text stands in \"quotes\", a list in [brackets]";
}

std::optional<toml::table> parse_document(const SourceText& source, Mistakes& mistakes) {
  try {
    return toml::parse(std::string_view(source.text), std::string_view(source.file));
  } catch (const toml::parse_error& error) {
    mistakes.add(error.source(), std::string(error.description()), k_what_is_right);
  } catch (const std::exception& error) {
    mistakes.add(toml::source_position{1, 1}, error.what(), k_what_is_right);
  }
  return std::nullopt;
}

Result<SourceText> read_source(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  // A directory opens and then cannot be read.
  if (file) text << file.rdbuf();
  if (!file || (file.peek(), file.bad()))
    return failure(ErrorKind::file, path + " cannot be read: " + std::generic_category().message(errno),
                   "give the path of a file that can be read");
  return SourceText{path, text.str()};
}

}  // namespace clusterspec
