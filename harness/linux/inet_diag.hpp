// TCP sockets as the kernel lists them (sock_diag(7)), in the network namespace in which the object was made.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "linux/fd.hpp"
#include "model/event.hpp"

namespace clusterspec {

// One end of an established connection, or of one that waits in a listener's queue.
struct ConnectionEnd {
  std::uint64_t inode = 0;   // 0 until a process has accepted it
  std::uint32_t unread = 0;  // bytes that its process has not read yet
  bool handshake = false;    // the client's last segment of it has not come, or was dropped
  std::uint16_t client_port = 0;
  // SO_MARK of the listener that made it, which need not be the one that the client heard from: of a SYN
  // cookie nothing is kept (tcp(7), tcp_syncookies), and its end comes to whichever listener is then chosen.
  // 0: none.
  int mark = 0;
};

// Network byte order; IPv4's addresses are the first of the four.
using RawAddress = std::array<std::uint32_t, 4>;
struct EndpointPair {
  bool v6 = false;
  RawAddress local_address{}, remote_address{};
  std::uint16_t local_port = 0, remote_port = 0;
};

class InetDiag {
 public:
  static Result<InetDiag> open();
  ~InetDiag();
  InetDiag(InetDiag&&) noexcept;
  InetDiag& operator=(InetDiag&&) noexcept;

  // Every listening TCP socket, IPv4 and IPv6, with queue depth; no holders.
  std::vector<ListenerSeen> listeners();

  // The server's end of a connection, given as that end sees it: one exact look-up, no dump.
  std::optional<ConnectionEnd> connection(const EndpointPair& pair);

  // All whose end on this port is open: in a handshake, in a queue, or accepted and not closed by its
  // process; also those over IPv4 to a socket of IPv6.
  std::vector<ConnectionEnd> connections(int port);

 private:
  struct Socket;
  explicit InetDiag(std::unique_ptr<Socket> socket);
  std::unique_ptr<Socket> m_socket;
};

// Reports listeners as they are destroyed (group SKNLGRP_INET_TCP_DESTROY). A report waits for the last of
// the listener's requests: an upper bound in time.
class DestroyedSockets {
 public:
  static Result<DestroyedSockets> open();
  ~DestroyedSockets();
  DestroyedSockets(DestroyedSockets&&) noexcept;
  DestroyedSockets& operator=(DestroyedSockets&&) noexcept;

  int fd() const;
  // Cookies of those reported since. `lost` is set when the kernel dropped reports: then only a dump tells.
  std::vector<SocketCookie> take(bool& lost);

 private:
  struct Socket;
  explicit DestroyedSockets(std::unique_ptr<Socket> socket);
  std::unique_ptr<Socket> m_socket;
};

}  // namespace clusterspec
