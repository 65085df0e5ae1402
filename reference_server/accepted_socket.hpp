#pragma once
// A connection's socket, that the event loop gets to know only when it is waited for: a request that has come
// with its connection is answered without (epoll_ctl(2) twice a connection).
#include <asio/posix/stream_descriptor.hpp>
#include <utility>

namespace reference_server {

class AcceptedSocket {
 public:
  using Direction = asio::posix::descriptor_base::wait_type;
  static constexpr Direction k_bytes = asio::posix::descriptor_base::wait_read;
  static constexpr Direction k_room = asio::posix::descriptor_base::wait_write;

  // Owns the descriptor, which does not block.
  AcceptedSocket(asio::io_context& context, int descriptor) : m_watched(context), m_descriptor(descriptor) {}
  AcceptedSocket(AcceptedSocket&& other) noexcept
      : m_watched(std::move(other.m_watched)), m_descriptor(std::exchange(other.m_descriptor, -1)) {}
  AcceptedSocket& operator=(AcceptedSocket&&) = delete;
  ~AcceptedSocket() { close(); }

  int descriptor() const { return m_descriptor; }
  asio::any_io_executor executor() { return m_watched.get_executor(); }

  // Calls back once, with an error if it was cancelled. False: the kernel cannot watch it (epoll_ctl(2),
  // ENOSPC, ENOMEM).
  template <class Handler>
  bool wait(Direction direction, Handler handler) {
    asio::error_code error;
    if (!m_watched.is_open()) m_watched.assign(m_descriptor, error);
    if (error) return false;
    m_watched.async_wait(direction, std::move(handler));
    return true;
  }
  void cancel();
  void close();

 private:
  asio::posix::stream_descriptor m_watched;  // open once it is waited for
  int m_descriptor;                          // -1: closed
};

}  // namespace reference_server
