#include "live_lines.hpp"

#include <fmt/format.h>

#include "text.hpp"

namespace clusterspec {
namespace {

constexpr int k_least_columns = 20;  // on a narrower terminal nothing useful fits
// The terminal must not break a line that turns out wider than we think: erase() counts on one row for each.
constexpr std::string_view k_no_wrap = "\x1b[?7l", k_wrap = "\x1b[?7h", k_erase_below = "\x1b[J";

std::string and_more(std::size_t number) { return number ? fmt::format(" and {} more", number) : ""; }

std::string running_line(const LiveState& state, std::size_t columns) {
  std::string line = "running ";
  std::size_t shown = 0;
  for (const std::string& id : state.running) {
    const std::string next = (shown ? ", " : "") + one_line(id);
    const std::string rest = and_more(state.running.size() - shown - 1);
    if (shown > 0 && columns_of(line) + columns_of(next) + columns_of(rest) > columns) break;
    line += next;
    ++shown;
  }
  const std::string rest = and_more(state.running.size() - shown);
  return cut(line, columns - std::min(columns, rest.size())) + rest;
}

}  // namespace

std::string LiveLines::erase() {
  if (m_lines == 0) return {};
  std::string text = "\r";
  if (m_lines > 1) text += fmt::format("\x1b[{}A", m_lines - 1);
  m_lines = 0;
  return text + std::string(k_erase_below);
}

std::string LiveLines::draw(const LiveState& state) {
  if (m_columns < k_least_columns) return {};
  const auto columns = static_cast<std::size_t>(m_columns) - 1;
  std::string line = fmt::format("{}/{}  {}", state.done, state.total, clock_text(state.seconds));
  std::size_t used = line.size();
  const auto add = [&](int number, std::string_view noun, auto paint) {
    const std::string text = number == 0 ? "" : counted(static_cast<std::size_t>(number), noun);
    if (text.empty() || used + 2 + text.size() > columns) return;
    used += 2 + text.size();
    line += "  " + paint(text);
  };
  add(state.failures, "failure", [&](const std::string& text) { return m_paint.bad(text); });
  add(state.errors, "error", [&](const std::string& text) { return m_paint.fault(text); });
  m_lines = 1;
  std::string text = std::string(k_no_wrap) + line;
  if (!state.running.empty()) {
    text += "\r\n" + m_paint.faint(running_line(state, columns));
    m_lines = 2;
  }
  return text + std::string(k_wrap);
}

}  // namespace clusterspec
