// Reads one HTTP/1.1 response (RFC 9112) from bytes as they come. llhttp parses; this class remembers.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace clusterspec {

class ResponseReader {
 public:
  explicit ResponseReader(bool to_head_request = false);
  ~ResponseReader();
  ResponseReader(ResponseReader&&) noexcept;
  ResponseReader& operator=(ResponseReader&&) noexcept;

  // False: this is no HTTP; `error` says why. Bytes after the end of the response are such an error too.
  bool feed(std::string_view bytes);
  // The stream has ended. True if that completes the response (it had no length), or it was complete.
  bool finish();

  bool begun() const;
  bool complete() const;
  int status() const;
  std::int64_t body_bytes() const;
  const std::string& error() const;

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

}  // namespace clusterspec
