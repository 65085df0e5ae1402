// observe/: facts of the kernel become events. Nothing here judges, and nothing waits: each class is told by
// the loop that something is ready, and records what it finds.
#pragma once

#include <functional>

#include "model/cluster.hpp"

namespace clusterspec {

// Gives every event its number and time, keeps the cluster up to date, and hands the event on.
class Recorder {
 public:
  using Sink = std::function<void(const Event& event, int number)>;
  explicit Recorder(Sink sink);

  int record(Source source, What what);

  const Cluster& cluster() const { return m_cluster; }
  int next_number() const { return m_next; }
  std::int64_t began() const { return m_began; }  // monotonic ns
  std::int64_t since_begin() const;               // ns

 private:
  Sink m_sink;
  Cluster m_cluster;
  std::int64_t m_began;
  int m_next = 0;
};

}  // namespace clusterspec
