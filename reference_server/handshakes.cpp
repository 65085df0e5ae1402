#include "reference_server/handshakes.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>

namespace reference_server {
namespace {

std::error_code error_of(int number) { return {number, std::generic_category()}; }

class NetlinkSocket {
 public:
  NetlinkSocket() : m_fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)) {}
  ~NetlinkSocket() {
    if (m_fd >= 0) ::close(m_fd);
  }
  NetlinkSocket(const NetlinkSocket&) = delete;
  NetlinkSocket& operator=(const NetlinkSocket&) = delete;
  int fd() const { return m_fd; }

 private:
  int m_fd;
};

bool ask(int fd, unsigned char family, std::uint16_t port) {
  struct {
    nlmsghdr head;
    inet_diag_req_v2 body;
  } request{};
  request.head.nlmsg_len = sizeof request;
  request.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.sdiag_family = family;
  request.body.sdiag_protocol = IPPROTO_TCP;
  request.body.idiag_states = 1U << TCP_SYN_RECV;
  request.body.id.idiag_sport = htons(port);
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  return ::sendto(fd, &request, sizeof request, 0, reinterpret_cast<const sockaddr*>(&kernel),
                  sizeof kernel) == static_cast<ssize_t>(sizeof request);
}

Handshake handshake_in(const inet_diag_msg& entry) {
  Handshake handshake{};
  std::copy(std::begin(entry.id.idiag_src), std::end(entry.id.idiag_src), handshake.local.begin());
  std::copy(std::begin(entry.id.idiag_dst), std::end(entry.id.idiag_dst), handshake.remote.begin());
  handshake.remote_port = entry.id.idiag_dport;
  return handshake;
}

enum class Read { more, done, failed };

Read read_datagram(const char* bytes, std::size_t length, std::uint16_t port, std::set<Handshake>& into) {
  auto left = static_cast<unsigned>(length);
  for (auto* head = reinterpret_cast<const nlmsghdr*>(bytes); NLMSG_OK(head, left);
       head = NLMSG_NEXT(head, left)) {
    if (head->nlmsg_type == NLMSG_DONE) return Read::done;
    if (head->nlmsg_type == NLMSG_ERROR) {
      nlmsgerr error{};
      std::memcpy(&error, NLMSG_DATA(head), sizeof error);
      errno = -error.error;
      return Read::failed;
    }
    if (head->nlmsg_type != SOCK_DIAG_BY_FAMILY) continue;
    inet_diag_msg entry{};
    std::memcpy(&entry, NLMSG_DATA(head), sizeof entry);
    if (entry.id.idiag_sport == htons(port)) into.insert(handshake_in(entry));
  }
  return Read::more;
}

std::error_code add_those_of(unsigned char family, std::uint16_t port, std::set<Handshake>& into) {
  const NetlinkSocket socket;
  if (socket.fd() < 0 || !ask(socket.fd(), family, port)) return error_of(errno);
  alignas(nlmsghdr) std::array<char, 32768> buffer{};
  while (true) {
    const auto got = ::recv(socket.fd(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return error_of(got < 0 ? errno : EPROTO);
    switch (read_datagram(buffer.data(), static_cast<std::size_t>(got), port, into)) {
      case Read::more:
        break;
      case Read::done:
        return {};
      case Read::failed:
        return error_of(errno);
    }
  }
}

}  // namespace

tl::expected<std::set<Handshake>, std::error_code> handshakes_on(std::uint16_t port, bool is_v6) {
  std::set<Handshake> found;
  if (const auto error = add_those_of(AF_INET, port, found)) return tl::unexpected(error);
  if (!is_v6) return found;
  if (const auto error = add_those_of(AF_INET6, port, found)) return tl::unexpected(error);
  return found;
}

}  // namespace reference_server
