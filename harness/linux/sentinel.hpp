// Looks again and again while the processor belongs to others.
#pragma once

#include <functional>
#include <memory>
#include <thread>

#include "linux/fd.hpp"
#include "model/units.hpp"

namespace clusterspec {

// A thread that calls `look` every `interval` until it gives true. It runs as SCHED_RR (sched(7)) where the
// kernel lets us: among a thousand runnable processes, each in a session of its own (autogroup), an ordinary
// thread waits for seconds. What `look` does must be little, and safe beside the rest of the process.
class Sentinel {
 public:
  static Result<std::unique_ptr<Sentinel>> start(Duration interval, std::function<bool()> look);
  ~Sentinel();
  Sentinel(const Sentinel&) = delete;
  Sentinel& operator=(const Sentinel&) = delete;

  int fd() const { return m_told.read.get(); }  // readable once `look` gave true

 private:
  Sentinel(Pipe stop, Pipe told) : m_stop(std::move(stop)), m_told(std::move(told)) {}
  void run(Duration interval, const std::function<bool()>& look);

  Pipe m_stop, m_told;
  std::thread m_thread;
};

}  // namespace clusterspec
