#include "observe/recorder.hpp"

#include "linux/fd.hpp"

namespace clusterspec {

Recorder::Recorder(Sink sink) : m_sink(std::move(sink)), m_began(now_ns()) {}

std::int64_t Recorder::since_begin() const { return now_ns() - m_began; }

int Recorder::record(Source source, What what) {
  const Event event{since_begin(), source, std::move(what)};
  const int number = m_next++;
  m_cluster.apply(event, number);
  m_sink(event, number);
  return number;
}

}  // namespace clusterspec
