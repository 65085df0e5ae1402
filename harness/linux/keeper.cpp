#include "linux/keeper.hpp"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

#include "linux/readiness.hpp"

#ifdef __SANITIZE_THREAD__
// To it a number means the same descriptor in each thread.
extern "C" const char* __tsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __tsan_default_suppressions() { return "race:clusterspec::Keeper::run"; }
#endif

namespace clusterspec {
namespace {

constexpr std::uint64_t k_has_a_table = 1;
// Beside the sockets: its own end, its epoll, and what is on its way to it.
constexpr std::size_t k_spare = 16;

std::size_t most_descriptors() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  return files.rlim_cur;
}

// What the thread has. All of it is closed with its table, at its end.
class Table {
 public:
  explicit Table(int socket) : m_socket(socket), m_epoll(::epoll_create1(EPOLL_CLOEXEC)) { watch(socket); }

  void serve() {
    std::array<epoll_event, 64> ready;
    for (;;) {
      const int count = ::epoll_wait(m_epoll, ready.data(), static_cast<int>(ready.size()), -1);
      for (int i = 0; i < count; ++i) {
        const int fd = ready[static_cast<std::size_t>(i)].data.fd;
        if (fd != m_socket)
          give_back(fd);
        else if (!obey())
          return;
      }
    }
  }

 private:
  void watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLRDHUP;
    event.data.fd = fd;
    ::epoll_ctl(m_epoll, EPOLL_CTL_ADD, fd, &event);
  }
  bool obey() {
    auto order = receive_passed(m_socket, true);
    if (!order) return false;
    if (order->fd) {
      const int fd = order->fd.release();
      m_keys[fd] = order->word;
      m_sockets[order->word] = fd;
      watch(fd);
    } else if (const auto it = m_sockets.find(order->word); it != m_sockets.end()) {
      give_back(it->second);
    }
    return true;
  }
  void give_back(int fd) {
    // In the same batch it may have been asked for.
    const auto it = m_keys.find(fd);
    if (it == m_keys.end()) return;
    const std::uint64_t key = it->second;
    m_keys.erase(it);
    m_sockets.erase(key);
    ::epoll_ctl(m_epoll, EPOLL_CTL_DEL, fd, nullptr);
    pass(m_socket, key, fd, true);
    ::close(fd);
  }

  int m_socket, m_epoll;
  std::unordered_map<int, std::uint64_t> m_keys;
  std::unordered_map<std::uint64_t, int> m_sockets;
};

}  // namespace

Result<std::unique_ptr<Keeper>> Keeper::start(Loop& loop, Returned returned) {
  auto sockets = make_socket_pair(false);
  if (!sockets) return tl::unexpected(sockets.error());
  std::unique_ptr<Keeper> keeper(new Keeper(loop, std::move(*sockets), std::move(returned)));
  const auto said = receive_passed(keeper->m_sockets.ours.get(), true);
  if (!said || said->word != k_has_a_table)
    return failure(ErrorKind::harness, "a thread got no table of descriptors of its own");
  loop.watch(keeper->m_sockets.ours.get(), k_readable, [raw = keeper.get()](std::uint32_t) {
    // Those that have come are looked at before more do: each takes up a descriptor until then.
    raw->receive(false);
    raw->hand_out();
  });
  return keeper;
}

Keeper::Keeper(Loop& loop, SocketPair sockets, Returned returned)
    : m_loop(loop),
      m_sockets(std::move(sockets)),
      m_returned(std::move(returned)),
      m_most(most_descriptors() - k_spare),
      m_thread([this] { run(); }) {}

Keeper::~Keeper() {
  m_loop.cancel(m_soon);
  m_loop.forget(m_sockets.ours.get());
  // Not by closing: a process between its fork and its execve has a copy of this end. And the thread may be
  // waiting for us to take what it gives back.
  ::shutdown(m_sockets.ours.get(), SHUT_RDWR);
  m_thread.join();
}

void Keeper::run() {
  const auto theirs = static_cast<unsigned>(m_sockets.theirs.get());
  const bool own = ::close_range(theirs + 1, ~0U, CLOSE_RANGE_UNSHARE) == 0;
  if (own && theirs > 0) ::close_range(0, theirs - 1, 0);
  pass(m_sockets.theirs.get(), own ? k_has_a_table : 0, -1, true);
  if (!own) return;
  Table(m_sockets.theirs.get()).serve();
}

int Keeper::tell(std::uint64_t key, int fd) {
  for (;;) {
    const int failure = pass(m_sockets.ours.get(), key, fd, false);
    if (failure != -EAGAIN) return failure;
    // It may itself be waiting for us to take what it gives back.
    pollfd poll{m_sockets.ours.get(), POLLIN | POLLOUT, 0};
    ::poll(&poll, 1, -1);
    receive(false);
  }
}

bool Keeper::keep(std::uint64_t key, Fd& fd) {
  if (tell(key, fd.get()) != 0) return false;
  fd.reset();
  m_kept.insert(key);
  return true;
}

bool Keeper::receive(bool may_wait) {
  auto passed = receive_passed(m_sockets.ours.get(), may_wait);
  if (!passed) return false;
  m_kept.erase(passed->word);
  m_back.push_back(std::move(*passed));
  if (!m_soon)
    m_soon = m_loop.after(Duration{0}, [this] {
      m_soon = 0;
      hand_out();
    });
  return true;
}

void Keeper::hand_out() {
  for (Passed& passed : std::exchange(m_back, {})) m_returned(passed.word, std::move(passed.fd));
}

Fd Keeper::take_back(std::uint64_t key) {
  if (m_kept.contains(key)) tell(key, -1);
  for (;;) {
    const auto it =
        std::find_if(m_back.begin(), m_back.end(), [&](const Passed& one) { return one.word == key; });
    if (it != m_back.end()) {
      Fd fd = std::move(it->fd);
      m_back.erase(it);
      return fd;
    }
    if (!receive(true)) return Fd();
  }
}

}  // namespace clusterspec
