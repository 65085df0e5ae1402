#include "observe/listeners.hpp"

#include <algorithm>

#include "linux/procfs.hpp"
#include "linux/readiness.hpp"
#include "linux/tcp.hpp"

namespace clusterspec {

Result<std::unique_ptr<ListenerWatch>> ListenerWatch::open(Loop& loop, Recorder& recorder,
                                                           ProcessWatch& processes, int port) {
  auto diag = InetDiag::open();
  if (!diag) return tl::unexpected(diag.error());
  std::unique_ptr<ListenerWatch> watch(new ListenerWatch(loop, recorder, processes, port, std::move(*diag)));
  if (auto destroyed = DestroyedSockets::open()) {
    watch->m_destroyed = std::move(*destroyed);
    loop.watch(watch->m_destroyed->fd(), k_readable,
               [raw = watch.get()](std::uint32_t) { raw->on_destroyed(); });
  }
  return watch;
}

ListenerWatch::~ListenerWatch() {
  if (m_destroyed) m_loop.forget(m_destroyed->fd());
}

std::vector<ListenerSeen> ListenerWatch::ours() {
  std::vector<ListenerSeen> all = m_diag.listeners();
  if (m_port) std::erase_if(all, [&](const ListenerSeen& seen) { return seen.port != m_port; });
  return all;
}

bool ListenerWatch::opened(int socket, Pid pid, int backlog, Source source) {
  const ListenerFacts facts = listener_facts(socket);
  if (!facts.stream_over_ip) return false;
  const ListenerState* known = m_recorder.cluster().listener(facts.cookie);
  if (known && known->open()) return true;
  const int mark = m_next_mark++;
  mark_listener(socket, mark);
  m_marks[mark] = facts.cookie;
  m_recorder.record(source, Listening{pid, facts.cookie, facts.inode, facts.address, facts.port,
                                      facts.reuse_port, mark, backlog});
  return true;
}

void ListenerWatch::look(const std::string& occasion, bool whole) {
  ListenersSeen seen{occasion, ours()};
  if (whole) {
    const std::vector<Pid> alive = m_processes.alive();
    for (const Pid pid : alive) {
      const std::vector<std::uint64_t> inodes = sockets_of(pid);
      for (ListenerSeen& listener : seen.listeners)
        if (std::find(inodes.begin(), inodes.end(), listener.inode) != inodes.end())
          listener.holders.push_back(pid);
    }
    for (ListenerSeen& listener : seen.listeners)
      if (const ListenerState* known = m_recorder.cluster().listener(listener.socket))
        listener.reuse_port = known->facts.reuse_port;
  }
  // Who ended before the dump was made is recorded before it: a listener that was closed after an end must
  // not seem to have been closed first.
  m_processes.sweep();
  m_recorder.record(Source::netlink, std::move(seen));
}

void ListenerWatch::found_by_polling(const ListenerSeen& seen, const std::vector<SocketHolder>& holders) {
  if (holders.empty()) return;  // its process is not known yet: the next poll finds it
  const Pid owner = holders.size() == 1 ? holders.front().pid : 0;
  // A copy of the socket tells what the dump does not, and takes the mark.
  const Fd copy = copy_descriptor(m_processes.pidfd(holders.front().pid), holders.front().descriptor);
  if (copy && opened(copy.get(), owner, 0, Source::polling)) return;
  m_recorder.record(Source::polling,
                    Listening{owner, seen.socket, seen.inode, seen.address, seen.port, false, 0, 0});
}

void ListenerWatch::poll() {
  const std::vector<ListenerSeen> now = ours();
  // One look at all descriptors, and only where somebody asks: a server may have thousands of listeners.
  std::optional<std::map<std::uint64_t, std::vector<SocketHolder>>> sockets;
  const auto holders_of = [&](std::uint64_t inode) -> const std::vector<SocketHolder>& {
    if (!sockets) sockets = sockets_by_inode(m_processes.alive());
    return (*sockets)[inode];
  };
  std::optional<std::vector<std::uint64_t>> own;
  for (const ListenerSeen& seen : now) {
    const ListenerState* known = m_recorder.cluster().listener(seen.socket);
    if (!known) {
      // A socket of our own (a step occupied the port), which a server holds too between our fork and its
      // exec.
      if (!own) own = sockets_of(own_pid());
      if (std::find(own->begin(), own->end(), seen.inode) == own->end())
        found_by_polling(seen, holders_of(seen.inode));
    } else if (known->facts.pid == 0) {
      // Between fork and exec a worker holds its launcher's sockets too: their one owner shows later.
      const auto& holders = holders_of(seen.inode);
      if (holders.size() != 1) continue;
      Listening owned = known->facts;
      owned.pid = holders.front().pid;
      m_recorder.record(Source::polling, owned);
    }
  }
  std::vector<SocketCookie> vanished;
  for (const ListenerState& listener : m_recorder.cluster().listeners()) {
    const bool there = std::any_of(now.begin(), now.end(), [&](const ListenerSeen& seen) {
      return seen.socket == listener.facts.socket;
    });
    if (listener.open() && !there) vanished.push_back(listener.facts.socket);
  }
  if (!vanished.empty()) m_processes.sweep();  // as in look()
  for (const SocketCookie socket : vanished) m_recorder.record(Source::polling, ListenerClosed{socket});
}

bool ListenerWatch::listening(SocketCookie socket) {
  const std::vector<ListenerSeen> now = ours();
  return std::any_of(now.begin(), now.end(), [&](const ListenerSeen& seen) { return seen.socket == socket; });
}

const ListenerState* ListenerWatch::by_mark(int mark) const {
  const auto it = m_marks.find(mark);
  return it == m_marks.end() ? nullptr : m_recorder.cluster().listener(it->second);
}

void ListenerWatch::on_destroyed() {
  bool lost = false;
  const std::vector<SocketCookie> destroyed = m_destroyed->take(lost);
  m_processes.sweep();  // as in look()
  for (const SocketCookie socket : destroyed) {
    const ListenerState* listener = m_recorder.cluster().listener(socket);
    if (listener && listener->open()) m_recorder.record(Source::netlink, ListenerClosed{socket});
  }
  // The kernel dropped reports: only a dump tells what is left.
  if (lost) look("reports lost", false);
}

}  // namespace clusterspec
