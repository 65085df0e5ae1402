#include "linux/loop.hpp"

#include <sys/epoll.h>
#include <time.h>

#include <algorithm>
#include <array>

namespace clusterspec {

Loop::Loop() : m_epoll(::epoll_create1(EPOLL_CLOEXEC)) {}

void Loop::watch(int fd, std::uint32_t events, Handler handler) {
  const auto index = static_cast<std::size_t>(fd);
  if (index >= m_watches.size()) m_watches.resize(std::max(index + 1, m_watches.size() * 2));
  Watch& watch = m_watches[index];
  const bool known = watch.handler != nullptr;
  watch.handler = std::make_shared<Handler>(std::move(handler));
  // A descriptor's number comes back after close: the generation tells an event of its former bearer.
  ++watch.generation;
  epoll_event event{};
  event.events = events;
  event.data.u64 = static_cast<std::uint64_t>(watch.generation) << 32 | static_cast<std::uint32_t>(fd);
  ::epoll_ctl(m_epoll.get(), known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event);
}

void Loop::modify(int fd, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = static_cast<std::uint64_t>(m_watches[static_cast<std::size_t>(fd)].generation) << 32 |
                   static_cast<std::uint32_t>(fd);
  ::epoll_ctl(m_epoll.get(), EPOLL_CTL_MOD, fd, &event);
}

bool Loop::drop(int fd) {
  const auto index = static_cast<std::size_t>(fd);
  if (fd < 0 || index >= m_watches.size() || !m_watches[index].handler) return false;
  m_watches[index].handler.reset();
  ++m_watches[index].generation;
  return true;
}

void Loop::forget(int fd) {
  if (drop(fd)) ::epoll_ctl(m_epoll.get(), EPOLL_CTL_DEL, fd, nullptr);
}

void Loop::forget_before_close(int fd) { drop(fd); }

Loop::TimerId Loop::after(Duration delay, std::function<void()> action) {
  const std::int64_t due = now_ns() + delay.count();
  const TimerId id = m_next_timer++;
  m_timers.emplace(std::pair{due, id}, std::move(action));
  m_timer_due.emplace(id, due);
  return id;
}

void Loop::cancel(TimerId timer) {
  const auto it = m_timer_due.find(timer);
  if (it == m_timer_due.end()) return;
  m_timers.erase({it->second, timer});
  m_timer_due.erase(it);
}

void Loop::fire_timers() {
  const std::int64_t now = now_ns();
  while (!m_timers.empty() && m_timers.begin()->first.first <= now) {
    auto node = m_timers.extract(m_timers.begin());
    m_timer_due.erase(node.key().second);
    node.mapped()();
  }
}

void Loop::handle_ready(std::int64_t deadline) {
  std::int64_t until = deadline;
  if (!m_timers.empty()) until = std::min(until, m_timers.begin()->first.first);
  const std::int64_t left = std::max<std::int64_t>(0, until - now_ns());
  const timespec timeout{static_cast<time_t>(left / 1'000'000'000), static_cast<long>(left % 1'000'000'000)};
  std::array<epoll_event, 256> ready;
  const int count =
      ::epoll_pwait2(m_epoll.get(), ready.data(), static_cast<int>(ready.size()), &timeout, nullptr);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = ready[static_cast<std::size_t>(i)];
    const auto fd = static_cast<std::uint32_t>(event.data.u64);
    const auto generation = static_cast<std::uint32_t>(event.data.u64 >> 32);
    const Watch& watch = m_watches[fd];
    if (!watch.handler || watch.generation != generation) continue;
    const auto handler = watch.handler;  // kept alive: it may forget itself
    (*handler)(event.events);
  }
}

bool Loop::run_until(const std::function<bool()>& condition, std::int64_t deadline) {
  while (!condition()) {
    if (now_ns() >= deadline) return false;
    handle_ready(deadline);
    fire_timers();
  }
  return true;
}

}  // namespace clusterspec
