#pragma once
// Readies a listener for being closed without losing a connection. A connection belongs to its listener from
// the first SYN, long before accept, and is reset when the listener closes; so, before that:
//   1. no new SYN comes to it: another process of the port takes them (a program for the port's group,
//      socket(7), SO_ATTACH_REUSEPORT_CBPF), or, where there is none, a filter drops them (SO_ATTACH_FILTER;
//      the client repeats its SYN after 1 s, and is refused then);
//   2. membarrier(2), MEMBARRIER_CMD_GLOBAL: each segment that had chosen the listener before has arrived;
//   3. the handshakes that are under way end: each becomes a connection in some queue, or is given up;
//   4. membarrier again: those connections are in the queue.
// After that accepting until the queue is empty takes the last one. The listener accepts all the while.
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <set>

#include "reference_server/handshakes.hpp"
#include "reference_server/listener.hpp"
#include "reference_server/policy.hpp"

namespace reference_server {

class ListenerClosing {
 public:
  // Asks for step 1 to be done by others, and is told whether it has been, possibly at once or never.
  using AskToSteer = std::function<void(std::function<void(bool steered)>)>;

  // `ready` is called once, possibly before `start` returns, unless this is destroyed before; within 1 s, if
  // the event loop runs.
  ListenerClosing(asio::io_context& context, Listener& listener, const Policy& policy,
                  std::function<void()> ready);
  void start(const AskToSteer& ask);

 private:
  void on_steered(bool steered);
  void look();
  void after(std::chrono::milliseconds time, std::function<void()> then);
  void finish();

  Listener& m_listener;
  const Policy& m_policy;
  asio::steady_timer m_timer;
  std::function<void()> m_ready;
  std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);  // handlers outlive this
  std::set<Handshake> m_under_way;
  std::chrono::steady_clock::time_point m_until;
  std::chrono::milliseconds m_next_look{1};
  bool m_answered = false;
};

}  // namespace reference_server
