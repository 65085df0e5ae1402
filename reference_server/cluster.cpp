#include "reference_server/cluster.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <asio/post.hpp>
#include <utility>

#include "reference_server/message.hpp"
#include "reference_server/signals.hpp"

namespace reference_server {
namespace {

using namespace std::chrono_literals;

// A worker that has lived for so long has not ended because it cannot start.
constexpr auto k_quick_end = 5s;

// What a worker that keeps to its own grace period needs to end after it.
constexpr auto k_after_grace = 100ms;

}  // namespace

Cluster::Cluster(asio::io_context& context, const Policy& policy, Log& log, Plan plan, Handlers handlers)
    : m_context(context),
      m_policy(policy),
      m_log(log),
      m_plan(std::move(plan)),
      m_handlers(std::move(handlers)),
      m_places(static_cast<std::size_t>(m_plan.count)) {}

void Cluster::start(std::function<void()> started) {
  m_started = std::move(started);
  m_left = m_plan.count;
  start_next();
}

void Cluster::start_next() {
  if (m_left == 0) return m_started();
  asio::post(m_context, [this] {
    if (m_stopped || interrupt_is_pending()) return;
    start_in(m_plan.count - m_left--);
    start_next();
  });
}

void Cluster::start_in(int place) {
  const pid_t pid = start_one(place);
  give_place(place, pid);
  if (pid == 0 && !m_stopped && m_policy.after_failed_start == AfterWorker::start_another) {
    restart(place, 0s);
  }
}

pid_t Cluster::start_beside(int place) { return start_one(place); }

void Cluster::give_place(int place, pid_t pid) {
  auto& owner = m_places[static_cast<std::size_t>(place)];
  owner.worker = pid;
  if (owner.restart) owner.restart->cancel();
}

pid_t Cluster::start_one(int place) {
  const bool wants_channel =
      m_policy.signals.reload != 0 || m_policy.listener_close == ListenerClose::lossless;
  auto ends = wants_channel ? open_channel() : ChannelEnds{-1, -1};
  auto path = m_policy.executable(m_plan.argv0);
  auto pid = ends ? start_from(path, ends->workers) : tl::unexpected(ends.error());
  if (!pid && path && ends) {
    // The file may have gone between the two steps; then its path is another one by now.
    auto other = m_policy.executable(m_plan.argv0);
    if (other && *other != *path) {
      path = std::move(other);
      pid = start_from(path, ends->workers);
    }
  }
  if (ends && ends->workers >= 0) close(ends->workers);
  if (!pid) {
    if (ends && ends->launchers >= 0) close(ends->launchers);
    if (pid.error() == std::errc::operation_canceled) return 0;  // an interrupt came first
    ++m_losses.not_started;
    complain(m_plan.program, "cannot start a worker: " + path.value_or("own executable not found") + ": " +
                                 pid.error().message());
    return 0;
  }
  m_living.push_back(*pid);
  auto& worker = m_workers.emplace_back(Worker{*pid, place, Clock::now(), nullptr, nullptr});
  if (ends->launchers >= 0) {
    worker.channel =
        Channel::take(m_context, ends->launchers,
                      [this, pid = *pid](std::optional<Message> message) { heard(pid, message); });
  }
  if (auto line = m_policy.started_line(*pid); !line.empty()) m_log.line(std::move(line));
  return *pid;
}

tl::expected<pid_t, std::error_code> Cluster::start_from(
    const tl::expected<std::string, std::error_code>& path, int channel) const {
  if (!path) return tl::unexpected(path.error());
  Launch launch = m_plan.launch;
  launch.path = *path;
  launch.arguments.insert(launch.arguments.begin(), *path);
  launch.channel = channel;
  return m_policy.start_worker(launch);
}

void Cluster::restart(int place, Clock::duration lived) {
  auto& owner = m_places[static_cast<std::size_t>(place)];
  if (lived >= k_quick_end) owner.quick_ends = 0;
  const auto delay = m_policy.restart_delay(owner.quick_ends++);
  // A start that failed is never repeated at once: it would fail for the same reason.
  if (delay == 0ms && lived > 0s) return start_in(place);
  const auto wait = std::max<std::chrono::milliseconds>(delay, 1ms);
  if (delay > 0ms) m_log.line(" > another worker starts in " + std::to_string(wait.count()) + " ms");
  if (!owner.restart) owner.restart = std::make_unique<asio::steady_timer>(m_context);
  owner.restart->expires_after(wait);
  owner.restart->async_wait([this, place](const asio::error_code& error) {
    if (!error && !m_stopped && worker_at(place) == 0) start_in(place);
  });
}

void Cluster::heard(pid_t pid, std::optional<Message> message) {
  const Worker* worker = find(pid);
  if (worker == nullptr || !message) return;  // of its end wait(2) tells
  switch (*message) {
    case Message::listens:
      return m_handlers.listens(pid);
    case Message::wants_to_close:
      if (m_handlers.steer()) {
        m_steered_for.insert(pid);
        worker->channel->send(Message::steered);
      } else {
        worker->channel->send(Message::not_steered);
      }
      return;
    case Message::listener_closed:
      steered_no_more_for(pid);
      return m_handlers.listener_closed(pid);
    case Message::steered:
    case Message::not_steered:
      return;
  }
}

void Cluster::steered_no_more_for(pid_t pid) {
  if (m_steered_for.erase(pid) > 0 && m_steered_for.empty()) m_handlers.steer_no_more();
}

Cluster::Worker* Cluster::find(pid_t pid) {
  const auto found =
      std::find_if(m_workers.begin(), m_workers.end(), [&](const auto& worker) { return worker.pid == pid; });
  return found == m_workers.end() ? nullptr : &*found;
}

void Cluster::drain(pid_t pid) {
  Worker* worker = find(pid);
  if (worker == nullptr) return;
  kill(pid, drain_signal());
  if (!m_policy.grace_period) return;
  worker->deadline = std::make_unique<asio::steady_timer>(m_context);
  worker->deadline->expires_after(*m_policy.grace_period + k_after_grace);
  worker->deadline->async_wait([this, pid](const asio::error_code& error) {
    if (error || find(pid) == nullptr) return;
    m_log.line(" ! grace period is over, worker " + std::to_string(pid) + " killed");
    m_policy.kill_worker(pid);
  });
}

void Cluster::kill_all(std::string_view why) {
  for (const pid_t pid : m_living) {
    m_log.line(" ! " + std::string(why) + ", worker " + std::to_string(pid) + " killed");
    m_policy.kill_worker(pid);
  }
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
    const Worker* worker = find(end->pid);
    const int place = worker->place;
    const auto lived = Clock::now() - worker->started;
    m_workers.remove_if([&](const auto& other) { return other.pid == end->pid; });
    auto line = m_policy.ended_line(*end);
    if (!line.empty()) m_log.line(std::move(line));
    if (end->status != 0) ++m_losses.failed;
    steered_no_more_for(end->pid);
    // A reload may give the place to another worker.
    m_handlers.ended(end->pid);
    if (worker_at(place) != end->pid) continue;
    give_place(place, 0);
    if (!m_stopped && m_policy.after_worker(*end) == AfterWorker::start_another) restart(place, lived);
  }
  check_ended();
}

void Cluster::check_ended() {
  if (m_stopped && m_living.empty() && m_ended) std::exchange(m_ended, nullptr)();
}

}  // namespace reference_server
