#include "linux/network_link.hpp"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace clusterspec {
namespace {

constexpr const char* k_device = "link";
constexpr const char* k_server_address = "10.0.0.1";
constexpr const char* k_client_address = "10.0.0.2";
constexpr const char* k_loopback = "127.0.0.1";

// The largest there is: a connection's segments are as large as on loopback, and the marks of listeners,
// which are segment sizes, arrive (linux/tcp.cpp).
constexpr int k_mtu = 65535;

// Packets that a device keeps until the relay reads them; its own 500 are one burst of some clients.
constexpr int k_queue = 8192;

ifreq request_for_device() {
  ifreq request{};
  std::snprintf(request.ifr_name, sizeof request.ifr_name, "%s", k_device);
  return request;
}

void set_address(ifreq& request, const char* address) {
  sockaddr_in value{};
  value.sin_family = AF_INET;
  ::inet_pton(AF_INET, address, &value.sin_addr);
  request.ifr_addr = {};
  __builtin_memcpy(&request.ifr_addr, &value, sizeof value);
}

// Up, with room for large packets and for many of them. By netlink (rtnetlink(7)): the ioctl that sets the
// queue's length asks for the capability in the machine's first user namespace.
bool bring_up() {
  std::array<char, 1024> buffer{};
  nlmsghdr* header = mnl_nlmsg_put_header(buffer.data());
  header->nlmsg_type = RTM_NEWLINK;
  header->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  auto* device = static_cast<ifinfomsg*>(mnl_nlmsg_put_extra_header(header, sizeof(ifinfomsg)));
  device->ifi_flags = device->ifi_change = IFF_UP;
  mnl_attr_put_strz(header, IFLA_IFNAME, k_device);
  mnl_attr_put_u32(header, IFLA_MTU, k_mtu);
  mnl_attr_put_u32(header, IFLA_TXQLEN, k_queue);
  const std::unique_ptr<mnl_socket, int (*)(mnl_socket*)> socket(
      mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC), mnl_socket_close);
  if (!socket || mnl_socket_bind(socket.get(), 0, MNL_SOCKET_AUTOPID) < 0 ||
      mnl_socket_sendto(socket.get(), header, header->nlmsg_len) < 0)
    return false;
  const ssize_t got = mnl_socket_recvfrom(socket.get(), buffer.data(), buffer.size());
  return got > 0 && mnl_cb_run(buffer.data(), static_cast<std::size_t>(got), 0, 0, nullptr, nullptr) >= 0;
}

bool write_setting(const std::string& path, const char* value) {
  const Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return fd && ::write(fd.get(), value, 1) == 1;
}

// In the network of the calling thread, up, with one address at the other end of the wire.
Result<Fd> open_device(const char* address, const char* other_end) {
  Fd device(::open("/dev/net/tun", O_RDWR | O_CLOEXEC));
  if (!device) return system_failure("open /dev/net/tun");
  ifreq request = request_for_device();
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (::ioctl(device.get(), TUNSETIFF, &request) != 0) return system_failure("TUNSETIFF");
  // It goes with its network, which the kernel does aside; to take it away by itself keeps its last
  // descriptor, and with it the end of the case, waiting for 100 ms.
  ::ioctl(device.get(), TUNSETPERSIST, 1);
  const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return system_failure("socket");
  const auto set = [&](unsigned long what) { return ::ioctl(socket.get(), what, &request) == 0; };
  request = request_for_device();
  set_address(request, address);
  if (!set(SIOCSIFADDR)) return system_failure("SIOCSIFADDR");
  // Also makes the route there.
  set_address(request, other_end);
  if (!set(SIOCSIFDSTADDR)) return system_failure("SIOCSIFDSTADDR");
  // Addresses of 127.0.0.0/8 may come and go by this device (ip-sysctl.rst).
  const std::string settings = "/proc/sys/net/";
  if (!write_setting(settings + "ipv4/conf/" + k_device + "/route_localnet", "1"))
    return system_failure("setting route_localnet");
  // Else the kernel asks for routers there. No such file: no IPv6.
  write_setting(settings + "ipv6/conf/" + k_device + "/disable_ipv6", "1");
  if (!bring_up()) return system_failure("bringing the device up");
  return device;
}

// Of the device in the calling thread's network, the 12th column of its line (proc(5), /proc/net/dev):
// packets that the relay did not read in time.
std::int64_t dropped_by_device() {
  std::ifstream file("/proc/thread-self/net/dev");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name;
    if (!(words >> name) || name != std::string(k_device) + ":") continue;
    std::int64_t value = 0;
    for (int column = 0; column < 12; ++column) words >> value;
    return value;
  }
  return 0;
}

}  // namespace

Result<std::unique_ptr<NetworkLink>> NetworkLink::open(const Link& link) {
  auto server_end = open_device(k_server_address, k_client_address);
  if (!server_end) return tl::unexpected(server_end.error());
  auto client_side = NetworkNamespace::make();
  if (!client_side) return tl::unexpected(client_side.error());
  auto client_end = [&] {
    const NetworkNamespace::Visit visit(&*client_side);
    // Its loopback stays down, so that 127.0.0.1 is nobody of its own.
    return open_device(k_client_address, k_loopback);
  }();
  if (!client_end) return tl::unexpected(client_end.error());
  auto relay = Relay::start(std::move(*server_end), std::move(*client_end), link);
  if (!relay) return tl::unexpected(relay.error());
  return std::unique_ptr<NetworkLink>(new NetworkLink(std::move(*client_side), std::move(*relay)));
}

std::int64_t NetworkLink::overflow() const {
  std::int64_t dropped = m_relay->overflow() + dropped_by_device();
  const NetworkNamespace::Visit visit(&m_client_side);
  return dropped + dropped_by_device();
}

}  // namespace clusterspec
