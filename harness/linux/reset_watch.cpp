#include "linux/reset_watch.hpp"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "linux/deferred_close.hpp"
#include "linux/readiness.hpp"
#include "linux/tcp.hpp"

namespace clusterspec {
namespace {

// In the IP header, RFC 791.
constexpr unsigned k_version_4 = 0x40;
constexpr unsigned k_protocol_at = 9;
// In the TCP header, RFC 9293.
constexpr std::size_t k_flags_at = 13;
constexpr unsigned k_rst = 0x04;
constexpr unsigned k_ack = 0x10;

constexpr unsigned k_both_headers = 120;  // bytes, at their largest
constexpr int k_room = 4 << 20;           // for the resets of ten thousand clients at once

bool keep_resets_from(int socket, int port) {
  const auto source = static_cast<std::uint32_t>(port);
  std::array<sock_filter, 12> program{{
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k_version_4, 0, 8),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, k_protocol_at),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 6),
      BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),  // length of the IP header
      BPF_STMT(BPF_LD | BPF_H | BPF_IND, 0),   // source port
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, source, 0, 3),
      BPF_STMT(BPF_LD | BPF_B | BPF_IND, k_flags_at),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, k_rst, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, k_both_headers),
      BPF_STMT(BPF_RET | BPF_K, 0),
  }};
  const sock_fprog filter{program.size(), program.data()};
  return ::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0;
}

}  // namespace

Result<std::unique_ptr<ResetWatch>> ResetWatch::open(Loop& loop, const NetworkNamespace* clients, int port,
                                                     std::function<std::int64_t()> now, int closer) {
  const NetworkNamespace::Visit visit(clients);
  // Not a raw socket (raw(7)): for that the kernel copies each segment of each connection before it asks the
  // filter, which clients and server paid for. Without a protocol nothing comes before the filter stands.
  Fd socket(::socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return system_failure("a packet socket");
  if (!keep_resets_from(socket.get(), port)) return system_failure("SO_ATTACH_FILTER");
  // As root of the machine's first user namespace; else the system's limit has to do (socket(7)).
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &k_room, sizeof k_room) != 0)
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &k_room, sizeof k_room);
  // What arrives, on every device, from its IP header on. Who asks for all protocols gets it before the
  // kernel's own do; what leaves would have to be copied for it (packet(7)).
  constexpr int k_yes = 1;
  sockaddr_ll all{};
  all.sll_family = AF_PACKET;
  all.sll_protocol = htons(ETH_P_ALL);
  if (::setsockopt(socket.get(), SOL_PACKET, PACKET_IGNORE_OUTGOING, &k_yes, sizeof k_yes) != 0 ||
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&all), sizeof all) != 0)
    return system_failure("a packet socket for what arrives");
  return std::unique_ptr<ResetWatch>(new ResetWatch(loop, std::move(socket), std::move(now), closer));
}

ResetWatch::ResetWatch(Loop& loop, Fd socket, std::function<std::int64_t()> now, int closer)
    : m_loop(loop), m_socket(std::move(socket)), m_now(std::move(now)), m_closer(closer) {
  m_loop.watch(m_socket.get(), k_readable, [this](std::uint32_t) { drain(); });
}

ResetWatch::~ResetWatch() {
  m_loop.forget(m_socket.get());
  close_elsewhere(m_closer, std::move(m_socket));
}

void ResetWatch::drain() {
  std::array<unsigned char, k_both_headers> segment;
  for (;;) {
    const ssize_t size = ::recv(m_socket.get(), segment.data(), segment.size(), 0);
    if (size <= 0) return;
    const std::size_t tcp = (segment[0] & 0x0fU) * 4U;  // 32-bit words, RFC 791
    if (static_cast<std::size_t>(size) <= tcp + k_flags_at) continue;
    const unsigned flags = segment[tcp + k_flags_at];
    if (!(flags & k_rst)) continue;
    const int client_port = segment[tcp + 2] << 8 | segment[tcp + 3];
    m_seen[client_port].push_back({m_now(), (flags & k_ack) ? ResetBy::server_end : ResetBy::nobody});
  }
}

ResetBy ResetWatch::of(int client, std::int64_t begun) {
  drain();
  const auto it = m_seen.find(local_port(client));
  if (it == m_seen.end()) return ResetBy::unknown;
  // The first one did it: what the client sent meanwhile is answered too. Older ones were another
  // connection's, of the same port.
  const auto seen =
      std::find_if(it->second.begin(), it->second.end(), [&](const Seen& one) { return one.at >= begun; });
  return seen == it->second.end() ? ResetBy::unknown : seen->by;
}

}  // namespace clusterspec
