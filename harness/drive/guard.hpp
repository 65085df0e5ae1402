// What a server may use before its case is ended in the middle. Far beyond what any server needs: the limits
// are there so that one that forks, executes or listens without end costs its own case and not the machine,
// the memory or the disk.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "linux/census.hpp"
#include "linux/loop.hpp"
#include "linux/sentinel.hpp"
#include "model/event.hpp"

namespace clusterspec {

struct Excess {
  std::string of;  // as in Runaway
  std::int64_t count = 0, limit = 0;
};

std::string to_text(const Excess& excess);

class Guard {
 public:
  explicit Guard(Loop& loop) : m_loop(loop) {}
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  // Begins to look at processes and threads; those of a server that has too many are stopped (SIGSTOP) at
  // once.
  Result<void> start();

  // So many more processes of a server were asked for.
  void expect(int processes);
  int most_processes() const { return m_most_processes; }

  // Counts what the server caused; our own steps and connections are as many as the scenario wants.
  void count(const Event& event, std::size_t bytes);

  // The first limit that was crossed. From then on nothing is counted any more.
  const std::optional<Excess>& excess() const { return m_excess; }

 private:
  bool look();  // by the sentinel's thread
  void limit(const char* of, std::int64_t count, std::int64_t most);

  Loop& m_loop;
  // Beyond those asked for. A case's descriptors suffice for so many (RLIMIT_NOFILE is 1,024 where nobody
  // raised it).
  std::atomic<int> m_most_processes = 256;
  Census m_census;
  int m_looks = 0;  // of the sentinel alone
  Excess m_found;   // written by the sentinel before it tells
  std::int64_t m_events = 0, m_bytes = 0;
  std::optional<Excess> m_excess;
  std::unique_ptr<Sentinel> m_sentinel;  // last: its thread uses the others
};

}  // namespace clusterspec
