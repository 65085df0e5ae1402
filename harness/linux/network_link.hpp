// Two networks joined by a wire with delay: the server's, in which the caller stands, and the client's.
#pragma once

#include <memory>
#include <utility>

#include "linux/network_namespace.hpp"
#include "linux/relay.hpp"
#include "model/link.hpp"

namespace clusterspec {

// A TUN device in each network (the kernel's documentation, networking/tuntap.rst), a relay between them. The
// kernel's own delay (tc-netem(8)) is missing from some kernels.
//
// 127.0.0.1 of the caller's network is reached from the client's: the server listens where it always does,
// and need not be told of another address. It sees its clients come from 10.0.0.2.
class NetworkLink {
 public:
  // Only in a cell (linux/isolation.hpp): the devices stay until their networks end. Needs /dev/net/tun and
  // CAP_NET_ADMIN; an error names the step that is not possible.
  static Result<std::unique_ptr<NetworkLink>> open(const Link& link);

  const NetworkNamespace& client_side() const { return m_client_side; }

  // Packets lost because a device or the relay had no room, which real networks do and this one should not.
  std::int64_t overflow() const;

 private:
  NetworkLink(NetworkNamespace client_side, std::unique_ptr<Relay> relay)
      : m_client_side(std::move(client_side)), m_relay(std::move(relay)) {}

  NetworkNamespace m_client_side;
  std::unique_ptr<Relay> m_relay;
};

}  // namespace clusterspec
