#include "reference_server/reload.hpp"

#include <signal.h>

#include <chrono>
#include <utility>

#include "reference_server/signals.hpp"

namespace reference_server {
namespace {

// For a worker's start, which takes a few milliseconds on an idle machine.
constexpr auto k_to_listen = std::chrono::seconds(10);

}  // namespace

Reload::Reload(asio::io_context& context, const Policy& policy, Cluster& cluster, Log& log)
    : m_policy(policy), m_cluster(cluster), m_log(log), m_patience(context) {}

void Reload::begin() {
  if (m_stopped) return;
  if (m_active) {
    m_again = true;
    return;
  }
  m_log.line(" > reloading");
  m_active = true;
  m_failed = false;
  m_place = -1;
  next_place();
}

void Reload::stop() {
  m_stopped = true;
  m_patience.cancel();
}

void Reload::next_place() {
  m_closing = 0;
  if (++m_place >= m_cluster.places()) return check_complete();
  switch (m_policy.replacement(m_place)) {
    case Replacement::new_then_old:
    case Replacement::new_only:
      return start_new();
    case Replacement::old_then_new:
    case Replacement::old_only:
      break;
  }
  end_old();
  if (m_policy.replacement(m_place) == Replacement::old_only) m_cluster.give_place(m_place, 0);
  if (m_closing == 0) next_place();
}

void Reload::start_new() {
  m_new = m_cluster.start_beside(m_place);
  // No failure if an interrupt came before: the cluster ends.
  if (m_new == 0) return interrupt_is_pending() ? stop() : fail("no worker could be started");
  m_patience.expires_after(k_to_listen);
  m_patience.async_wait([this, waited_for = m_new](const asio::error_code& error) {
    if (error || m_stopped || m_new != waited_for) return;
    // Its end comes back to on_ended.
    kill(m_new, SIGKILL);
  });
}

void Reload::on_listens(pid_t pid) {
  if (pid != m_new || m_stopped) return;
  m_patience.cancel();
  const pid_t fresh = std::exchange(m_new, 0);
  if (m_policy.replacement(m_place) == Replacement::new_then_old) end_old();
  m_cluster.give_place(m_place, fresh);
  if (m_closing == 0) next_place();
}

void Reload::end_old() {
  const pid_t old = m_cluster.worker_at(m_place);
  if (old == 0) return;
  m_old.insert(old);
  m_closing = old;
  m_cluster.drain(old);
}

void Reload::on_listener_closed(pid_t pid) {
  if (pid == m_closing && !m_stopped) next_place();
}

void Reload::on_ended(pid_t pid) {
  m_old.erase(pid);
  if (!m_active || m_stopped) return;
  if (pid == m_new) {
    m_new = 0;
    m_patience.cancel();
    return fail("worker " + std::to_string(pid) + " ended before it listened");
  }
  if (pid == m_closing) return next_place();
  check_complete();
}

void Reload::fail(const std::string& reason) {
  m_log.line(" ! reload failed: " + reason);
  m_failed = true;
  m_place = m_cluster.places();
  check_complete();
}

void Reload::check_complete() {
  if (!m_active || m_place < m_cluster.places() || !m_old.empty()) return;
  m_active = false;
  if (!m_failed) m_log.line(" > reload complete");
  if (std::exchange(m_again, false)) begin();
}

}  // namespace reference_server
