#include "linux/tests/children.hpp"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "linux/tcp.hpp"

namespace clusterspec::tests {

std::int64_t deadline(Duration within) { return now_ns() + within.count(); }

bool wait_readable(int fd, Duration within) {
  const std::int64_t until = deadline(within);
  pollfd poll{fd, POLLIN, 0};
  for (;;) {
    const auto left = std::max<std::int64_t>(0, (until - now_ns()) / 1'000'000);
    const int ready = ::poll(&poll, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

std::string read_line(int fd) {
  std::string line;
  for (char byte = 0; wait_readable(fd) && ::read(fd, &byte, 1) == 1 && byte != '\n';) line += byte;
  return line;
}

std::string read_to_end(int fd) {
  std::string text;
  char piece[4096];
  while (wait_readable(fd)) {
    const ssize_t got = ::read(fd, piece, sizeof piece);
    if (got <= 0) return text;
    text.append(piece, static_cast<std::size_t>(got));
  }
  FAIL("the stream did not end; it said: " << text);
  return text;
}

Pipe pipe_or_fail() {
  auto pipe = make_pipe();
  REQUIRE(pipe);
  return std::move(*pipe);
}

bool eventually(const std::function<bool()>& condition, Duration within) {
  const std::int64_t until = deadline(within);
  while (!condition())
    if (now_ns() > until) return false;
  return true;
}

Child::Child(const std::function<int()>& body) {
  m_pid = ::fork();
  if (m_pid == 0) {
    // A test program that is killed leaves no child behind.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::_exit(body());
  }
  REQUIRE(m_pid > 0);
  m_pidfd = open_pidfd(m_pid);
  REQUIRE(m_pidfd);
}

Child::~Child() {
  if (m_reaped) return;
  kill(SIGKILL);
  // By pidfd, not by pid: the code under test may have waited for it already.
  siginfo_t info{};
  ::waitid(P_PIDFD, static_cast<id_t>(m_pidfd.get()), &info, WEXITED);
}

void Child::kill(int signal) const { send_signal_by_pidfd(m_pidfd.get(), Signal{signal}); }

std::optional<int> Child::wait() {
  int status = 0;
  if (!has_ended_in_time() || ::waitpid(m_pid, &status, 0) != m_pid) return std::nullopt;
  m_reaped = true;
  return status;
}

WatchedChild::WatchedChild(const std::function<int()>& body, const std::vector<WatchedCall>& frequent)
    : m_report(pipe_or_fail()), m_go(pipe_or_fail()) {
  m_child.emplace([&] {
    const int filter = NotificationFilter(frequent).install();
    char go = 0;
    // Nothing that writes: that may be a watched call, and nobody answers yet.
    iovec number{const_cast<int*>(&filter), sizeof filter};
    if (::vmsplice(m_report.write.get(), &number, 1, 0) != sizeof filter ||
        ::read(m_go.read.get(), &go, 1) != 1)
      ::pause();  // to exit would be a call that nobody answers
    ::close(filter);
    return body();
  });
  int filter = -1;
  REQUIRE(wait_readable(m_report.read.get()));
  REQUIRE(::read(m_report.read.get(), &filter, sizeof filter) == sizeof filter);
  if (filter < 0) return;
  m_descriptor = copy_descriptor(m_child->pidfd(), filter);
  REQUIRE(m_descriptor);
  REQUIRE(::write(m_go.write.get(), "g", 1) == 1);
}

Notifications& WatchedChild::notifications() {
  if (m_notifications.fd() < 0) {
    auto notifications = Notifications::open(std::move(m_descriptor));
    REQUIRE(notifications);
    m_notifications = std::move(*notifications);
  }
  return m_notifications;
}

std::optional<Notification> WatchedChild::next() {
  if (!wait_readable(notifications().fd())) return std::nullopt;
  return notifications().receive();
}

}  // namespace clusterspec::tests
