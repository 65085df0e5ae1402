#include "evidence.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "text.hpp"

namespace clusterspec {
namespace {

// "launcher", "worker 2", "second/worker 1"; empty for any other process.
std::string role_of(const ProcessState& process) {
  if (!process.launcher && process.ordinal == 0) return {};
  const std::string prefix = process.instance == k_first_instance ? "" : process.instance + "/";
  return prefix + (process.launcher ? std::string("launcher") : fmt::format("worker {}", process.ordinal));
}

std::string role_of(Pid pid, const Cluster& cluster) {
  const ProcessState* process = cluster.process(pid);
  return process ? role_of(*process) : std::string();
}

// An event names pids and sockets; whose they are only the whole journal knows.
std::string whose(const Event& event, const Cluster& cluster) {
  return std::visit(
      [&](const auto& e) -> std::string {
        using E = std::decay_t<decltype(e)>;
        if constexpr (std::is_same_v<E, ListenerClosed>) {
          const ListenerState* listener = cluster.listener(e.socket);
          const std::string role = listener ? role_of(listener->facts.pid, cluster) : "";
          return role.empty() ? role : "listener of " + role;
        } else if constexpr (std::is_same_v<E, Signalled>) {
          const std::string role = role_of(e.target < 0 ? -e.target : e.target, cluster);
          return role.empty() || e.target > 0 ? role : "group of " + role;
        } else if constexpr (std::is_same_v<E, Output>) {
          return role_of(e.writer, cluster);
        } else if constexpr (requires { e.pid; } && !std::is_same_v<E, Launched>) {
          return role_of(e.pid, cluster);
        } else {
          return {};
        }
      },
      event.what);
}

}  // namespace

std::string EventTeller::line(int number, std::size_t columns) const {
  if (const auto told = m_told.find(number); told != m_told.end())
    return cut(one_line(told->second.text), columns);
  if (number < 0 || static_cast<std::size_t>(number) >= m_journal.size())
    return m_journal.empty() ? "(the journal of this case was not kept)" : "(not in the journal)";
  const Event& event = m_journal[static_cast<std::size_t>(number)];
  const std::string role = one_line(whose(event, m_cluster));
  const std::string suffix = role.empty() ? "" : "  (" + role + ")";
  return cut(one_line(to_text(event)), columns - std::min(columns, columns_of(suffix))) + suffix;
}

std::vector<std::string> EventTeller::lines(const std::vector<int>& numbers, std::size_t limit,
                                            std::size_t columns) const {
  const std::size_t shown = std::min(limit, numbers.size());
  std::size_t width = 0;
  for (std::size_t i = 0; i < shown; ++i) width = std::max(width, fmt::formatted_size("#{}", numbers[i]));
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < shown; ++i)
    lines.push_back(
        fmt::format("{:<{}}  {}", fmt::format("#{}", numbers[i]), width, line(numbers[i], columns)));
  if (shown < numbers.size())
    lines.push_back(fmt::format("and {} more, the last is #{}", counted(numbers.size() - shown, "event"),
                                numbers.back()));
  return lines;
}

std::vector<int> EventTeller::last(std::size_t limit) const {
  std::vector<int> numbers;
  const std::size_t size = m_journal.size();
  for (std::size_t i = size - std::min(limit, size); i < size; ++i) numbers.push_back(static_cast<int>(i));
  return numbers;
}

std::string EventTeller::who_is_who() const {
  constexpr int k_most = 16;
  std::string text;
  int named = 0;
  for (const ProcessState& process : m_cluster.processes()) {
    const std::string role = role_of(process);
    if (role.empty() || ++named > k_most) continue;
    text += fmt::format("{}{} is {}", text.empty() ? "" : ", ", role, process.pid);
  }
  if (named > k_most) text += fmt::format(" and {} more", named - k_most);
  return one_line(text);
}

}  // namespace clusterspec
