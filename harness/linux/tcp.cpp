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

sockaddr_in address_of(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  ::inet_pton(AF_INET, host == "0.0.0.0" ? "127.0.0.1" : host.c_str(), &address.sin_addr);
  return address;
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
  connecting.fd = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!connecting.fd) {
    connecting.errno_value = errno;
    return connecting;
  }
  set_option(connecting.fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  // Before the connection, since its window's scale is agreed upon there (tcp(7)).
  if (little_room) set_option(connecting.fd.get(), SOL_SOCKET, SO_RCVBUF, k_little_room);
  const sockaddr_in address = address_of(host, port);
  if (::connect(connecting.fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
      errno != EINPROGRESS)
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
  sockaddr_in ours{}, theirs{};
  socklen_t size = sizeof ours;
  if (::getsockname(client, reinterpret_cast<sockaddr*>(&ours), &size) != 0) return std::nullopt;
  size = sizeof theirs;
  if (::getpeername(client, reinterpret_cast<sockaddr*>(&theirs), &size) != 0) return std::nullopt;
  return EndpointPair{theirs.sin_addr.s_addr, ours.sin_addr.s_addr, ntohs(theirs.sin_port),
                      ntohs(ours.sin_port)};
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
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  char text[INET6_ADDRSTRLEN] = {};
  if (family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
    ::inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
    facts.port = ntohs(v4->sin_port);
  } else {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
    ::inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
    facts.port = ntohs(v6->sin6_port);
  }
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
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return system_failure("socket");
  set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  if (reuse_port) set_option(fd.get(), SOL_SOCKET, SO_REUSEPORT, 1);
  const sockaddr_in address = address_of(host, port);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return errno == EADDRINUSE ? Result<Fd>() : system_failure("bind");
  if (::listen(fd.get(), 16) != 0) return errno == EADDRINUSE ? Result<Fd>() : system_failure("listen");
  return fd;
}

Result<int> free_port(const std::string& host) {
  const Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = address_of(host, 0);
  socklen_t size = sizeof address;
  if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return system_failure("bind to a free port");
  return ntohs(address.sin_port);
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
