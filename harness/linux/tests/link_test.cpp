// Two networks, TUN devices and a relay, as a case has them. What happens in a cell is told by its exit code.
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "linux/census.hpp"
#include "linux/inet_diag.hpp"
#include "linux/network_link.hpp"
#include "linux/procfs.hpp"
#include "linux/reset_watch.hpp"
#include "linux/tcp.hpp"
#include "linux/tests/in_cell.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

constexpr Link k_link{std::chrono::milliseconds(5), 0};
constexpr const char* k_host = "127.0.0.1";
constexpr int k_port = 3000;
constexpr int k_not_possible = 77;

using Body = std::function<int(std::unique_ptr<NetworkLink>& link)>;

// 0 is right; any other number is the place in the body where it was not.
void over_a_link(const Body& body, const Link& with = k_link) {
  for (const Isolation isolation : k_isolated) {
    const auto status = in_cell(isolation, [&] {
      auto link = NetworkLink::open(with);
      return link ? body(*link) : k_not_possible;
    });
    if (status == k_not_possible << 8)
      WARN("no link in " << name_of(isolation) << " here");
    else if (status)
      CHECK(*status == 0);
  }
}

Connecting connect_over(const NetworkLink& link) {
  const NetworkNamespace::Visit visit(&link.client_side());
  return start_connect(k_host, k_port);
}

bool connected(const Fd& client) {
  sockaddr_in peer{};
  socklen_t size = sizeof peer;
  return eventually(
      [&] { return ::getpeername(client.get(), reinterpret_cast<sockaddr*>(&peer), &size) == 0; });
}

std::string received(int fd, std::size_t size) {
  std::string text(size, '\0');
  std::size_t got = 0;
  while (got < size && wait_readable(fd)) {
    const long some = receive_some(fd, text.data() + got, size - got);
    if (some <= 0 && some != -EAGAIN) break;
    got += some > 0 ? static_cast<std::size_t>(some) : 0;
  }
  return text.substr(0, got);
}

}  // namespace

TEST_CASE("a server on 127.0.0.1 is reached over a link, a round trip after the connect") {
  over_a_link([](const auto& link) {
    const auto listener = occupy_port(k_host, k_port, true);
    if (!listener) return 1;
    const std::int64_t before = now_ns();
    const Connecting client = connect_over(*link);
    if (client.errno_value || !connected(client.fd)) return 2;
    if (now_ns() - before < 2 * k_link.delay.count()) return 3;
    if (!wait_readable(listener->get())) return 4;
    const Fd accepted(::accept(listener->get(), nullptr, nullptr));
    const std::string text(50'000, 'x');
    if (send_some(client.fd.get(), "question", 8) != 8) return 5;
    if (received(accepted.get(), 8) != "question") return 6;
    if (send_some(accepted.get(), text.data(), text.size()) != static_cast<long>(text.size())) return 7;
    if (received(client.fd.get(), text.size()) != text) return 8;
    return link->overflow() == 0 ? 0 : 9;
  });
}

TEST_CASE("nobody listens: the refusal comes over the link") {
  over_a_link([](const auto& link) {
    const std::int64_t before = now_ns();
    Connecting client = connect_over(*link);
    if (client.errno_value) return 1;
    int error = 0;
    if (!eventually([&] { return (error = pending_error(client.fd.get())) != 0; })) return 2;
    if (now_ns() - before < 2 * k_link.delay.count()) return 3;
    return error == ECONNREFUSED ? 0 : 4;
  });
}

TEST_CASE("a listener's mark is read over a link") {
  over_a_link([](const auto& link) {
    for (const int mark : {1, 255, 10'000}) {
      const auto listener = occupy_port(k_host, k_port, true);
      if (!listener) return 1;
      mark_listener(listener->get(), mark);
      const Connecting client = connect_over(*link);
      if (!connected(client.fd)) return 2;
      if (mark_reached(client.fd.get()) != mark) return 3;
    }
    return 0;
  });
}

TEST_CASE("the server's end of a connection over a link is found in the server's network") {
  over_a_link([](const auto& link) {
    auto diag = InetDiag::open();
    const auto listener = occupy_port(k_host, k_port, true);
    if (!diag || !listener) return 1;
    const Connecting client = connect_over(*link);
    if (!connected(client.fd) || !wait_readable(listener->get())) return 2;
    const Fd accepted(::accept(listener->get(), nullptr, nullptr));
    const auto pair = server_end_of(client.fd.get());
    const auto end = pair ? diag->connection(*pair) : std::nullopt;
    return end && end->inode == listener_facts(accepted.get()).inode ? 0 : 3;
  });
}

TEST_CASE(
    "a client in its handshake when its listener closes is reset by nobody, one in the queue by its end") {
  const auto resets_seen = [](const auto& link, bool in_queue) {
    Loop loop;
    auto watch = ResetWatch::open(loop, &link->client_side(), k_port, now_ns);
    auto listener = occupy_port(k_host, k_port, true);
    if (!watch || !listener) return 1;
    const std::int64_t begun = now_ns();
    const Connecting client = connect_over(*link);
    // The client's last segment of the handshake is under way for a while after that.
    if (!connected(client.fd)) return 2;
    if (in_queue && !wait_readable(listener->get())) return 3;
    if ((*watch)->of(client.fd.get(), begun) != ResetBy::unknown) return 4;
    listener->reset();
    if (!eventually([&] { return pending_error(client.fd.get()) == ECONNRESET; })) return 5;
    const ResetBy by = (*watch)->of(client.fd.get(), begun);
    if (by != (in_queue ? ResetBy::server_end : ResetBy::nobody)) return 6;
    // A later connection of the same port would not be taken for this one.
    return (*watch)->of(client.fd.get(), now_ns()) == ResetBy::unknown ? 0 : 7;
  };
  constexpr Link k_long{std::chrono::milliseconds(300), 0};
  over_a_link([&](const auto& link) { return resets_seen(link, false); }, k_long);
  over_a_link([&](const auto& link) { return resets_seen(link, true); });
}

TEST_CASE("a link is nobody's child, and its thread ends with it") {
  over_a_link([](std::unique_ptr<NetworkLink>& link) {
    if (!descendants_of(own_pid()).empty() || Census().count(100).processes != 0) return 1;
    if (read_stat(own_pid())->threads != 2) return 2;
    link.reset();
    return read_stat(own_pid())->threads == 1 ? 0 : 3;
  });
}

TEST_CASE("a socket made on a visit stays there, and its maker comes back") {
  over_a_link([](const auto& link) {
    const auto here = occupy_port(k_host, k_port, false);
    if (!here) return 1;
    {
      const NetworkNamespace::Visit visit(&link->client_side());
      // There 127.0.0.1 belongs to nobody: it is at the other end of the wire.
      if (occupy_port(k_host, k_port, false)) return 2;
      const NetworkNamespace::Visit nowhere(nullptr);
      if (occupy_port(k_host, k_port, false)) return 3;
    }
    return occupy_port(k_host, k_port + 1, false) ? 0 : 4;
  });
}
