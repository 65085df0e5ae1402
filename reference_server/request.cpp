#include "reference_server/request.hpp"

#include <algorithm>

namespace reference_server {
namespace {

// ASCII letters without regard to case (RFC 9110, 5.1).
bool is_name(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(), [](char a, char b) {
           return a == b || (a >= 'A' && a <= 'Z' && static_cast<char>(a + ('a' - 'A')) == b);
         });
}

constexpr std::size_t k_longest_name_of_interest = 8;

}  // namespace

const llhttp_settings_t& RequestParser::settings() {
  static const llhttp_settings_t k_settings = [] {
    llhttp_settings_t s;
    llhttp_settings_init(&s);
    s.on_message_begin = [](llhttp_t* p) {
      self(p).begin();
      return 0;
    };
    s.on_url = [](llhttp_t* p, const char* at, std::size_t length) {
      auto& parser = self(p);
      if (parser.m_target.size() + length > k_longest_target) return parser.fail(414);
      parser.m_target.append(at, length);
      return 0;
    };
    s.on_header_field = [](llhttp_t* p, const char* at, std::size_t length) {
      return self(p).field_byte({at, length});
    };
    s.on_header_field_complete = [](llhttp_t* p) {
      auto& parser = self(p);
      parser.m_field_kind = Field::other;
      if (is_name(parser.m_field, "host")) {
        parser.m_field_kind = Field::host;
        ++parser.m_hosts;
      } else if (is_name(parser.m_field, "expect")) {
        parser.m_field_kind = Field::expect;
      }
      parser.m_field.clear();
      return 0;
    };
    s.on_header_value = [](llhttp_t* p, const char* at, std::size_t length) {
      return self(p).value_byte({at, length});
    };
    s.on_headers_complete = [](llhttp_t* p) { return self(p).head_complete(); };
    s.on_body = [](llhttp_t* p, const char*, std::size_t length) {
      self(p).m_body_bytes += length;
      return 0;
    };
    s.on_message_complete = [](llhttp_t* p) {
      auto& parser = self(p);
      parser.m_keep_alive = llhttp_should_keep_alive(p) != 0;
      parser.m_within = false;
      parser.m_complete = true;
      return static_cast<int>(HPE_PAUSED);
    };
    return s;
  }();
  return k_settings;
}

RequestParser::RequestParser() {
  llhttp_init(&m_parser, HTTP_REQUEST, &settings());
  m_parser.data = this;
}

void RequestParser::begin() {
  m_target.clear();
  m_field.clear();
  m_expect.clear();
  m_head_bytes = 0;
  m_body_bytes = 0;
  m_hosts = 0;
  m_status = 400;
  m_complete = false;
  m_within = true;
}

int RequestParser::fail(int status) {
  m_status = status;
  return HPE_USER;
}

int RequestParser::add_to_head(std::size_t length) {
  m_head_bytes += length;
  return m_head_bytes > k_longest_head ? fail(431) : 0;
}

int RequestParser::field_byte(std::string_view part) {
  m_field.append(
      part.substr(0, k_longest_name_of_interest - std::min(m_field.size(), k_longest_name_of_interest)));
  return add_to_head(part.size());
}

int RequestParser::value_byte(std::string_view part) {
  if (m_field_kind == Field::expect && m_expect.size() < 64) m_expect.append(part.substr(0, 64));
  return add_to_head(part.size());
}

int RequestParser::head_complete() {
  const bool is_1_1 = m_parser.http_major == 1 && m_parser.http_minor == 1;
  if (m_parser.http_major != 1) return fail(505);
  // RFC 9112, 3.2: exactly one Host field in HTTP/1.1.
  if ((is_1_1 && m_hosts != 1) || m_hosts > 1) return fail(400);
  // llhttp reports an upgrade and would stop reading at the head; nothing here upgrades, so the field is
  // ignored (RFC 9110, 7.8) and CONNECT is a method like any other.
  m_parser.upgrade = 0;
  const bool has_body = m_parser.content_length > 0 || (m_parser.flags & F_CHUNKED) != 0;
  if (!m_expect.empty()) {
    if (!is_name(m_expect, "100-continue")) return fail(417);
    if (is_1_1 && has_body) return HPE_PAUSED;
  }
  return 0;
}

RequestParser::Fed RequestParser::feed(std::string_view bytes) {
  m_complete = false;
  const auto error = llhttp_execute(&m_parser, bytes.data(), bytes.size());
  if (error == HPE_OK) {
    // Blank lines between requests are no request (RFC 9112, 2.2).
    return {Outcome::need_more, bytes.size()};
  }
  if (error == HPE_PAUSED) {
    const auto consumed = static_cast<std::size_t>(llhttp_get_error_pos(&m_parser) - bytes.data());
    llhttp_resume(&m_parser);
    return {m_complete ? Outcome::complete : Outcome::wants_continue, consumed};
  }
  m_within = false;
  return {Outcome::failed, bytes.size()};
}

Request RequestParser::request() const {
  return {static_cast<llhttp_method_t>(m_parser.method), m_target, m_body_bytes, m_keep_alive,
          m_parser.http_minor == 0};
}

}  // namespace reference_server
