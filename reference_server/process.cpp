#include "reference_server/process.hpp"

#include <unistd.h>

#include <utility>

#include "reference_server/message.hpp"
#include "reference_server/signals.hpp"
#include "reference_server/spawn.hpp"

namespace reference_server {
namespace {

using namespace std::chrono_literals;

constexpr int k_exit_cannot_listen = 1;

// Workers cut what is left when the grace period is over; those that live on so much later are killed.
constexpr auto k_workers_after_grace = 80ms;

// When they have ended the launcher, which has served until now, finishes what it can in this time.
constexpr auto k_launcher_after_workers = 20ms;

Role own_role(const Options& options) {
  if (options.workers > 0) return Role::launcher;
  return parent_runs_same_executable() ? Role::worker : Role::single;
}

}  // namespace

Process::Process(const Policy& policy, const Options& options, Cluster::Plan plan)
    : m_policy(policy),
      m_options(options),
      m_program(plan.program),
      m_role(own_role(options)),
      m_identity(make_identity(m_role, options.labels)),
      m_log(m_context, policy.write_line),
      m_server(m_context, policy, m_identity),
      m_cluster(m_context, policy, m_log, std::move(plan),
                {.listens = [this](pid_t pid) { m_reload.on_listens(pid); },
                 .listener_closed = [this](pid_t pid) { m_reload.on_listener_closed(pid); },
                 .ended = [this](pid_t pid) { m_reload.on_ended(pid); },
                 .steer = [this] { return m_server.steer_here(); },
                 .steer_no_more = [this] { m_server.steer_no_more(); }}),
      m_reload(m_context, policy, m_cluster, m_log),
      m_signals(m_context, policy.signals,
                {.interrupt = [this](int signal) { on_interrupt(signal); },
                 .drain = [this] { on_drain(); },
                 .reload =
                     [this] {
                       // Sent to the whole group it is the launcher's to handle.
                       if (m_role != Role::worker) m_reload.begin();
                     },
                 .child = [this] { m_cluster.reap(); }}),
      m_grace(m_context) {}

int Process::run() {
  m_interrupted_at_start = interrupt_is_pending();
  const bool listens_first = m_policy.start_order == StartOrder::listener_then_workers;
  if (m_role == Role::worker) join_launcher();
  if (listens_first && !listen()) return k_exit_cannot_listen;
  m_cluster.start([this, listens_first] {
    if (!listens_first && !listen()) {
      m_exit_code = k_exit_cannot_listen;
      m_context.stop();
    }
  });
  m_context.run();
  return m_exit_code;
}

bool Process::listen() {
  const Part part = m_policy.part(m_role);
  if (part == Part::nothing) return true;
  auto listener = Listener::open(
      m_context, m_options.endpoint,
      {.shared = m_policy.shares_port(m_role), .ipv6_only = m_policy.ipv6_only(m_role, m_options.endpoint)});
  if (!listener) {
    complain(m_program, listener.error());
    return false;
  }
  m_server.serve(std::move(*listener), part);
  if (m_launcher) m_launcher->send(Message::listens);
  return true;
}

void Process::on_interrupt(int signal) {
  // Told by its launcher before: this is the same end, announced already.
  if (++m_interrupts == 1 && m_drained) return;
  const bool while_starting = m_cluster.starting() || std::exchange(m_interrupted_at_start, false);
  carry_out(
      m_policy.on_interrupt({m_interrupts, m_server.requests_in_flight(), m_role, while_starting, signal}));
}

void Process::on_drain() {
  if (std::exchange(m_drained, true) || m_interrupts > 0) return;
  const bool while_starting = std::exchange(m_interrupted_at_start, false);
  carry_out(
      m_policy.on_interrupt({1, m_server.requests_in_flight(), m_role, while_starting, drain_signal()}));
}

void Process::carry_out(const InterruptStep& step) {
  if (step.announce) m_log.line(" > terminating gracefully");
  switch (step.then) {
    case InterruptStep::Then::nothing:
      break;
    case InterruptStep::Then::exit_at_once:
      _exit(step.exit_code);
    case InterruptStep::Then::force:
      force(step.exit_code);
      break;
    case InterruptStep::Then::terminate:
      terminate();
      break;
  }
}

void Process::terminate() {
  m_reload.stop();
  m_policy.tell_workers(m_cluster.living());
  if (m_policy.grace_period) wait_for_grace(*m_policy.grace_period, &Process::on_grace_over);
  switch (m_policy.launcher_close) {
    case LauncherClose::after_workers:
      if (m_policy.keep_alive_while_waiting == KeepAliveWhileWaiting::ended) m_server.end_keep_alive();
      // Serving goes on until the last worker has ended: the port never refuses before that.
      m_cluster.wait_for_all([this] {
        m_workers_ended = true;
        close_server();
      });
      break;
    case LauncherClose::before_workers:
      close_server();
      m_cluster.wait_for_all([this] {
        m_workers_ended = true;
        finished();
      });
      break;
    case LauncherClose::without_waiting:
      m_workers_ended = true;
      close_server();
      break;
  }
}

void Process::force(int exit_code) {
  m_log.line(" ! the end is forced");
  m_forced = exit_code;
  m_cluster.kill_all("the end is forced");
  m_cluster.wait_for_all([this] {
    m_exit_code = *m_forced;
    m_context.stop();
  });
}

void Process::close_server() {
  ListenerClosing::AskToSteer ask;
  if (m_launcher) {
    ask = [this](std::function<void(bool)> answer) { ask_launcher_to_steer(std::move(answer)); };
  }
  m_server.close({.closed =
                      [this] {
                        m_server_closed = true;
                        finished();
                      },
                  .listener_closed =
                      [this] {
                        if (m_launcher) m_launcher->send(Message::listener_closed);
                      },
                  .steering = std::move(ask)});
  // What the launcher has accepted while it waited gets some time of its own.
  if (m_grace_over && !m_server_closed) wait_for_grace(k_launcher_after_workers, &Process::cut);
}

void Process::wait_for_grace(std::chrono::milliseconds time, void (Process::*then)()) {
  m_grace.expires_after(time);
  m_grace.async_wait([this, then](const asio::error_code& error) {
    if (!error) (this->*then)();
  });
}

void Process::on_grace_over() {
  m_grace_over = true;
  if (m_workers_ended) return cut();
  // Each worker keeps to the same period by itself.
  wait_for_grace(k_workers_after_grace, &Process::kill_workers);
}

void Process::kill_workers() { m_cluster.kill_all("grace period is over"); }

void Process::cut() {
  m_log.line(" ! grace period is over, " + std::to_string(m_server.requests_in_flight()) + " requests cut");
  m_server.cut();
}

void Process::join_launcher() {
  if (m_policy.signals.reload == 0 && m_policy.listener_close == ListenerClose::at_once) return;
  m_launcher = Channel::inherited(m_context, [this](std::optional<Message> message) { on_message(message); });
}

void Process::ask_launcher_to_steer(std::function<void(bool)> answer) {
  m_steering_answer = std::move(answer);
  if (!m_launcher->send(Message::wants_to_close)) on_message(std::nullopt);
}

void Process::on_message(std::optional<Message> message) {
  // Of a launcher that has gone there is no listener to steer to.
  if (m_steering_answer) std::exchange(m_steering_answer, nullptr)(message == Message::steered);
}

void Process::finished() {
  if (!m_workers_ended || !m_server_closed || m_forced) return;
  m_exit_code = m_policy.exit_code(m_role);
  if (m_exit_code == 0) m_exit_code = m_policy.failure_code(m_cluster.losses());
  m_context.stop();
}

}  // namespace reference_server
