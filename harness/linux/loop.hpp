// The event loop of a cell: descriptors and deadlines, one thread, no sleeping. Written here rather than
// taken from a library since what a case observes depends on the order in which ready descriptors are
// handled, and since a cell is forked: the loop holds nothing that is shared with the parent.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "linux/fd.hpp"
#include "model/units.hpp"

namespace clusterspec {

class Loop {
 public:
  using Handler = std::function<void(std::uint32_t events)>;  // epoll_event::events
  using TimerId = std::uint64_t;

  Loop();

  // Level-triggered. The handler may watch and forget any descriptor, its own too.
  void watch(int fd, std::uint32_t events, Handler handler);
  void modify(int fd, std::uint32_t events);
  void forget(int fd);
  // The same for one that is closed next and that nobody else has open: then the kernel forgets it
  // (epoll(7)).
  void forget_before_close(int fd);

  TimerId after(Duration delay, std::function<void()> action);
  void cancel(TimerId timer);

  // Handles events until the condition holds, which is looked at after each batch of them. False: the
  // deadline (monotonic, ns) came first.
  bool run_until(const std::function<bool()>& condition, std::int64_t deadline);

 private:
  struct Watch {
    std::shared_ptr<Handler> handler;
    std::uint32_t generation = 0;
  };
  bool drop(int fd);
  void handle_ready(std::int64_t deadline);
  void fire_timers();

  Fd m_epoll;
  std::vector<Watch> m_watches;  // by descriptor
  std::map<std::pair<std::int64_t, TimerId>, std::function<void()>> m_timers;
  std::map<TimerId, std::int64_t> m_timer_due;
  TimerId m_next_timer = 1;
};

}  // namespace clusterspec
