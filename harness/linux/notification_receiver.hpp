// Takes notifications from the kernel the moment they come.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "linux/fd.hpp"
#include "linux/seccomp.hpp"

namespace clusterspec {

// Until a notification has been received a signal makes the call that waits fail with EINTR, which kill(2),
// say, never does by itself; only then WAIT_KILLABLE_RECV holds. A loop that is busy with something else
// would leave that to chance: a launcher that signals its workers gets SIGCHLD all the while. So a thread of
// its own receives, as SCHED_RR (sched(7)) where the kernel lets us, and the loop takes from it what has been
// received.
class NotificationReceiver {
 public:
  static Result<std::unique_ptr<NotificationReceiver>> start(Fd notifications);
  ~NotificationReceiver();
  NotificationReceiver(const NotificationReceiver&) = delete;
  NotificationReceiver& operator=(const NotificationReceiver&) = delete;

  int notifications() const { return m_notifications.get(); }
  // Readable when there is something to take; its other end is closed when nobody with the filter lives.
  int fd() const { return m_told.read.get(); }
  // The oldest that was received; call only when readable. Nothing: nobody lives any more.
  std::optional<Notification> take();

 private:
  NotificationReceiver(Fd notifications, Pipe stop, Pipe told)
      : m_notifications(std::move(notifications)), m_stop(std::move(stop)), m_told(std::move(told)) {}
  void run();

  Fd m_notifications;
  Pipe m_stop, m_told;
  std::mutex m_mutex;
  std::deque<Notification> m_received;
  std::thread m_thread;
};

}  // namespace clusterspec
