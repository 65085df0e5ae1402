// A wire between two packet descriptors: what is read from the one is written to the other, a while later.
#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "linux/fd.hpp"
#include "model/link.hpp"

namespace clusterspec {

// Each read and each write is one packet, as of TUN devices and of sockets that keep boundaries. Packets keep
// their order in each direction. Which of them are lost is drawn from numbers that are the same in each run;
// which packet comes when is not.
//
// A thread and no process: it is no descendant that would be counted, stopped or killed with the server's. It
// runs as SCHED_RR where the kernel lets us: a busy machine must not make the link longer.
class Relay {
 public:
  // Takes over both descriptors.
  static Result<std::unique_ptr<Relay>> start(Fd one, Fd other, const Link& link);
  ~Relay();  // at once: what is under way is lost
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  // Packets that the far end did not take (not those that the link's loss took).
  std::int64_t overflow() const { return m_overflow; }

 private:
  Relay(Fd one, Fd other, Pipe stop)
      : m_one(std::move(one)), m_other(std::move(other)), m_stop(std::move(stop)) {}
  void run(const Link& link);

  Fd m_one, m_other;
  Pipe m_stop;
  std::atomic<std::int64_t> m_overflow = 0;
  std::thread m_thread;
};

}  // namespace clusterspec
