#include "drive/guard.hpp"

#include <fmt/format.h>

#include "linux/process.hpp"
#include "linux/readiness.hpp"
#include "linux/stream.hpp"

namespace clusterspec {
namespace {

// Below the pid_max of a cell, where there is one (linux/isolation.cpp): a server of many threads is told of
// here.
constexpr int k_threads = 2500;
constexpr std::int64_t k_events = 10'000;
constexpr std::int64_t k_bytes = 16 << 20;  // of journal lines

// No call tells of a fork. A look at a cluster of five processes costs about 0.1 ms. With looks every 50 ms
// servers that do nothing but fork were noticed with 1,400 to 2,600 processes
// (harness/tests/hostile_servers.py; Intel Xeon, 2 processors, Linux 6.18.44).
constexpr Duration k_interval = std::chrono::milliseconds(8);

// One look of so many asks for all pids. Between two of them nobody gives out as many as there are.
constexpr int k_looks_of_a_sweep = 48;

}  // namespace

std::string to_text(const Excess& excess) {
  return fmt::format("the server had {} {}, the limit is {}: it was stopped", excess.count, excess.of,
                     excess.limit);
}

Guard::~Guard() {
  if (m_sentinel) m_loop.forget(m_sentinel->fd());
}

Result<void> Guard::start() {
  auto sentinel = Sentinel::start(k_interval, [this] { return look(); });
  if (!sentinel) return tl::unexpected(sentinel.error());
  m_sentinel = std::move(*sentinel);
  m_loop.watch(m_sentinel->fd(), k_readable, [this](std::uint32_t) {
    char told = 0;
    (void)read_some(m_sentinel->fd(), &told, 1);
    m_loop.forget(m_sentinel->fd());
    if (!m_excess) m_excess = m_found;
  });
  return {};
}

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

bool Guard::look() {
  const int most = m_most_processes;
  const Population now =
      m_census.count(most, ++m_looks % k_looks_of_a_sweep == 0 ? Sweep::all_pids : Sweep::up_to_last_pid);
  if (now.processes <= most && now.threads <= k_threads) return false;
  m_found = now.processes > most ? Excess{"processes", now.processes, most}
                                 : Excess{"threads", now.threads, k_threads};
  stop_descendants();
  return true;
}

void Guard::limit(const char* of, std::int64_t count, std::int64_t most) {
  if (count > most && !m_excess) m_excess = Excess{of, count, most};
}

}  // namespace clusterspec
