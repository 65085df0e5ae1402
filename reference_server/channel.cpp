#include "reference_server/channel.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace reference_server {
namespace {

bool is_end_of_channel(int fd) {
  int domain = 0;
  int type = 0;
  socklen_t size = sizeof domain;
  if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0) return false;
  size = sizeof type;
  return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && domain == AF_UNIX &&
         type == SOCK_SEQPACKET;
}

}  // namespace

tl::expected<ChannelEnds, std::error_code> open_channel() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0) {
    return tl::unexpected(std::error_code(errno, std::generic_category()));
  }
  return ChannelEnds{ends[0], ends[1]};
}

std::shared_ptr<Channel> Channel::take(asio::io_context& context, int fd, Heard heard) {
  std::shared_ptr<Channel> channel(new Channel(context, std::move(heard)));
  asio::error_code error;
  channel->m_descriptor.assign(fd, error);
  if (error) {
    ::close(fd);
  } else {
    channel->wait();
  }
  return channel;
}

std::shared_ptr<Channel> Channel::inherited(asio::io_context& context, Heard heard) {
  if (!is_end_of_channel(k_channel)) return nullptr;
  fcntl(k_channel, F_SETFD, FD_CLOEXEC);
  return take(context, k_channel, std::move(heard));
}

bool Channel::send(Message message) {
  if (!m_descriptor.is_open()) return false;
  const char byte = static_cast<char>(message);
  return ::send(m_descriptor.native_handle(), &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
}

void Channel::close() {
  asio::error_code ignored;
  m_descriptor.close(ignored);
}

void Channel::wait() {
  m_descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                          [weak = weak_from_this()](const asio::error_code& error) {
                            const auto self = weak.lock();
                            if (!error && self) self->read();
                          });
}

void Channel::read() {
  while (m_descriptor.is_open()) {
    char byte = 0;
    const auto got = ::recv(m_descriptor.native_handle(), &byte, 1, MSG_DONTWAIT);
    if (got == 1) {
      m_heard(static_cast<Message>(byte));
    } else if (got < 0 && errno == EINTR) {
      continue;
    } else if (got < 0 && errno == EAGAIN) {
      return wait();
    } else {
      close();
      return m_heard(std::nullopt);
    }
  }
}

}  // namespace reference_server
