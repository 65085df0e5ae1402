// What the close of a listener without loss rests on, each against the kernel of this machine.
#include "reference_server/listener.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <memory>
#include <vector>

#include "reference_server/handshakes.hpp"

using namespace reference_server;

namespace {

class Socket {
 public:
  Socket() : m_fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}
  explicit Socket(std::uint16_t port) : Socket() {
    const sockaddr_in address = loopback(port);
    connect(m_fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  ~Socket() { close(m_fd); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  int fd() const { return m_fd; }
  void until(short event) const {
    pollfd entry{m_fd, event, 0};
    REQUIRE(poll(&entry, 1, 20'000) == 1);
  }
  void until_connected() const { until(POLLOUT); }
  // Of TCP, as the kernel has it (TCP_ESTABLISHED, TCP_SYN_SENT and so on).
  int state() const {
    tcp_info info{};
    socklen_t size = sizeof info;
    return getsockopt(m_fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 ? info.tcpi_state : -1;
  }

 private:
  int m_fd;
};

// A listener whose handshakes do not end before the client has sent something.
class PatientListener {
 public:
  PatientListener() {
    const sockaddr_in any = Socket::loopback(0);
    const int seconds = 60;
    REQUIRE(bind(m_socket.fd(), reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0);
    REQUIRE(setsockopt(m_socket.fd(), IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof seconds) == 0);
    REQUIRE(listen(m_socket.fd(), 8) == 0);
    sockaddr_in bound{};
    socklen_t size = sizeof bound;
    getsockname(m_socket.fd(), reinterpret_cast<sockaddr*>(&bound), &size);
    m_port = ntohs(bound.sin_port);
  }
  std::uint16_t port() const { return m_port; }
  void until_queued() const { m_socket.until(POLLIN); }

 private:
  Socket m_socket;
  std::uint16_t m_port = 0;
};

// A port for a group of listeners: held by a socket that does not listen.
class HeldPort {
 public:
  HeldPort() {
    const int on = 1;
    setsockopt(m_socket.fd(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    const sockaddr_in any = Socket::loopback(0);
    REQUIRE(bind(m_socket.fd(), reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0);
    sockaddr_in bound{};
    socklen_t size = sizeof bound;
    getsockname(m_socket.fd(), reinterpret_cast<sockaddr*>(&bound), &size);
    endpoint.port = ntohs(bound.sin_port);
  }
  Endpoint endpoint{"127.0.0.1", 0};

 private:
  Socket m_socket;
};

int accepted_by(Listener& listener) {
  int count = 0;
  while (true) {
    int descriptor = -1;
    if (listener.accept(descriptor) != Listener::Accepted::connection) return count;
    ::close(descriptor);
    ++count;
  }
}

constexpr Listener::Traits k_shared{.shared = true, .ipv6_only = false};

// Each is in a queue when the next begins.
void connect_to(std::uint16_t port, std::vector<std::unique_ptr<Socket>>& into) {
  into.push_back(std::make_unique<Socket>(port));
  into.back()->until_connected();
}

}  // namespace

TEST_CASE("handshakes under way on a port are listed, with their clients, until they end") {
  const PatientListener listener;
  CHECK(handshakes_on(listener.port(), false)->empty());
  const Socket client(listener.port());
  client.until_connected();
  const auto under_way = handshakes_on(listener.port(), false);
  REQUIRE(under_way.has_value());
  REQUIRE(under_way->size() == 1);
  sockaddr_in own{};
  socklen_t size = sizeof own;
  getsockname(client.fd(), reinterpret_cast<sockaddr*>(&own), &size);
  CHECK(under_way->begin()->remote_port == own.sin_port);
  CHECK(under_way->begin()->remote[0] == htonl(INADDR_LOOPBACK));
  CHECK(send(client.fd(), "x", 1, MSG_NOSIGNAL) == 1);
  listener.until_queued();
  CHECK(handshakes_on(listener.port(), false)->empty());
}

TEST_CASE("a listener that drops new handshakes keeps what it has and answers no new client") {
  asio::io_context context;
  const HeldPort port;
  auto listener = Listener::open(context, port.endpoint, k_shared);
  REQUIRE(listener.has_value());
  CHECK(listener->port() == port.endpoint.port);
  CHECK_FALSE(listener->is_v6());
  std::vector<std::unique_ptr<Socket>> clients;
  connect_to(port.endpoint.port, clients);
  CHECK(listener->drop_new_handshakes());
  const Socket late(port.endpoint.port);
  CHECK(late.state() == TCP_SYN_SENT);
  CHECK(handshakes_on(port.endpoint.port, false)->empty());
  CHECK(accepted_by(*listener) == 1);
}

TEST_CASE("all new connections of a port go to its first listener as long as they are steered to it") {
  asio::io_context context;
  const HeldPort port;
  auto first = Listener::open(context, port.endpoint, k_shared);
  auto second = Listener::open(context, port.endpoint, k_shared);
  REQUIRE((first.has_value() && second.has_value()));
  std::vector<std::unique_ptr<Socket>> clients;
  CHECK(second->steer_to_first());
  for (int i = 0; i < 50; ++i) connect_to(port.endpoint.port, clients);
  CHECK(accepted_by(*second) == 0);
  CHECK(accepted_by(*first) == 50);
  first->steer_no_more();
  for (int i = 0; i < 50; ++i) connect_to(port.endpoint.port, clients);
  // Of 50 none would come to one of the two once in 2^49 times.
  CHECK(accepted_by(*first) > 0);
  CHECK(accepted_by(*second) > 0);
}
