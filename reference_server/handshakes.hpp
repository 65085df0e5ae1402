#pragma once
// TCP handshakes under way on a port: the connections for which the kernel has answered a SYN and still waits
// for the last segment (state SYN_RECV). They belong to a listener and are reset when it closes, but it has
// not got them in its queue yet. Source: sock_diag(7), NETLINK_SOCK_DIAG.
#include <array>
#include <compare>
#include <cstdint>
#include <set>
#include <system_error>
#include <tl/expected.hpp>

namespace reference_server {

struct Handshake {
  std::array<std::uint32_t, 4> local;  // addresses as the kernel gives them, IPv4 in the first word
  std::array<std::uint32_t, 4> remote;
  std::uint16_t remote_port;  // network byte order
  auto operator<=>(const Handshake&) const = default;
};

// All on the local port, whichever listener of the port has them: the kernel does not tell. With `is_v6` the
// listener is an IPv6 one, which may have those of IPv4 too. Never waits for anybody but the kernel. Errors:
// of netlink, such as EPROTONOSUPPORT or ENOENT where the kernel has no socket diagnosis.
tl::expected<std::set<Handshake>, std::error_code> handshakes_on(std::uint16_t port, bool is_v6);

}  // namespace reference_server
