#include "text.hpp"

#include <fmt/format.h>

#include "model/units.hpp"

namespace clusterspec {
namespace {

// Code point and length of the sequence at the start of a well-formed text.
std::pair<char32_t, std::size_t> first_point(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (length == 1 || length > text.size()) return {lead, 1};
  char32_t point = lead & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) point = point << 6 | (static_cast<unsigned char>(text[i]) & 0x3Fu);
  return {point, length};
}

// From Hangul Jamo on nearly every script is wide; the few narrow ones there only make a line shorter than it
// could be, but general punctuation (dashes, quotes, the ellipsis) and arrows to box drawing are narrow
// everywhere.
std::size_t width_of(char32_t point) {
  if (point < 0x1100) return 1;
  return point >= 0x2000 && point < 0x2600 ? 1 : 2;
}

}  // namespace

std::string one_line(std::string_view bytes) { return printable(bytes, std::string_view::npos); }

std::string many_lines(std::string_view bytes) {
  std::string text;
  for (;;) {
    const auto end = bytes.find('\n');
    text += one_line(bytes.substr(0, end));
    if (end == std::string_view::npos) return text;
    text += '\n';
    bytes.remove_prefix(end + 1);
  }
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const auto [point, length] = first_point(text);
    columns += width_of(point);
    text.remove_prefix(length);
  }
  return columns;
}

std::string cut(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::size_t used = 0, bytes = 0;
  while (bytes < text.size()) {
    const auto [point, length] = first_point(text.substr(bytes));
    if (used + width_of(point) > columns - 1) break;
    used += width_of(point);
    bytes += length;
  }
  return std::string(text.substr(0, bytes)) + "…";
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t columns) {
  std::string lines;
  std::size_t used = indent;
  bool fresh = true;
  const auto break_line = [&] {
    lines += '\n' + std::string(indent, ' ');
    used = indent;
    fresh = true;
  };
  while (!text.empty()) {
    const auto end = text.find_first_of(" \n");
    const std::string_view word = text.substr(0, end);
    if (!fresh && used + 1 + columns_of(word) > columns) break_line();
    if (!fresh) {
      lines += ' ';
      ++used;
    }
    lines += word;
    used += columns_of(word);
    fresh = false;
    if (end == std::string_view::npos) break;
    if (text[end] == '\n') break_line();
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string counted(std::size_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<long>(seconds);
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string place(const Location& where) {
  if (where.file.empty()) return {};
  return one_line(where.file) + (where.line > 0 ? fmt::format(":{}", where.line) : "");
}

std::string label(const CaseResult& result) {
  return one_line(result.id) +
         (result.repetition > 0 ? fmt::format(" (repetition {})", result.repetition) : "");
}

std::string variant(const CaseResult& result) {
  if (!result.id.starts_with(result.scenario) || result.id.size() == result.scenario.size())
    return label(result);
  return label(result).substr(one_line(result.scenario).size());
}

std::string area(const CaseResult& result) {
  const auto slash = result.scenario.rfind('/');
  return one_line(slash == std::string::npos ? std::string_view(result.scenario)
                                             : std::string_view(result.scenario).substr(0, slash));
}

std::string flaky_meaning(const RunResult& run) {
  if (run.retries > 0) return "failed and then passed when run again; reported only, as --retries asks";
  return run.flaky == FlakyPolicy::fail ? "passed and failed; each counts as a failure"
                                        : "passed and failed; reported only, as --flaky=report asks";
}

std::string flaky_count(const FlakyCase& one) {
  return fmt::format("{} of {} failed", one.failed, one.passed + one.failed);
}

std::vector<std::string> fixed_lines(const RunResult& run) {
  std::vector<std::string> lines;
  for (const FixedFailure& one : run.fixed)
    lines.push_back(one_line(fmt::format("{} in {}: {}", one.requirement, one.cases, one.reason)));
  return lines;
}

std::vector<std::string> incomplete_lines(const RunResult& run) {
  std::vector<std::string> lines;
  for (const std::string& why : run.incomplete) lines.push_back(one_line(why));
  return lines;
}

Catalogue catalogue_of(const Catalogue& given, const RunResult& run) {
  if (!given.empty()) return given;
  Catalogue catalogue;
  for (const RequirementResult& result : run.requirements) catalogue.push_back(result.requirement);
  return catalogue;
}

}  // namespace clusterspec
