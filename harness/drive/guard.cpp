#include "drive/guard.hpp"

#include <fmt/format.h>

#include "linux/procfs.hpp"

namespace clusterspec {
namespace {

// A case's descriptors suffice for these (RLIMIT_NOFILE is 1,024 where nobody raised it).
constexpr int k_processes = 512;
// Below the pid_max of a cell, where there is one (linux/isolation.cpp): a server of many threads is told of
// here.
constexpr int k_threads = 2500;
constexpr std::int64_t k_events = 20'000;
constexpr std::int64_t k_bytes = 16 << 20;  // of journal lines

// No call tells of a fork. A look at a cluster of five processes costs about 0.1 ms.
constexpr Duration k_interval = std::chrono::milliseconds(100);

}  // namespace

std::string to_text(const Excess& excess) {
  return fmt::format("the server had {} {}, the limit is {}: it was stopped", excess.count, excess.of,
                     excess.limit);
}

Guard::Guard(Loop& loop) : m_loop(loop), m_most_processes(k_processes) { look_again(); }

Guard::~Guard() { m_loop.cancel(m_timer); }

void Guard::expect(int processes) { m_most_processes += 2 * processes; }

void Guard::count(const Event& event, std::size_t bytes) {
  // Printed lines have limits of their own (observe/output.cpp), and no more is done with those beyond.
  if (event.source == Source::driver || event.source == Source::probe || event.source == Source::output)
    return;
  ++m_events;
  m_bytes += static_cast<std::int64_t>(bytes);
  limit("events", m_events, k_events);
  limit("bytes of events", m_bytes, k_bytes);
}

void Guard::look_again() {
  const Population now = population();
  limit("processes", now.processes, m_most_processes);
  limit("threads", now.threads, k_threads);
  m_timer = m_loop.after(k_interval, [this] { look_again(); });
}

void Guard::limit(const char* of, std::int64_t count, std::int64_t most) {
  if (count > most && !m_excess) m_excess = Excess{of, count, most};
}

}  // namespace clusterspec
