// Events of a case as lines of text.
#pragma once

#include <string>
#include <vector>

#include "model/cluster.hpp"
#include "model/verdict.hpp"

namespace clusterspec {

// Tells one case's events. Keep the result alive as long as this.
class EventTeller {
 public:
  explicit EventTeller(const CaseResult& result)
      : m_journal(result.journal), m_told(result.told), m_cluster(Cluster::of(result.journal)) {}

  // "+12.345 ms  process 7 ended: exit code 0  (worker 1)", safe and cut at `columns`. An event that is not
  // in the journal (a case that passed keeps none) says so.
  std::string line(int number, std::size_t columns) const;

  // "#12  +12.345 ms  …" for at most `limit` of these events, the numbers aligned; what is left out is
  // counted in a last line.
  std::vector<std::string> lines(const std::vector<int>& numbers, std::size_t limit,
                                 std::size_t columns) const;

  // The numbers of the last `limit` events.
  std::vector<int> last(std::size_t limit) const;

  // "launcher is 6, worker 1 is 7"; empty if the journal shows no launch.
  std::string who_is_who() const;

 private:
  const Journal& m_journal;
  const std::map<int, ToldEvent>& m_told;
  Cluster m_cluster;
};

}  // namespace clusterspec
