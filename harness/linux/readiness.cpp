#include "linux/readiness.hpp"

#include <poll.h>
#include <sys/epoll.h>

namespace clusterspec {

const std::uint32_t k_readable = EPOLLIN | EPOLLRDHUP;
const std::uint32_t k_writable = EPOLLOUT;

bool is_hangup(std::uint32_t events) { return (events & (EPOLLHUP | EPOLLERR)) != 0; }
bool is_end_of_stream(std::uint32_t events) { return (events & EPOLLRDHUP) && !is_hangup(events); }
bool is_readable(std::uint32_t events) { return (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0; }

std::vector<std::uint32_t> events_now(const std::vector<int>& fds) {
  std::vector<pollfd> polls;
  polls.reserve(fds.size());
  for (const int fd : fds) polls.push_back({fd, POLLIN, 0});
  ::poll(polls.data(), polls.size(), 0);
  std::vector<std::uint32_t> events;
  events.reserve(fds.size());
  // The same bits as those of epoll (epoll_ctl(2)).
  for (const pollfd& poll : polls) events.push_back(static_cast<std::uint16_t>(poll.revents));
  return events;
}

}  // namespace clusterspec
