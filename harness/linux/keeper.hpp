// Descriptors beyond what one process may have open (RLIMIT_NOFILE, getrlimit(2)): the limit is one of each
// table of descriptors, and a thread can have a table of its own (CLOSE_RANGE_UNSHARE, close_range(2)).
#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <unordered_set>
#include <vector>

#include "linux/loop.hpp"
#include "linux/pass.hpp"

namespace clusterspec {

// A thread that keeps sockets while nothing happens on them, and gives back each that can be read or has hung
// up.
class Keeper {
 public:
  using Returned = std::function<void(std::uint64_t key, Fd)>;

  // `returned` is called from the loop.
  static Result<std::unique_ptr<Keeper>> start(Loop& loop, Returned returned);
  ~Keeper();
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  bool full() const { return m_kept.size() >= m_most; }
  // False: it could not be passed on; it is still in `fd` then, and else closed here.
  bool keep(std::uint64_t key, Fd& fd);
  // One that is kept, at once. Empty: lost, with the thread.
  Fd take_back(std::uint64_t key);

 private:
  Keeper(Loop& loop, SocketPair sockets, Returned returned);
  void run();
  int tell(std::uint64_t key, int fd);
  bool receive(bool may_wait);
  void hand_out();

  Loop& m_loop;
  SocketPair m_sockets;
  Returned m_returned;
  std::size_t m_most;
  std::unordered_set<std::uint64_t> m_kept;
  std::vector<Passed> m_back;  // have come back, and nobody has been told
  Loop::TimerId m_soon = 0;
  std::thread m_thread;
};

}  // namespace clusterspec
