#pragma once
// Requests out of a stream of bytes, one at a time (RFC 9112), by llhttp. Bodies are counted, never kept.
#include <llhttp.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace reference_server {

inline constexpr std::size_t k_longest_target = 8 * 1024;  // bytes; longer: 414
inline constexpr std::size_t k_longest_head =
    32 * 1024;  // bytes of header fields, trailers included; longer: 431

struct Request {
  llhttp_method_t method;
  std::string_view target;  // as sent; valid until the parser is fed again
  std::uint64_t body_bytes;
  bool keep_alive;
  bool is_http_1_0;
};

class RequestParser {
 public:
  enum class Outcome {
    need_more,       // everything was consumed
    wants_continue,  // the head is complete and the client waits for 100 (RFC 9110, 10.1.1); feed the rest
                     // after
    complete,        // request() is valid
    failed           // status() says how to answer; nothing can be read any more
  };
  struct Fed {
    Outcome outcome;
    std::size_t consumed;
  };

  RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  Fed feed(std::string_view bytes);
  Request request() const;
  int status() const { return m_status; }
  // A byte of a request has been read and the request is not complete.
  bool within_request() const { return m_within; }

 private:
  static RequestParser& self(llhttp_t* parser) { return *static_cast<RequestParser*>(parser->data); }
  static const llhttp_settings_t& settings();
  void begin();
  int fail(int status);
  int add_to_head(std::size_t length);
  int field_byte(std::string_view part);
  int value_byte(std::string_view part);
  int head_complete();

  enum class Field { other, host, expect };

  llhttp_t m_parser{};
  std::string m_target;
  std::string m_field;  // name of the field being read, at most as long as the names of interest
  std::string m_expect;
  Field m_field_kind = Field::other;
  std::size_t m_head_bytes = 0;
  std::uint64_t m_body_bytes = 0;
  int m_hosts = 0;
  int m_status = 400;
  bool m_within = false;
  bool m_complete = false;
  bool m_keep_alive = false;
};

}  // namespace reference_server
