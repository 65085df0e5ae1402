#include "linux/relay.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "linux/tests/children.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

// A relay between two sockets that keep the boundaries of packets, and the far ends of both.
struct Wire {
  explicit Wire(const Link& link) {
    auto [left_far, left_near] = pair();
    auto [right_far, right_near] = pair();
    left = std::move(left_far);
    right = std::move(right_far);
    auto started = Relay::start(std::move(left_near), std::move(right_near), link);
    REQUIRE(started);
    relay = std::move(*started);
  }

  static std::pair<Fd, Fd> pair() {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    return {Fd(ends[0]), Fd(ends[1])};
  }

  Fd left, right;
  std::unique_ptr<Relay> relay;
};

void send_packet(const Fd& end, const std::string& text) {
  REQUIRE(::send(end.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
}

std::string next_packet(const Fd& end) {
  REQUIRE(wait_readable(end.get()));
  std::string text(70'000, '\0');
  const ssize_t size = ::recv(end.get(), text.data(), text.size(), 0);
  REQUIRE(size >= 0);
  text.resize(static_cast<std::size_t>(size));
  return text;
}

constexpr Link k_short{std::chrono::milliseconds(2), 0};

// Which of a hundred packets arrive; those at the end tell that no more will come.
std::vector<std::string> survivors(const Link& link) {
  Wire wire(link);
  for (int i = 0; i < 100; ++i) send_packet(wire.left, std::to_string(i));
  for (int i = 0; i < 30; ++i) send_packet(wire.left, "end");
  std::vector<std::string> arrived;
  for (std::string text; (text = next_packet(wire.right)) != "end";) arrived.push_back(std::move(text));
  CHECK(wire.relay->overflow() == 0);
  return arrived;
}

}  // namespace

TEST_CASE("a relay carries packets both ways, whole, and not before the delay is over") {
  Wire wire(k_short);
  for (const auto& [from, to] : {std::pair{&wire.left, &wire.right}, std::pair{&wire.right, &wire.left}}) {
    const std::string largest(65'535, 'x');
    const std::int64_t before = now_ns();
    send_packet(*from, "a");
    send_packet(*from, largest);
    CHECK(next_packet(*to) == "a");
    CHECK(now_ns() - before >= k_short.delay.count());
    CHECK(next_packet(*to) == largest);
  }
}

TEST_CASE("a relay keeps the order of each direction") {
  Wire wire(k_short);
  for (int i = 0; i < 200; ++i) {
    send_packet(wire.left, "to the right " + std::to_string(i));
    send_packet(wire.right, "to the left " + std::to_string(i));
  }
  for (int i = 0; i < 200; ++i) {
    CHECK(next_packet(wire.right) == "to the right " + std::to_string(i));
    CHECK(next_packet(wire.left) == "to the left " + std::to_string(i));
  }
}

TEST_CASE("a relay ends at once, whatever is under way, and closes both ends") {
  Wire wire(Link{std::chrono::hours(1), 0});
  send_packet(wire.left, "never arrives");
  wire.relay.reset();
  CHECK(next_packet(wire.right).empty());  // the end of the stream
  CHECK_FALSE(wire.relay);
}

TEST_CASE("a relay ends also while a process forked from here goes on") {
  Wire wire(k_short);
  const Child child([] {
    ::pause();
    return 0;
  });
  wire.relay.reset();
  CHECK_FALSE(wire.relay);
}

TEST_CASE("a relay loses the packets that it is to lose, the same in each run, and reorders none") {
  const auto arrived = survivors(Link{Duration::zero(), 0.3});
  CHECK(arrived.size() > 30);
  CHECK(arrived.size() < 100);
  CHECK(std::is_sorted(arrived.begin(), arrived.end(),
                       [](const auto& a, const auto& b) { return std::stoi(a) < std::stoi(b); }));
  CHECK(survivors(Link{Duration::zero(), 0.3}) == arrived);
  CHECK(survivors(Link{}).size() == 100);
}

TEST_CASE("what the far end does not take is counted") {
  Wire wire(Link{});
  const std::string large(60'000, 'x');
  // Nobody reads: the far end has room for some of them, the sender waits for none.
  CHECK(eventually([&] {
    send_packet(wire.left, large);
    return wire.relay->overflow() > 0;
  }));
}
