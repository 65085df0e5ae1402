// linux/: every system call of the harness. Small classes that own one descriptor or one process each; the
// comment at a call names the race that its order avoids. Times are monotonic nanoseconds.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "model/error.hpp"

namespace clusterspec {

// Owns a descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : m_fd(fd) {}
  Fd(Fd&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      m_fd = std::exchange(other.m_fd, -1);
    }
    return *this;
  }
  ~Fd() { reset(); }

  int get() const { return m_fd; }
  explicit operator bool() const { return m_fd >= 0; }
  int release() { return std::exchange(m_fd, -1); }
  void reset();

 private:
  int m_fd = -1;
};

// The error of the call that just failed: "clone3: Operation not permitted". Reads errno.
tl::unexpected<Error> system_failure(const std::string& call);

struct Pipe {
  Fd read, write;
};
Result<Pipe> make_pipe();

// A connected pair of stream sockets. With `credentials` the first end learns who wrote each byte
// (SO_PASSCRED).
struct SocketPair {
  Fd ours, theirs;
};
Result<SocketPair> make_socket_pair(bool credentials);

Result<Fd> open_null();

// Another descriptor of the same open file; empty if there is none left.
Fd duplicate(const Fd& fd);

void set_nonblocking(int fd);

// Monotonic clock, ns.
std::int64_t now_ns();

}  // namespace clusterspec
