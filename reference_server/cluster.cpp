#include "reference_server/cluster.hpp"

#include <signal.h>

#include <algorithm>
#include <asio/post.hpp>
#include <utility>

#include "reference_server/message.hpp"
#include "reference_server/signals.hpp"

namespace reference_server {

Cluster::Cluster(asio::io_context& context, const Policy& policy, Log& log, Plan plan)
    : m_context(context), m_policy(policy), m_log(log), m_plan(std::move(plan)) {}

void Cluster::start(std::function<void()> started) {
  m_started = std::move(started);
  m_left = m_plan.count;
  start_next();
}

void Cluster::start_next() {
  if (m_left == 0) return m_started();
  asio::post(m_context, [this] {
    if (m_stopped || interrupt_is_pending()) return;
    --m_left;
    start_one();
    start_next();
  });
}

void Cluster::start_one() {
  auto path = m_policy.executable(m_plan.argv0);
  auto pid = start_from(path);
  if (!pid && path) {
    // The file may have gone between the two steps; then its path is another one by now.
    auto other = m_policy.executable(m_plan.argv0);
    if (other && *other != *path) {
      path = std::move(other);
      pid = start_from(path);
    }
  }
  if (!pid && pid.error() == std::errc::operation_canceled) return;  // an interrupt came first
  if (!pid) {
    complain(m_plan.program, "cannot start a worker: " + path.value_or("own executable not found") + ": " +
                                 pid.error().message());
    return;
  }
  m_living.push_back(*pid);
  if (auto line = m_policy.started_line(*pid); !line.empty()) m_log.line(std::move(line));
}

tl::expected<pid_t, std::error_code> Cluster::start_from(
    const tl::expected<std::string, std::error_code>& path) const {
  if (!path) return tl::unexpected(path.error());
  Launch launch = m_plan.launch;
  launch.path = *path;
  launch.arguments.insert(launch.arguments.begin(), *path);
  return m_policy.start_worker(launch);
}

void Cluster::wait_for_all(std::function<void()> ended) {
  m_stopped = true;
  m_ended = std::move(ended);
  check_ended();
}

void Cluster::reap() {
  while (const auto end = m_policy.next_ended(m_living)) {
    const auto found = std::find(m_living.begin(), m_living.end(), end->pid);
    if (found == m_living.end()) continue;  // a child that others left to this process
    m_living.erase(found);
    auto line = m_policy.ended_line(*end);
    if (!line.empty()) m_log.line(std::move(line));
    if (!m_stopped && m_policy.after_worker(*end) == AfterWorker::start_another) start_one();
  }
  check_ended();
}

void Cluster::check_ended() {
  if (m_stopped && m_living.empty() && m_ended) std::exchange(m_ended, nullptr)();
}

}  // namespace reference_server
