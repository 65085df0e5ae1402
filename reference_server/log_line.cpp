#include "reference_server/log_line.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace reference_server {
namespace {

constexpr std::size_t k_most_kept = 4096;

bool is_writable(int fd) {
  pollfd entry{fd, POLLOUT, 0};
  return poll(&entry, 1, 0) == 1;
}

ssize_t write_without_waiting(std::string_view line) {
  iovec part{const_cast<char*>(line.data()), line.size()};
  // RWF_NOWAIT and not O_NONBLOCK: the latter belongs to the open file, which others share.
  ssize_t written = pwritev2(STDOUT_FILENO, &part, 1, -1, RWF_NOWAIT);
  // Terminals and older kernels do not know the flag. They may block for the moment between poll and write
  // in which another process fills the pipe, which is short as long as anybody reads.
  if (written < 0 && (errno == EOPNOTSUPP || errno == EINVAL || errno == ENOSYS || errno == ESPIPE)) {
    if (!is_writable(STDOUT_FILENO)) {
      errno = EAGAIN;
      return -1;
    }
    written = write(STDOUT_FILENO, line.data(), line.size());
  }
  return written;
}

}  // namespace

bool try_write_line(std::string_view line) {
  bool begun = false;
  while (!line.empty()) {
    const ssize_t written = write_without_waiting(line);
    if (written > 0) {
      line.remove_prefix(static_cast<std::size_t>(written));
      begun = true;
    } else if (written == 0 || errno == EINTR) {
      continue;
    } else if (errno == EAGAIN && !begun) {
      return false;
    } else {
      break;
    }
  }
  return true;
}

Log::Log(asio::io_context& context, Write write) : m_write(std::move(write)), m_waiter(context) {}

void Log::line(std::string text) {
  text += '\n';
  // Bounded: with nobody reading, the newest lines are dropped.
  if (m_kept.size() < k_most_kept) m_kept.push_back(std::move(text));
  flush();
}

void Log::flush() {
  while (!m_kept.empty() && m_write(m_kept.front())) m_kept.pop_front();
  if (m_kept.empty() || m_waiting) return;
  if (!m_waiter.is_open()) {
    // A duplicate, because the waiter closes what it owns and standard output is not ours to close.
    const int copy = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    asio::error_code error;
    if (copy < 0) return;
    m_waiter.assign(copy, error);
    if (error) {
      close(copy);
      return;
    }
  }
  m_waiting = true;
  m_waiter.async_wait(asio::posix::stream_descriptor::wait_write, [this](const asio::error_code& error) {
    m_waiting = false;
    if (!error) flush();
  });
}

}  // namespace reference_server
