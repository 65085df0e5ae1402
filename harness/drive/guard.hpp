// What a server may use before its case is ended in the middle. Far beyond what any server needs: the limits
// are there so that one that forks, executes or listens without end costs its own case and not the machine,
// the memory or the disk.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "linux/loop.hpp"
#include "model/event.hpp"

namespace clusterspec {

struct Excess {
  std::string of;  // as in Runaway
  std::int64_t count = 0, limit = 0;
};

std::string to_text(const Excess& excess);

class Guard {
 public:
  explicit Guard(Loop& loop);
  ~Guard();
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  // So many more processes of a server were asked for.
  void expect(int processes);
  int most_processes() const { return m_most_processes; }

  // Counts what the server caused; our own steps and connections are as many as the scenario wants.
  void count(const Event& event, std::size_t bytes);

  // The first limit that was crossed. From then on nothing is counted any more.
  const std::optional<Excess>& excess() const { return m_excess; }

 private:
  void look_again();
  void limit(const char* of, std::int64_t count, std::int64_t most);

  Loop& m_loop;
  Loop::TimerId m_timer = 0;
  int m_most_processes;
  std::int64_t m_events = 0, m_bytes = 0;
  std::optional<Excess> m_excess;
};

}  // namespace clusterspec
