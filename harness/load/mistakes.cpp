#include "load/mistakes.hpp"

#include <algorithm>
#include <tuple>

namespace clusterspec {

Mistakes::Mistakes(const SourceText& source) : m_source(source), m_line_starts{0} {
  for (std::size_t i = 0; i < source.text.size(); ++i)
    if (source.text[i] == '\n') m_line_starts.push_back(i + 1);
}

std::string Mistakes::line_at(int number) const {
  if (number < 1 || static_cast<std::size_t>(number) > m_line_starts.size()) return {};
  const std::size_t start = m_line_starts[static_cast<std::size_t>(number) - 1];
  std::string line = m_source.text.substr(start, m_source.text.find('\n', start) - start);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

Location Mistakes::location(const toml::source_position& at) const {
  const int line = static_cast<int>(at.line);
  // toml++ counts code points; a caret is placed by bytes, as compilers do.
  const std::string text = line_at(line);
  std::size_t byte = 0;
  for (toml::source_index left = at.column; left > 1 && byte < text.size(); --left) {
    ++byte;
    while (byte < text.size() && (static_cast<unsigned char>(text[byte]) & 0xC0) == 0x80) ++byte;
  }
  return {m_source.file, line, at.column == 0 ? 0 : static_cast<int>(byte) + 1};
}

void Mistakes::add(const toml::source_position& at, std::string message, std::string hint) {
  Error error{ErrorKind::file, std::move(message), location(at), {}, std::move(hint)};
  error.source_line = line_at(error.where->line);
  while (error.hint.ends_with(' ')) error.hint.pop_back();
  for (std::size_t i = 0; i < m_errors.size(); ++i)
    if (m_errors[i].where == error.where && (i < m_known || m_errors[i].message == error.message)) return;
  m_errors.push_back(std::move(error));
}

std::vector<Error> Mistakes::take() {
  std::stable_sort(m_errors.begin(), m_errors.end(), [](const Error& a, const Error& b) {
    return std::tie(a.where->line, a.where->column) < std::tie(b.where->line, b.where->column);
  });
  return std::move(m_errors);
}

}  // namespace clusterspec
