#include "linux/inet_diag.hpp"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

namespace clusterspec {
namespace {

using Buffer = std::array<char, 32768>;

SocketCookie cookie_of(const inet_diag_msg& message) {
  return static_cast<SocketCookie>(message.id.idiag_cookie[1]) << 32 | message.id.idiag_cookie[0];
}

std::string address_of(const inet_diag_msg& message) {
  char text[INET6_ADDRSTRLEN] = {};
  ::inet_ntop(message.idiag_family, message.id.idiag_src, text, sizeof text);
  return text;
}

nlmsghdr* start_request(Buffer& buffer, std::uint16_t flags, std::uint8_t family,
                        inet_diag_req_v2*& request) {
  nlmsghdr* header = mnl_nlmsg_put_header(buffer.data());
  header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
  header->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
  request = static_cast<inet_diag_req_v2*>(mnl_nlmsg_put_extra_header(header, sizeof(inet_diag_req_v2)));
  request->sdiag_family = family;
  request->sdiag_protocol = IPPROTO_TCP;
  return header;
}

struct Closer {
  void operator()(mnl_socket* socket) const { mnl_socket_close(socket); }
};
using Handle = std::unique_ptr<mnl_socket, Closer>;

// Each end of each connection is reported as well, which under load is all that would be read. A listener has
// no port on the other side.
bool keep_listeners_only(int socket) {
  constexpr std::uint32_t k_other_port =
      NLMSG_HDRLEN + offsetof(inet_diag_msg, id) + offsetof(inet_diag_sockid, idiag_dport);
  std::array<sock_filter, 4> program{{
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, k_other_port),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, ~0U),
      BPF_STMT(BPF_RET | BPF_K, 0),
  }};
  const sock_fprog filter{program.size(), program.data()};
  return ::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0;
}

Result<Handle> open_socket(unsigned groups) {
  Handle handle(mnl_socket_open2(NETLINK_SOCK_DIAG, SOCK_CLOEXEC));
  if (!handle) return system_failure("netlink sock_diag");
  if (groups != 0 && !keep_listeners_only(mnl_socket_get_fd(handle.get())))
    return system_failure("SO_ATTACH_FILTER");
  if (mnl_socket_bind(handle.get(), groups, MNL_SOCKET_AUTOPID) < 0) return system_failure("netlink bind");
  return handle;
}

int keep_mark(const nlattr* attribute, void* end) {
  if (mnl_attr_get_type(attribute) == INET_DIAG_MARK && mnl_attr_validate(attribute, MNL_TYPE_U32) == 0)
    static_cast<ConnectionEnd*>(end)->mark = static_cast<int>(mnl_attr_get_u32(attribute));
  return MNL_CB_OK;
}

ConnectionEnd end_of(const nlmsghdr& header) {
  const auto& message = *static_cast<const inet_diag_msg*>(mnl_nlmsg_get_payload(&header));
  ConnectionEnd end{message.idiag_inode, message.idiag_rqueue, message.idiag_state == TCP_SYN_RECV,
                    ntohs(message.id.idiag_dport)};
  mnl_attr_parse(&header, sizeof message, keep_mark, &end);
  return end;
}

int add_connection(const nlmsghdr* header, void* data) {
  static_cast<std::vector<ConnectionEnd>*>(data)->push_back(end_of(*header));
  return MNL_CB_OK;
}

// port 0: all
void dump(mnl_socket* socket, int family, std::uint32_t states, int port, mnl_cb_t add, void* found) {
  Buffer buffer;
  inet_diag_req_v2* request = nullptr;
  nlmsghdr* header = start_request(buffer, NLM_F_DUMP, static_cast<std::uint8_t>(family), request);
  request->idiag_states = states;
  request->id.idiag_sport = htons(static_cast<std::uint16_t>(port));
  if (mnl_socket_sendto(socket, header, header->nlmsg_len) < 0) return;
  for (;;) {
    const ssize_t got = mnl_socket_recvfrom(socket, buffer.data(), buffer.size());
    if (got <= 0 || mnl_cb_run(buffer.data(), static_cast<std::size_t>(got), 0, 0, add, found) <= MNL_CB_STOP)
      return;
  }
}

int add_listener(const nlmsghdr* header, void* data) {
  const auto* message = static_cast<const inet_diag_msg*>(mnl_nlmsg_get_payload(header));
  ListenerSeen seen;
  seen.socket = cookie_of(*message);
  seen.inode = message->idiag_inode;
  seen.address = address_of(*message);
  seen.port = ntohs(message->id.idiag_sport);
  seen.queued = static_cast<int>(message->idiag_rqueue);
  static_cast<std::vector<ListenerSeen>*>(data)->push_back(std::move(seen));
  return MNL_CB_OK;
}

}  // namespace

struct InetDiag::Socket {
  Handle handle;
};
struct DestroyedSockets::Socket {
  Handle handle;
};

InetDiag::InetDiag(std::unique_ptr<Socket> socket) : m_socket(std::move(socket)) {}
InetDiag::~InetDiag() = default;
InetDiag::InetDiag(InetDiag&&) noexcept = default;
InetDiag& InetDiag::operator=(InetDiag&&) noexcept = default;
DestroyedSockets::DestroyedSockets(std::unique_ptr<Socket> socket) : m_socket(std::move(socket)) {}
DestroyedSockets::~DestroyedSockets() = default;
DestroyedSockets::DestroyedSockets(DestroyedSockets&&) noexcept = default;
DestroyedSockets& DestroyedSockets::operator=(DestroyedSockets&&) noexcept = default;

Result<InetDiag> InetDiag::open() {
  auto handle = open_socket(0);
  if (!handle) return tl::unexpected(handle.error());
  return InetDiag(std::make_unique<Socket>(Socket{std::move(*handle)}));
}

std::vector<ListenerSeen> InetDiag::listeners() {
  std::vector<ListenerSeen> found;
  for (const int family : {AF_INET, AF_INET6})
    dump(m_socket->handle.get(), family, 1U << TCP_LISTEN, 0, add_listener, &found);
  return found;
}

std::vector<ConnectionEnd> InetDiag::connections(int port) {
  std::vector<ConnectionEnd> found;
  for (const int family : {AF_INET, AF_INET6})
    dump(m_socket->handle.get(), family, 1U << TCP_ESTABLISHED | 1U << TCP_CLOSE_WAIT | 1U << TCP_SYN_RECV,
         port, add_connection, &found);
  return found;
}

std::optional<ConnectionEnd> InetDiag::connection(const EndpointPair& pair) {
  Buffer buffer;
  inet_diag_req_v2* request = nullptr;
  nlmsghdr* header = start_request(buffer, 0, pair.v6 ? AF_INET6 : AF_INET, request);
  request->idiag_states = ~0U;
  request->id.idiag_sport = htons(pair.local_port);
  request->id.idiag_dport = htons(pair.remote_port);
  std::copy(pair.local_address.begin(), pair.local_address.end(), request->id.idiag_src);
  std::copy(pair.remote_address.begin(), pair.remote_address.end(), request->id.idiag_dst);
  request->id.idiag_cookie[0] = request->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  if (mnl_socket_sendto(m_socket->handle.get(), header, header->nlmsg_len) < 0) return std::nullopt;
  const ssize_t got = mnl_socket_recvfrom(m_socket->handle.get(), buffer.data(), buffer.size());
  const auto* answer = reinterpret_cast<const nlmsghdr*>(buffer.data());
  if (got < static_cast<ssize_t>(sizeof *answer) || answer->nlmsg_type != SOCK_DIAG_BY_FAMILY)
    return std::nullopt;
  const auto* message = static_cast<const inet_diag_msg*>(mnl_nlmsg_get_payload(answer));
  // The look-up falls back to a listener when there is no such connection.
  if (message->idiag_state == TCP_LISTEN) return std::nullopt;
  return end_of(*answer);
}

Result<DestroyedSockets> DestroyedSockets::open() {
  constexpr unsigned groups = 1U << (SKNLGRP_INET_TCP_DESTROY - 1) | 1U << (SKNLGRP_INET6_TCP_DESTROY - 1);
  auto handle = open_socket(groups);
  if (!handle) return tl::unexpected(handle.error());
  set_nonblocking(mnl_socket_get_fd(handle->get()));
  return DestroyedSockets(std::make_unique<Socket>(Socket{std::move(*handle)}));
}

int DestroyedSockets::fd() const { return mnl_socket_get_fd(m_socket->handle.get()); }

std::vector<SocketCookie> DestroyedSockets::take(bool& lost) {
  std::vector<SocketCookie> cookies;
  Buffer buffer;
  for (;;) {
    const ssize_t got = mnl_socket_recvfrom(m_socket->handle.get(), buffer.data(), buffer.size());
    if (got <= 0) {
      if (got < 0 && errno == ENOBUFS) {
        lost = true;
        continue;
      }
      return cookies;
    }
    int left = static_cast<int>(got);
    for (auto* header = reinterpret_cast<nlmsghdr*>(buffer.data()); mnl_nlmsg_ok(header, left);
         header = mnl_nlmsg_next(header, &left))
      if (header->nlmsg_type == SOCK_DIAG_BY_FAMILY)
        cookies.push_back(cookie_of(*static_cast<const inet_diag_msg*>(mnl_nlmsg_get_payload(header))));
  }
}

}  // namespace clusterspec
