// Reads HTTP/1.1 responses (RFC 9112) from bytes as they come: one, or those to pipelined requests. llhttp
// parses; this class remembers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace clusterspec {

class ResponseReader {
 public:
  explicit ResponseReader(bool to_head_request = false, int expected = 1);
  ~ResponseReader();
  ResponseReader(ResponseReader&&) noexcept;
  ResponseReader& operator=(ResponseReader&&) noexcept;

  // False: this is no HTTP; `error` says why. Bytes after the last response are such an error too.
  bool feed(std::string_view bytes);
  // The stream has ended. True if that completes the response (it had no length), or it was complete.
  bool finish();

  bool begun() const;
  bool partial() const;          // one has begun and is not complete
  bool complete() const;         // all that are expected, or one that announced the close: no more follow
  int answers() const;           // complete ones
  bool close_announced() const;  // by the last complete one (RFC 9112, 9.6)
  int status() const;
  std::int64_t body_bytes() const;  // of all
  const std::string& error() const;

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

}  // namespace clusterspec
