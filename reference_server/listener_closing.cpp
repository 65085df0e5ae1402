#include "reference_server/listener_closing.hpp"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace reference_server {
namespace {

using namespace std::chrono_literals;

// A launcher answers from its event loop; one that does not is stopped or dead.
constexpr auto k_answer = 250ms;

// Several round trips. A client that has not answered by then is away, or its segment was lost, which it
// repeats only after 1 s.
constexpr auto k_handshakes = 500ms;

constexpr auto k_longest_look = 8ms;

// Where the kernel does not tell about handshakes: a round trip of a distant client.
constexpr auto k_blind = 100ms;

// Also where the system call is forbidden the rest of the order is worth doing.
void wait_for_segments() { syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0); }

std::set<Handshake> common(const std::set<Handshake>& one, const std::set<Handshake>& other) {
  std::set<Handshake> both;
  std::set_intersection(one.begin(), one.end(), other.begin(), other.end(), std::inserter(both, both.end()));
  return both;
}

}  // namespace

ListenerClosing::ListenerClosing(asio::io_context& context, Listener& listener, const Policy& policy,
                                 std::function<void()> ready)
    : m_listener(listener), m_policy(policy), m_timer(context), m_ready(std::move(ready)) {}

void ListenerClosing::start(const AskToSteer& ask) {
  if (!ask) return on_steered(false);
  after(k_answer, [this] { on_steered(false); });
  ask([this, alive = std::weak_ptr<bool>(m_alive)](bool steered) {
    if (!alive.expired()) on_steered(steered);
  });
}

void ListenerClosing::on_steered(bool steered) {
  if (std::exchange(m_answered, true)) return;
  m_timer.cancel();
  if (!steered) m_listener.drop_new_handshakes();
  wait_for_segments();
  m_until = std::chrono::steady_clock::now() + k_handshakes;
  const auto under_way = handshakes_on(m_listener.port(), m_listener.is_v6());
  if (!under_way) return after(k_blind, [this] { finish(); });
  m_under_way = *under_way;
  if (!m_policy.waits_for_handshakes(m_under_way.size())) return finish();
  look();
}

void ListenerClosing::look() {
  // Those that began later are not waited for: with steering they are another listener's.
  if (!m_under_way.empty()) {
    const auto now = handshakes_on(m_listener.port(), m_listener.is_v6());
    m_under_way = now ? common(m_under_way, *now) : std::set<Handshake>{};
  }
  if (m_under_way.empty() || std::chrono::steady_clock::now() >= m_until) return finish();
  // Nothing tells of a handshake's end.
  after(m_next_look, [this] { look(); });
  m_next_look = std::min<std::chrono::milliseconds>(m_next_look * 2, k_longest_look);
}

void ListenerClosing::after(std::chrono::milliseconds time, std::function<void()> then) {
  m_timer.expires_after(time);
  m_timer.async_wait(
      [then = std::move(then), alive = std::weak_ptr<bool>(m_alive)](const asio::error_code& error) {
        if (!error && !alive.expired()) then();
      });
}

void ListenerClosing::finish() {
  wait_for_segments();
  // It may destroy this.
  const auto ready = std::move(m_ready);
  ready();
}

}  // namespace reference_server
