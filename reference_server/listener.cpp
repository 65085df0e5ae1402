#include "reference_server/listener.hpp"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iterator>
#include <utility>

namespace reference_server {
namespace {

// accept(2) passes on errors of the network that concern only the connection at hand.
bool concerns_one_connection(int error) {
  switch (error) {
    case EINTR:
    case ECONNABORTED:
    case ENETDOWN:
    case EPROTO:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
      return true;
    default:
      return false;
  }
}

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  bool is_v6 = false;
};

Address address_of(const Endpoint& endpoint) {
  Address address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  if (inet_pton(AF_INET, endpoint.address.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(endpoint.port);
    address.size = sizeof(sockaddr_in);
    return address;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  inet_pton(AF_INET6, endpoint.address.c_str(), &v6->sin6_addr);
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(endpoint.port);
  address.size = sizeof(sockaddr_in6);
  address.is_v6 = true;
  return address;
}

bool set(int fd, int level, int name, bool on = true) {
  const int value = on ? 1 : 0;
  return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

}  // namespace

tl::expected<Listener, std::string> Listener::open(asio::io_context& context, const Endpoint& endpoint,
                                                   Traits traits) {
  const Address address = address_of(endpoint);
  const int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
  // SO_REUSEADDR for connections of an earlier run in TIME_WAIT. TCP_NODELAY is inherited by each connection.
  // IPV6_V6ONLY is set or unset whatever the kernel's own choice (net.ipv6.bindv6only) is.
  if (fd < 0 || (traits.shared && !set(fd, SOL_SOCKET, SO_REUSEPORT)) ||
      (address.is_v6 && !set(fd, IPPROTO_IPV6, IPV6_V6ONLY, traits.ipv6_only)) ||
      !set(fd, SOL_SOCKET, SO_REUSEADDR) || !set(fd, IPPROTO_TCP, TCP_NODELAY) ||
      ::bind(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0 ||
      ::listen(fd, SOMAXCONN) != 0) {
    const std::string reason = std::strerror(errno);
    if (fd >= 0) ::close(fd);
    return tl::unexpected("cannot listen on " + to_string(endpoint) + ": " + reason);
  }
  asio::ip::tcp::acceptor acceptor(context);
  asio::error_code error;
  acceptor.assign(address.is_v6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), fd, error);
  if (error) {
    ::close(fd);
    return tl::unexpected("cannot listen on " + to_string(endpoint) + ": " + error.message());
  }
  return Listener(std::move(acceptor));
}

Listener::Accepted Listener::accept(int& descriptor) {
  while (true) {
    descriptor = ::accept4(m_acceptor.native_handle(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (descriptor >= 0) return Accepted::connection;
    if (concerns_one_connection(errno)) continue;
    return errno == EAGAIN ? Accepted::nothing : Accepted::no_descriptors;
  }
}

void Listener::wait(std::function<void()> then) {
  m_acceptor.async_wait(asio::socket_base::wait_read,
                        [then = std::move(then)](const asio::error_code&) { then(); });
}

bool Listener::steer_to_first() {
  sock_filter code[] = {{BPF_RET | BPF_K, 0, 0, 0}};
  const sock_fprog program{1, code};
  return setsockopt(m_acceptor.native_handle(), SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program,
                    sizeof program) == 0;
}

void Listener::steer_no_more() {
  const int unused = 0;
  setsockopt(m_acceptor.native_handle(), SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, &unused, sizeof unused);
}

bool Listener::drop_new_handshakes() {
  // The filter sees the TCP header first. Of SYN and ACK, in the 14th byte, only a client's first segment has
  // SYN alone.
  constexpr std::uint32_t k_flags_at = 13;
  constexpr std::uint32_t k_syn = 0x02;
  constexpr std::uint32_t k_syn_ack = 0x12;
  sock_filter code[] = {{BPF_LD | BPF_B | BPF_ABS, 0, 0, k_flags_at},
                        {BPF_ALU | BPF_AND | BPF_K, 0, 0, k_syn_ack},
                        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, k_syn},
                        {BPF_RET | BPF_K, 0, 0, 0},
                        {BPF_RET | BPF_K, 0, 0, 0xffffffff}};
  const sock_fprog program{static_cast<unsigned short>(std::size(code)), code};
  return setsockopt(m_acceptor.native_handle(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

std::uint16_t Listener::port() const {
  asio::error_code error;
  return m_acceptor.local_endpoint(error).port();
}

bool Listener::is_v6() const {
  asio::error_code error;
  return m_acceptor.local_endpoint(error).address().is_v6();
}

void Listener::close() {
  asio::error_code ignored;
  m_acceptor.close(ignored);
}

}  // namespace reference_server
