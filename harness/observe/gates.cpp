#include "observe/gates.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

namespace clusterspec {
namespace {

bool means(const Target& target, Pid pid, const Cluster& cluster) {
  const auto meant = cluster.of(target);
  return std::any_of(meant.begin(), meant.end(),
                     [&](const ProcessState* p) { return p->pid == pid && p->alive(); });
}

}  // namespace

int errno_of(CallError error) {
  switch (error) {
    case CallError::address_in_use:
      return EADDRINUSE;
    case CallError::access_denied:
      return EACCES;
    case CallError::no_such_file:
      return ENOENT;
    case CallError::try_again:
      return EAGAIN;
    case CallError::no_memory:
      return ENOMEM;
    case CallError::too_many_files:
      return EMFILE;
    case CallError::file_table_full:
      return ENFILE;
    case CallError::connection_aborted:
      return ECONNABORTED;
    case CallError::broken_pipe:
      return EPIPE;
  }
  return EINVAL;
}

bool Gates::any_at(Call call) const {
  return std::any_of(m_holds.begin(), m_holds.end(),
                     [&](const Gate& gate) { return gate.hold.call == call; }) ||
         std::any_of(m_injections.begin(), m_injections.end(),
                     [&](const Injection& injection) { return injection.inject.call == call; });
}

void Gates::open(const std::string& gate) {
  for (Gate& one : m_holds)
    if (one.hold.name == gate) one.closed = false;
}

bool Gates::closed(const std::string& gate) const {
  return std::any_of(m_holds.begin(), m_holds.end(),
                     [&](const Gate& g) { return g.closed && g.hold.name == gate; });
}

std::vector<std::string> Gates::closed_gates() const {
  std::vector<std::string> names;
  for (const Gate& gate : m_holds)
    if (gate.closed) names.push_back(gate.hold.name);
  return names;
}

Gates::Decision Gates::decide(Call call, Pid pid, const Cluster& cluster) {
  for (const Gate& gate : m_holds)
    if (gate.closed && gate.hold.call == call && means(gate.hold.of, pid, cluster))
      return {&gate.hold.name, {}};
  for (Injection& injection : m_injections) {
    const bool due = injection.inject.always || injection.left > 0;
    if (!due || injection.inject.call != call || !means(injection.inject.of, pid, cluster)) continue;
    if (!injection.inject.always) --injection.left;
    return {nullptr, injection.inject.error};
  }
  return {};
}

}  // namespace clusterspec
