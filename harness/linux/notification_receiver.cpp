#include "linux/notification_receiver.hpp"

#include <poll.h>
#include <sched.h>
#include <unistd.h>

namespace clusterspec {

Result<std::unique_ptr<NotificationReceiver>> NotificationReceiver::start(Fd notifications) {
  auto stop = make_pipe(), told = make_pipe();
  if (!stop) return tl::unexpected(stop.error());
  if (!told) return tl::unexpected(told.error());
  std::unique_ptr<NotificationReceiver> receiver(
      new NotificationReceiver(std::move(notifications), std::move(*stop), std::move(*told)));
  receiver->m_thread = std::thread([raw = receiver.get()] { raw->run(); });
  return receiver;
}

NotificationReceiver::~NotificationReceiver() {
  // Not by closing: a process between its fork and its execve has a copy of this end.
  (void)!::write(m_stop.write.get(), "!", 1);
  m_thread.join();
}

void NotificationReceiver::run() {
  const sched_param lowest{::sched_get_priority_min(SCHED_RR)};
  ::sched_setscheduler(0, SCHED_RR, &lowest);  // of this thread alone; refused: as any other
  pollfd both[] = {{m_stop.read.get(), POLLIN, 0}, {m_notifications.get(), POLLIN, 0}};
  while (::poll(both, 2, -1) > 0 && both[0].revents == 0) {
    // To receive when nobody lives would fail at once, for ever.
    if ((both[1].revents & (POLLHUP | POLLERR)) != 0) break;
    const auto notification = receive_notification(m_notifications.get());
    if (!notification) continue;
    {
      const std::lock_guard lock(m_mutex);
      m_received.push_back(*notification);
    }
    (void)!::write(m_told.write.get(), "!", 1);
  }
  m_told.write.reset();
}

std::optional<Notification> NotificationReceiver::take() {
  char told = 0;
  if (::read(m_told.read.get(), &told, 1) != 1) return std::nullopt;
  const std::lock_guard lock(m_mutex);
  const Notification oldest = m_received.front();
  m_received.pop_front();
  return oldest;
}

}  // namespace clusterspec
