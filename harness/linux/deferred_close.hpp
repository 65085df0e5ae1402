// Closes descriptors whose close the kernel makes wait, where nobody waits for it.
#pragma once

#include "linux/fd.hpp"
#include "model/units.hpp"

namespace clusterspec {

// The close of a packet socket waits for a grace period of RCU (packet_release in net/packet/af_packet.c;
// 16 ms on the machine where it was measured), and so does the exit of a process that has one open. A process
// of its own takes such descriptors and closes each in a thread of its own, since those waits end together.
class DeferredClose {
 public:
  // Forked from here; the caller must have one thread. The kernel ends it with us (PR_SET_PDEATHSIG,
  // prctl(2)).
  static Result<DeferredClose> start();

  DeferredClose() = default;
  DeferredClose(DeferredClose&&) = default;
  DeferredClose& operator=(DeferredClose&& other) noexcept;
  ~DeferredClose() { end(); }

  // What `close_elsewhere` takes, in any process that has it; -1: none was started.
  int socket() const { return m_socket.get(); }

  // Returns when all that it was given is closed and it is gone.
  void end();

 private:
  Fd m_socket;
  Pid m_pid = 0;
};

// Never waits for the one at the socket: where it takes no more, or is none (-1), the descriptor is closed
// here.
void close_elsewhere(int socket, Fd fd);

}  // namespace clusterspec
