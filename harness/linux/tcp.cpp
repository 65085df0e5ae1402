#include "linux/tcp.hpp"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "linux/other_user.hpp"
#include "linux/process.hpp"

namespace clusterspec {
namespace {

// Well below half of any usual receive window, above which the kernel clips the segment size, so that every
// mark arrives as it was set; far above the smallest one it accepts.
constexpr int k_first_segment_size = 9000;
constexpr int k_last_segment_size = 20000;
constexpr int k_little_room = 16384;    // bytes
constexpr int k_timestamp_option = 12;  // bytes of each segment, RFC 7323

union Address {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
  sockaddr_storage room;
};

socklen_t size_of(const Address& address) {
  return address.any.sa_family == AF_INET6 ? sizeof address.v6 : sizeof address.v4;
}

Address address_of(const std::string& host, int port) {
  Address address{};
  std::memset(&address, 0, sizeof address);
  if (host.find(':') != std::string::npos) {
    address.v6.sin6_family = AF_INET6;
    address.v6.sin6_port = htons(static_cast<std::uint16_t>(port));
    ::inet_pton(AF_INET6, host.c_str(), &address.v6.sin6_addr);
  } else {
    address.v4.sin_family = AF_INET;
    address.v4.sin_port = htons(static_cast<std::uint16_t>(port));
    ::inet_pton(AF_INET, host == "0.0.0.0" ? "127.0.0.1" : host.c_str(), &address.v4.sin_addr);
  }
  return address;
}

std::uint16_t port_of(const Address& address) {
  return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

RawAddress raw(const Address& address) {
  RawAddress bytes{};
  if (address.any.sa_family == AF_INET6)
    std::memcpy(bytes.data(), &address.v6.sin6_addr, sizeof address.v6.sin6_addr);
  else
    bytes[0] = address.v4.sin_addr.s_addr;
  return bytes;
}

template <class T>
T option(int fd, int level, int name, T fallback) {
  T value = fallback;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, level, name, &value, &size) == 0 ? value : fallback;
}

void set_option(int fd, int level, int name, int value) {
  ::setsockopt(fd, level, name, &value, sizeof value);
}

}  // namespace

Connecting start_connect(const std::string& host, int port, bool little_room) {
  Connecting connecting;
  const Address address = address_of(host, port);
  connecting.fd = Fd(::socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!connecting.fd) {
    connecting.errno_value = errno;
    return connecting;
  }
  set_option(connecting.fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  // Before the connection, since its window's scale is agreed upon there (tcp(7)).
  if (little_room) set_option(connecting.fd.get(), SOL_SOCKET, SO_RCVBUF, k_little_room);
  if (::connect(connecting.fd.get(), &address.any, size_of(address)) != 0 && errno != EINPROGRESS)
    connecting.errno_value = errno;
  return connecting;
}

int pending_error(int fd) { return option(fd, SOL_SOCKET, SO_ERROR, 0); }

int local_port(int fd) {
  sockaddr_in ours{};
  socklen_t size = sizeof ours;
  return ::getsockname(fd, reinterpret_cast<sockaddr*>(&ours), &size) == 0 ? ntohs(ours.sin_port) : 0;
}

std::optional<EndpointPair> server_end_of(int client) {
  Address ours{}, theirs{};
  socklen_t size = sizeof ours;
  if (::getsockname(client, &ours.any, &size) != 0) return std::nullopt;
  size = sizeof theirs;
  if (::getpeername(client, &theirs.any, &size) != 0) return std::nullopt;
  return EndpointPair{ours.any.sa_family == AF_INET6, raw(theirs), raw(ours), port_of(theirs), port_of(ours)};
}

void mark_listener(int listener, int mark) {
  set_option(listener, SOL_SOCKET, SO_MARK, mark);
  if (k_first_segment_size + mark < k_last_segment_size)
    set_option(listener, IPPROTO_TCP, TCP_MAXSEG, k_first_segment_size + mark);
}

int mark_reached(int client) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(client, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
  const int option_bytes = (info.tcpi_options & TCPI_OPT_TIMESTAMPS) ? k_timestamp_option : 0;
  const int segment = static_cast<int>(info.tcpi_snd_mss) + option_bytes;
  return segment > k_first_segment_size && segment < k_last_segment_size ? segment - k_first_segment_size : 0;
}

ListenerFacts listener_facts(int listener) {
  ListenerFacts facts;
  const int family = option(listener, SOL_SOCKET, SO_DOMAIN, 0);
  facts.stream_over_ip =
      (family == AF_INET || family == AF_INET6) && option(listener, SOL_SOCKET, SO_TYPE, 0) == SOCK_STREAM;
  if (!facts.stream_over_ip) return facts;
  facts.cookie = option<SocketCookie>(listener, SOL_SOCKET, SO_COOKIE, 0);
  facts.reuse_port = option(listener, SOL_SOCKET, SO_REUSEPORT, 0) != 0;
  struct stat status {};
  if (::fstat(listener, &status) == 0) facts.inode = status.st_ino;
  Address address{};
  socklen_t size = sizeof address;
  ::getsockname(listener, &address.any, &size);
  char text[INET6_ADDRSTRLEN] = {};
  const void* bytes = family == AF_INET6 ? static_cast<const void*>(&address.v6.sin6_addr)
                                         : static_cast<const void*>(&address.v4.sin_addr);
  ::inet_ntop(family, bytes, text, sizeof text);
  facts.port = port_of(address);
  facts.address = text;
  return facts;
}

bool is_listener(int fd) {
  return option(fd, SOL_SOCKET, SO_ACCEPTCONN, 0) != 0 && listener_facts(fd).stream_over_ip;
}

bool accept_finds_nothing(int listener) {
  pollfd poll{listener, POLLIN, 0};
  return (::fcntl(listener, F_GETFL) & O_NONBLOCK) && ::poll(&poll, 1, 0) == 0;
}

Fd copy_descriptor(int pidfd, int number) {
  return Fd(static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd, number, 0)));
}

bool copying_allowed() {
  auto lifeline = make_pipe();
  if (!lifeline) return false;
  const pid_t child = ::fork();
  if (child == 0) {
    lifeline->write.reset();
    char end = 0;
    (void)!::read(lifeline->read.get(), &end, 1);  // until the parent has looked
    ::_exit(0);
  }
  if (child < 0) return false;
  const Fd pidfd = open_pidfd(child);
  const bool allowed = pidfd && copy_descriptor(pidfd.get(), lifeline->read.get());
  lifeline->write.reset();
  ::waitpid(child, nullptr, 0);
  return allowed;
}

int listen_on(int socket, int backlog) { return ::listen(socket, backlog) == 0 ? 0 : errno; }

Result<Fd> occupy_port(const std::string& host, int port, bool reuse_port, bool other_user) {
  const AsOtherUser user(other_user);
  const Address address = address_of(host, port);
  Fd fd(::socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return system_failure("socket");
  set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (reuse_port) set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  if (::bind(fd.get(), &address.any, size_of(address)) != 0)
    return errno == EADDRINUSE ? Result<Fd>() : system_failure("bind");
  if (::listen(fd.get(), 16) != 0) return errno == EADDRINUSE ? Result<Fd>() : system_failure("listen");
  return fd;
}

bool has_ipv6() { return free_port("::1").has_value(); }

Result<int> free_port(const std::string& host) {
  Address address = address_of(host, 0);
  const Fd fd(::socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  socklen_t size = sizeof address;
  if (!fd || ::bind(fd.get(), &address.any, size_of(address)) != 0 ||
      ::getsockname(fd.get(), &address.any, &size) != 0)
    return system_failure("bind to a free port");
  return port_of(address);
}

long receive_some(int fd, char* data, std::size_t size) {
  const ssize_t got = ::recv(fd, data, size, 0);
  return got >= 0 ? got : -errno;
}

long send_some(int fd, const char* data, std::size_t size) {
  const ssize_t sent = ::send(fd, data, size, MSG_NOSIGNAL);
  return sent >= 0 ? sent : -errno;
}

}  // namespace clusterspec
