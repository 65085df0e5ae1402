// Listeners and connections as the kernel lists them, and which listener a client reached.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "linux/inet_diag.hpp"
#include "linux/readiness.hpp"
#include "linux/tcp.hpp"
#include "linux/tests/children.hpp"
#include "linux/tests/in_cell.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

const std::string k_host = "127.0.0.1";

int some_port() {
  const auto port = free_port(k_host);
  REQUIRE(port);
  return *port;
}

Fd listener_on(int port, bool shared = true) {
  auto socket = occupy_port(k_host, port, shared);
  REQUIRE(socket);
  return std::move(*socket);
}

// A client whose connection is established.
Fd client_of(int port) {
  Connecting connecting = start_connect(k_host, port);
  REQUIRE(connecting.errno_value == 0);
  // Established is writable; both ends are on this machine, so a look is enough.
  REQUIRE(eventually([&] {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    return ::getpeername(connecting.fd.get(), reinterpret_cast<sockaddr*>(&peer), &size) == 0;
  }));
  return std::move(connecting.fd);
}

Fd accept_from(const Fd& listener) {
  REQUIRE(wait_readable(listener.get()));
  Fd accepted(::accept(listener.get(), nullptr, nullptr));
  REQUIRE(accepted);
  return accepted;
}

InetDiag diag_or_fail() {
  auto diag = InetDiag::open();
  REQUIRE(diag);
  return std::move(*diag);
}

std::optional<ListenerSeen> seen(InetDiag& diag, SocketCookie socket) {
  for (ListenerSeen& listener : diag.listeners())
    if (listener.socket == socket) return listener;
  return std::nullopt;
}

}  // namespace

TEST_CASE("A listener is listed from its listen to its close, with the depth of its queue") {
  InetDiag diag = diag_or_fail();
  const int port = some_port();
  Fd listener = listener_on(port);
  const ListenerFacts facts = listener_facts(listener.get());
  CHECK(facts.stream_over_ip);
  CHECK(facts.reuse_port);
  CHECK(facts.address == k_host);
  CHECK(facts.port == port);
  REQUIRE(facts.cookie != 0);

  auto listed = seen(diag, facts.cookie);
  REQUIRE(listed);
  CHECK(listed->inode == facts.inode);
  CHECK(listed->address == k_host);
  CHECK(listed->port == port);
  CHECK(listed->queued == 0);

  const Fd one = client_of(port), two = client_of(port);
  CHECK(eventually([&] { return seen(diag, facts.cookie)->queued == 2; }));
  const Fd accepted = accept_from(listener);
  CHECK(seen(diag, facts.cookie)->queued == 1);

  listener.reset();
  CHECK_FALSE(seen(diag, facts.cookie));
}

TEST_CASE("A socket that only is bound is not listed") {
  InetDiag diag = diag_or_fail();
  const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  CHECK_FALSE(seen(diag, listener_facts(socket.get()).cookie));
  CHECK(listen_on(socket.get(), 4) == 0);
  CHECK(seen(diag, listener_facts(socket.get()).cookie));
}

TEST_CASE("An IPv6 listener is listed with its address") {
  InetDiag diag = diag_or_fail();
  const Fd socket(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket || ::listen(socket.get(), 4) != 0) {
    WARN("no IPv6 here");
    return;
  }
  const ListenerFacts facts = listener_facts(socket.get());
  const auto listed = seen(diag, facts.cookie);
  REQUIRE(listed);
  CHECK(listed->address == "::");
  CHECK(facts.address == "::");
  CHECK(listed->port == facts.port);
  CHECK(facts.port != 0);
}

TEST_CASE("Over IPv6, and over IPv4 to a socket of IPv6, a client names its listener and its end is found") {
  if (!has_ipv6()) {
    WARN("no IPv6 here");
    return;
  }
  InetDiag diag = diag_or_fail();
  const int port = some_port();
  auto listener = occupy_port("::", port, true);
  REQUIRE(listener);
  mark_listener(listener->get(), 7);
  int mark = -1;  // 7 where it may be set
  socklen_t size = sizeof mark;
  REQUIRE(::getsockopt(listener->get(), SOL_SOCKET, SO_MARK, &mark, &size) == 0);
  for (const std::string host : {"::1", "127.0.0.1"}) {
    CAPTURE(host);
    const Connecting client = start_connect(host, port);
    REQUIRE(client.errno_value == 0);
    REQUIRE(wait_readable(listener->get()));
    CHECK(mark_reached(client.fd.get()) == 7);
    const auto pair = server_end_of(client.fd.get());
    REQUIRE(pair);
    CHECK(pair->v6 == (host == "::1"));
    REQUIRE(diag.connection(*pair));
    CHECK(diag.connection(*pair)->inode == 0);
    CHECK(diag.connection(*pair)->mark == mark);
    REQUIRE(diag.connections(port).size() == 1);
    CHECK(diag.connections(port).front().mark == mark);
    const Fd accepted = accept_from(*listener);
    CHECK(diag.connection(*pair)->inode != 0);
  }
  // Without the listener nobody is there over either.
  listener->reset();
  CHECK(eventually([&] { return diag.connections(port).empty(); }));
}

TEST_CASE("A connection has no inode until it is accepted, and tells what was not read yet") {
  InetDiag diag = diag_or_fail();
  const int port = some_port();
  const Fd listener = listener_on(port);
  const Fd client = client_of(port);
  const auto pair = server_end_of(client.get());
  REQUIRE(pair);
  CHECK(pair->local_port == port);

  REQUIRE(send_some(client.get(), "hello", 5) == 5);
  REQUIRE(eventually([&] {
    const auto end = diag.connection(*pair);
    return end && end->unread == 5;
  }));
  CHECK(diag.connection(*pair)->inode == 0);

  const Fd accepted = accept_from(listener);
  auto end = diag.connection(*pair);
  REQUIRE(end);
  CHECK(end->inode == listener_facts(accepted.get()).inode);
  CHECK(end->unread == 5);

  char text[5];
  REQUIRE(receive_some(accepted.get(), text, sizeof text) == 5);
  end = diag.connection(*pair);
  REQUIRE(end);
  CHECK(end->unread == 0);
}

TEST_CASE("All connections of a port are listed, in its queue and accepted, with the port of each client") {
  InetDiag diag = diag_or_fail();
  const int port = some_port();
  const Fd listener = listener_on(port);
  CHECK(diag.connections(port).empty());
  const Fd first = client_of(port), second = client_of(port);
  const auto pair_of_first = server_end_of(first.get()), pair_of_second = server_end_of(second.get());
  REQUIRE(pair_of_first);
  REQUIRE(pair_of_second);
  REQUIRE(send_some(second.get(), "hello", 5) == 5);
  REQUIRE(eventually([&] { return diag.connections(port).size() == 2; }));
  const Fd accepted = accept_from(listener);
  for (const ConnectionEnd& end : diag.connections(port)) {
    const bool is_first = end.client_port == pair_of_first->remote_port;
    CHECK((is_first || end.client_port == pair_of_second->remote_port));
    CHECK((end.inode != 0) == is_first);
    CHECK_FALSE(end.handshake);
  }
  CHECK(diag.connections(port + 1).empty());
}

TEST_CASE("A connection that does not exist is not found, not even where somebody listens") {
  InetDiag diag = diag_or_fail();
  const int port = some_port();
  const Fd listener = listener_on(port);
  EndpointPair pair;
  pair.local_address[0] = pair.remote_address[0] = htonl(INADDR_LOOPBACK);
  pair.local_port = static_cast<std::uint16_t>(port);
  pair.remote_port = 1;
  CHECK_FALSE(diag.connection(pair));
  pair.local_port = 1;
  CHECK_FALSE(diag.connection(pair));
}

TEST_CASE("The end of a listener is reported by its cookie, once, and nothing before it") {
  constexpr int k_not_possible = 77;
  // In a network of its own, where nobody else's sockets end.
  Child child([] {
    if (::unshare(CLONE_NEWNET) != 0) return k_not_possible;
    auto destroyed = DestroyedSockets::open();
    if (!destroyed) return k_not_possible;
    Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (listen_on(listener.get(), 4) != 0) return 1;
    const SocketCookie cookie = listener_facts(listener.get()).cookie;
    bool lost = false;
    if (!destroyed->take(lost).empty()) return 2;
    listener.reset();
    if (!wait_readable(destroyed->fd())) return 3;
    if (destroyed->take(lost) != std::vector{cookie}) return 4;
    return lost ? 5 : 0;
  });
  const auto status = child.wait();
  if (status == k_not_possible << 8) {
    WARN("no reports of destroyed sockets, or no network of one's own, here");
    return;
  }
  CHECK(status == 0);
}

TEST_CASE("The ends of a connection are not reported, and cost nobody a look") {
  const auto code = in_cell(Isolation::namespaces, [] {
    auto destroyed = DestroyedSockets::open();
    auto heard = occupy_port(k_host, 3000, true);
    if (!destroyed || !heard) return 1;
    const SocketCookie cookie = listener_facts(heard->get()).cookie;
    Connecting connecting = start_connect(k_host, 3000);
    if (!wait_readable(heard->get())) return 2;
    Fd accepted(::accept(heard->get(), nullptr, nullptr));
    if (!accepted) return 3;
    accepted.reset();
    connecting.fd.reset();
    heard->reset();
    // Reports come in the order of the ends: that of the listener alone is there.
    if (!wait_readable(destroyed->fd())) return 4;
    bool lost = false;
    return destroyed->take(lost) == std::vector{cookie} && !lost ? 0 : 5;
  });
  if (code) CHECK(*code == 0);
}

TEST_CASE("A client learns which of four listeners on one port it reached") {
  const int port = some_port();
  std::vector<Fd> listeners;
  std::vector<int> fds;
  for (int mark = 1; mark <= 4; ++mark) {
    listeners.push_back(listener_on(port));
    mark_listener(listeners.back().get(), mark);
    fds.push_back(listeners.back().get());
  }
  std::set<int> reached;
  for (int i = 0; i < 200; ++i) {
    const Fd client = client_of(port);
    const int mark = mark_reached(client.get());
    std::vector<std::uint32_t> events;
    const auto ready = [&] { return std::count_if(events.begin(), events.end(), is_readable); };
    REQUIRE(eventually([&] {
      events = events_now(fds);
      return ready() > 0;
    }));
    REQUIRE(ready() == 1);
    const auto index =
        static_cast<int>(std::find_if(events.begin(), events.end(), is_readable) - events.begin());
    CHECK(mark == index + 1);
    reached.insert(mark);
    accept_from(listeners[static_cast<std::size_t>(index)]);
  }
  CHECK(reached == std::set<int>{1, 2, 3, 4});
}

TEST_CASE("Marks are told apart up to the many workers of a large cluster") {
  for (const int mark : {1, 2, 255, 256, 257, 1025, 10000}) {
    const int port = some_port();
    const Fd listener = listener_on(port);
    mark_listener(listener.get(), mark);
    CHECK(mark_reached(client_of(port).get()) == mark);
  }
}

TEST_CASE("A listener without a mark gives none") {
  const int port = some_port();
  const Fd listener = listener_on(port);
  CHECK(mark_reached(client_of(port).get()) == 0);
}

TEST_CASE("A port held alone refuses others, a shared one takes them") {
  const int port = some_port();
  {
    const Fd alone = listener_on(port, false);
    CHECK_FALSE(*occupy_port(k_host, port, true));
    CHECK_FALSE(listener_facts(alone.get()).reuse_port);
  }
  const Fd shared = listener_on(port, true);
  CHECK(*occupy_port(k_host, port, true));
  CHECK_FALSE(*occupy_port(k_host, port, false));
}

TEST_CASE("A connect to a port where nobody listens is refused") {
  Connecting connecting = start_connect(k_host, some_port());
  if (connecting.errno_value == 0) {
    REQUIRE(eventually([&] { return (connecting.errno_value = pending_error(connecting.fd.get())) != 0; }));
  }
  CHECK(connecting.errno_value == ECONNREFUSED);
}

TEST_CASE("What is no TCP socket has no listener's facts") {
  const Pipe pipe = pipe_or_fail();
  const Fd datagrams(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const Fd local(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  for (const int fd : {pipe.read.get(), datagrams.get(), local.get(), -1})
    CHECK_FALSE(listener_facts(fd).stream_over_ip);
}

TEST_CASE("Listening for a child on a copy of its socket makes the child's own socket listen") {
  const Pipe report = pipe_or_fail(), go = pipe_or_fail();
  Child child([&] {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::write(report.write.get(), &socket, sizeof socket) != sizeof socket) return 1;
    char byte = 0;
    if (::read(go.read.get(), &byte, 1) != 1) return 2;
    int listens = 0;
    socklen_t size = sizeof listens;
    ::getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size);
    return listens ? 0 : 3;
  });
  int number = -1;
  REQUIRE(wait_readable(report.read.get()));
  REQUIRE(::read(report.read.get(), &number, sizeof number) == sizeof number);
  const Fd copy = copy_descriptor(child.pidfd(), number);
  REQUIRE(copy);
  CHECK(listen_on(copy.get(), 4) == 0);
  CHECK_FALSE(copy_descriptor(child.pidfd(), 999));
  REQUIRE(::write(go.write.get(), "g", 1) == 1);
  CHECK(child.wait() == 0);
}
