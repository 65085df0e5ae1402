#include "linux/relay.hpp"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <deque>
#include <optional>
#include <random>
#include <vector>

namespace clusterspec {
namespace {

constexpr std::size_t k_largest_packet = 65535;  // of IPv4

// In one direction. Beyond this the relay reads no more, and the sender's device drops what it has no room
// for, as a router would.
constexpr std::size_t k_most_under_way = 16 << 20;  // bytes

// One direction is not read for ever while packets of the other one are due.
constexpr int k_packets_at_once = 64;

using Buffer = std::array<char, k_largest_packet>;

class Direction {
 public:
  Direction(int from, int to, const Link& link)
      : m_from(from), m_to(to), m_delay(link.delay), m_lost(link.loss) {}

  bool wants_more() const { return m_open && m_bytes < k_most_under_way; }
  int from() const { return m_from; }
  std::optional<std::int64_t> next_due() const {
    return m_packets.empty() ? std::nullopt : std::optional(m_packets.front().due);
  }

  void take(Buffer& buffer) {
    for (int i = 0; i < k_packets_at_once && wants_more(); ++i) {
      const ssize_t size = ::read(m_from, buffer.data(), buffer.size());
      if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
      if (size <= 0) {
        m_open = false;  // the device is gone, or the socket's other end
        return;
      }
      if (m_lost(m_numbers)) continue;
      m_bytes += static_cast<std::size_t>(size);
      m_packets.push_back({now_ns() + m_delay.count(), {buffer.data(), buffer.data() + size}});
    }
  }

  // Gives the number of packets that were not taken.
  int deliver(std::int64_t now) {
    int refused = 0;
    for (; !m_packets.empty() && m_packets.front().due <= now; m_packets.pop_front()) {
      const std::vector<char>& bytes = m_packets.front().bytes;
      refused += ::write(m_to, bytes.data(), bytes.size()) < 0 ? 1 : 0;
      m_bytes -= bytes.size();
    }
    return refused;
  }

 private:
  struct Packet {
    std::int64_t due = 0;
    std::vector<char> bytes;
  };
  int m_from, m_to;
  Duration m_delay;
  std::bernoulli_distribution m_lost;
  std::minstd_rand m_numbers;
  std::deque<Packet> m_packets;
  std::size_t m_bytes = 0;
  bool m_open = true;
};

}  // namespace

Result<std::unique_ptr<Relay>> Relay::start(Fd one, Fd other, const Link& link) {
  auto stop = make_pipe();
  if (!stop) return tl::unexpected(stop.error());
  set_nonblocking(one.get());
  set_nonblocking(other.get());
  std::unique_ptr<Relay> relay(new Relay(std::move(one), std::move(other), std::move(*stop)));
  relay->m_thread = std::thread([raw = relay.get(), link] { raw->run(link); });
  return relay;
}

Relay::~Relay() {
  // A byte and not the pipe's end, which would not come while a process that was forked from here has a copy.
  (void)!::write(m_stop.write.get(), "!", 1);
  m_thread.join();
}

void Relay::run(const Link& link) {
  const sched_param lowest{::sched_get_priority_min(SCHED_RR)};
  ::sched_setscheduler(0, SCHED_RR, &lowest);  // of this thread alone; refused: as any other
  std::array directions{Direction(m_one.get(), m_other.get(), link),
                        Direction(m_other.get(), m_one.get(), link)};
  const auto buffer = std::make_unique<Buffer>();
  for (;;) {
    std::optional<std::int64_t> due;
    for (Direction& direction : directions) {
      if (const int refused = direction.deliver(now_ns())) m_overflow += refused;
      if (const auto next = direction.next_due(); next && (!due || *next < *due)) due = next;
    }
    std::array<pollfd, 3> polled{pollfd{m_stop.read.get(), POLLIN, 0}, {}, {}};
    for (std::size_t i = 0; i < directions.size(); ++i)
      polled[i + 1] = {directions[i].wants_more() ? directions[i].from() : -1, POLLIN, 0};
    const std::int64_t left = due ? std::max<std::int64_t>(0, *due - now_ns()) : 0;
    const timespec timeout{static_cast<time_t>(left / 1'000'000'000),
                           static_cast<long>(left % 1'000'000'000)};
    if (::ppoll(polled.data(), polled.size(), due ? &timeout : nullptr, nullptr) < 0 && errno != EINTR)
      return;
    if (polled[0].revents) return;
    for (std::size_t i = 0; i < directions.size(); ++i)
      if (polled[i + 1].revents) directions[i].take(*buffer);
  }
}

}  // namespace clusterspec
