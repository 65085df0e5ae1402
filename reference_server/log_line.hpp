#pragma once
// The log on standard output. Each line is one write(2), so that lines of many processes on one pipe stay
// whole (pipe(7): up to PIPE_BUF bytes are atomic). A reader that has stopped reading, or has gone, must
// neither block nor end the server: a line that would block is kept and written once the descriptor takes it
// again.
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

namespace reference_server {

// Writes a whole line (with its newline) to standard output without waiting. False: it would block, nothing
// is written. A line that can never be written (EPIPE, EBADF) is dropped and counts as written.
bool try_write_line(std::string_view line);

class Log {
 public:
  using Write = std::function<bool(std::string_view)>;
  Log(asio::io_context& context, Write write);

  // Adds the newline.
  void line(std::string text);

 private:
  void flush();

  Write m_write;
  asio::posix::stream_descriptor m_waiter;
  std::deque<std::string> m_kept;  // lines that did not fit, oldest first
  bool m_waiting = false;
};

}  // namespace reference_server
