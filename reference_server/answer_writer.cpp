#include "reference_server/answer_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace reference_server {
namespace {

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits{};
  auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), end);
}

}  // namespace

std::string_view http_date() {
  static std::time_t s_second = -1;
  static std::array<char, 40> s_text{};
  static std::size_t s_length = 0;
  const std::time_t now = std::time(nullptr);
  if (now != s_second) {
    constexpr std::array<const char*, 7> k_days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> k_months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm parts{};
    gmtime_r(&now, &parts);
    // Not strftime: names of days and months must not follow the locale.
    const int length = std::snprintf(s_text.data(), s_text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                     k_days.at(static_cast<std::size_t>(parts.tm_wday)), parts.tm_mday,
                                     k_months.at(static_cast<std::size_t>(parts.tm_mon)),
                                     parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
    s_length = std::min(static_cast<std::size_t>(std::max(length, 0)), s_text.size() - 1);
    s_second = now;
  }
  return {s_text.data(), s_length};
}

std::chrono::milliseconds AnswerWriter::take_pause() {
  auto& pause = m_head_written ? m_pause : m_answer.wait;
  return std::exchange(pause, std::chrono::milliseconds(0));
}

void AnswerWriter::write_head(std::string& out, const HeadFacts& facts) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::uint64_t>(m_answer.status));
  out += ' ';
  out += reason_phrase(m_answer.status);
  out += "\r\nServer: clusterspec-reference\r\nDate: ";
  out += http_date();
  out += "\r\nServer-Pid: ";
  out += m_identity.pid;
  out += "\r\nContent-Type: text/plain\r\nContent-Length: ";
  append_number(out, m_answer.content_length());
  if (!m_answer.allow.empty()) {
    out += "\r\nAllow: ";
    out += m_answer.allow;
  }
  if (facts.close) {
    out += "\r\nConnection: close";
  } else if (facts.announce_keep_alive) {
    out += "\r\nConnection: keep-alive";
  }
  out += "\r\n\r\n";
  m_head_written = true;
  m_filler_left = m_answer.body_withheld ? 0 : m_answer.filler_bytes;
  m_part_left = m_answer.chunk_bytes == 0 ? m_filler_left : m_answer.chunk_bytes;
  m_pause = std::chrono::milliseconds(0);
  if (!m_answer.body_withheld) out += m_answer.body();
  m_active = m_filler_left > 0;
}

void AnswerWriter::write_part(std::string& out, std::size_t room) {
  const auto size = std::min({static_cast<std::uint64_t>(room), m_filler_left, m_part_left});
  // Lines of 64 bytes would need their position kept; one letter is enough, the length is what is checked.
  out.append(static_cast<std::size_t>(size), 'x');
  m_filler_left -= size;
  m_part_left -= size;
  if (m_part_left == 0) {
    m_part_left = m_answer.chunk_bytes == 0 ? m_filler_left : m_answer.chunk_bytes;
    m_pause = m_answer.chunk_pause;
  }
  m_active = m_filler_left > 0;
}

}  // namespace reference_server
