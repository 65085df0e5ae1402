// Scripted children for tests: forked functions that talk through pipes. Whoever waits here waits for a
// descriptor with a deadline, never for time; what a test forgets is killed and waited for.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "linux/fd.hpp"
#include "linux/process.hpp"
#include "linux/seccomp.hpp"

namespace clusterspec::tests {

inline constexpr Duration k_patience = std::chrono::seconds(10);

// Monotonic ns at which a test gives up.
std::int64_t deadline(Duration within = k_patience);

// True once the descriptor is readable or hung up.
bool wait_readable(int fd, Duration within = k_patience);

// Up to the newline, without it; what there is at the end of the stream or at the deadline.
std::string read_line(int fd);
std::string read_to_end(int fd);

// A pipe or a failed test.
Pipe pipe_or_fail();

// Looks again and again until the condition holds: for what the kernel gives no descriptor for.
bool eventually(const std::function<bool()>& condition, Duration within = k_patience);

// A forked child that ends with what `body` returns. Body must not use the test framework.
class Child {
 public:
  explicit Child(const std::function<int()>& body);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  Pid pid() const { return m_pid; }
  int pidfd() const { return m_pidfd.get(); }
  void kill(int signal) const;
  bool has_ended_in_time() const { return wait_readable(m_pidfd.get()); }
  // Waits for it: raw wait status, nothing at the deadline.
  std::optional<int> wait();

 private:
  Pid m_pid = 0;
  Fd m_pidfd;
  bool m_reaped = false;
};

// A child whose watched calls are reported to us from its body's first statement on.
class WatchedChild {
 public:
  // `frequent`: see NotificationFilter.
  explicit WatchedChild(const std::function<int()>& body, const std::vector<WatchedCall>& frequent = {});

  Child& child() { return *m_child; }
  bool watched() const { return m_notifications.fd() >= 0 || m_descriptor; }
  // Keeps nothing: the descriptor goes to an observer.
  Fd take_notifications() { return std::move(m_descriptor); }

  // The next call, nothing at the deadline.
  std::optional<Notification> next();
  // Received from the first time that this, or `next`, is called.
  Notifications& notifications();

 private:
  Pipe m_report, m_go;
  std::optional<Child> m_child;
  Fd m_descriptor;
  Notifications m_notifications;
};

}  // namespace clusterspec::tests
