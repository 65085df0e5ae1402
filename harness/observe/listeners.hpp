// Listening sockets: opened, queued on, closed, and which of them a connection reached.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "linux/inet_diag.hpp"
#include "linux/loop.hpp"
#include "linux/procfs.hpp"
#include "observe/processes.hpp"

namespace clusterspec {

class ListenerWatch {
 public:
  // Only listeners on `port` are recorded where the network namespace is shared with others; 0: all are ours.
  static Result<std::unique_ptr<ListenerWatch>> open(Loop& loop, Recorder& recorder, ProcessWatch& processes,
                                                     int port);
  ~ListenerWatch();

  // A socket (a copy of the process's own) on which the process is about to listen, or already does: marks it
  // and records it, once. Gives false if it is no TCP socket.
  bool opened(int socket, Pid pid, int backlog, Source source);

  // A dump of all listeners; with holders when `whole` (slower: reads every process's descriptors).
  void look(const std::string& occasion, bool whole);

  // Looks again for new and vanished ones: the fallback where calls cannot be watched.
  void poll();

  const ListenerState* by_mark(int mark) const;
  bool listening(SocketCookie socket);  // asks the kernel
  InetDiag& diag() { return m_diag; }

 private:
  ListenerWatch(Loop& loop, Recorder& recorder, ProcessWatch& processes, int port, InetDiag diag)
      : m_loop(loop), m_recorder(recorder), m_processes(processes), m_port(port), m_diag(std::move(diag)) {}
  std::vector<ListenerSeen> ours();
  void found_by_polling(const ListenerSeen& seen, const std::vector<SocketHolder>& holders);
  void on_destroyed();

  Loop& m_loop;
  Recorder& m_recorder;
  ProcessWatch& m_processes;
  int m_port;
  InetDiag m_diag;
  std::optional<DestroyedSockets> m_destroyed;
  std::map<int, SocketCookie> m_marks;
  int m_next_mark = 1;
};

}  // namespace clusterspec
