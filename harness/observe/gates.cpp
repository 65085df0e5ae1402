#include "observe/gates.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

namespace clusterspec {
namespace {

constexpr std::array k_errors{
    std::pair{std::string_view{"EADDRINUSE"}, EADDRINUSE}, std::pair{std::string_view{"EACCES"}, EACCES},
    std::pair{std::string_view{"ENOENT"}, ENOENT}, std::pair{std::string_view{"EAGAIN"}, EAGAIN},
    std::pair{std::string_view{"ENOMEM"}, ENOMEM}};

bool means(const Target& target, Pid pid, const Cluster& cluster) {
  const auto meant = cluster.of(target);
  return std::any_of(meant.begin(), meant.end(),
                     [&](const ProcessState* p) { return p->pid == pid && p->alive(); });
}

}  // namespace

std::optional<int> injectable_error(std::string_view name) {
  for (const auto& [known, code] : k_errors)
    if (known == name) return code;
  return std::nullopt;
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
      return {&gate.hold.name, 0, {}};
  for (Injection& injection : m_injections) {
    if (injection.left == 0 || injection.inject.call != call || !means(injection.inject.of, pid, cluster))
      continue;
    --injection.left;
    return {nullptr, injectable_error(injection.inject.error).value_or(EACCES), injection.inject.error};
  }
  return {};
}

}  // namespace clusterspec
