#include "reference_server/process.hpp"

#include <unistd.h>

#include <utility>

#include "reference_server/message.hpp"
#include "reference_server/signals.hpp"
#include "reference_server/spawn.hpp"

namespace reference_server {
namespace {

constexpr int k_exit_cannot_listen = 1;

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
      m_cluster(m_context, policy, m_log, std::move(plan)),
      m_signals(m_context, {.interrupt = [this] { on_interrupt(); }, .child = [this] { m_cluster.reap(); }}) {
}

int Process::run() {
  m_interrupted_at_start = interrupt_is_pending();
  const bool listens_first = m_policy.start_order == StartOrder::listener_then_workers;
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
  auto listener = Listener::open(m_context, m_options.endpoint, m_policy.shares_port(m_role));
  if (!listener) {
    complain(m_program, listener.error());
    return false;
  }
  m_server.serve(std::move(*listener), part);
  return true;
}

void Process::on_interrupt() {
  const bool while_starting = m_cluster.starting() || std::exchange(m_interrupted_at_start, false);
  const auto step =
      m_policy.on_interrupt({++m_interrupts, m_server.requests_in_flight(), m_role, while_starting});
  if (step.announce) m_log.line(" > terminating gracefully");
  switch (step.then) {
    case InterruptStep::Then::nothing:
      break;
    case InterruptStep::Then::exit_at_once:
      _exit(step.exit_code);
    case InterruptStep::Then::terminate:
      terminate();
      break;
  }
}

void Process::terminate() {
  m_policy.tell_workers(m_cluster.living());
  switch (m_policy.launcher_close) {
    case LauncherClose::after_workers:
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

void Process::close_server() {
  m_server.close([this] {
    m_server_closed = true;
    finished();
  });
}

void Process::finished() {
  if (!m_workers_ended || !m_server_closed) return;
  m_exit_code = m_policy.exit_code(m_role);
  m_context.stop();
}

}  // namespace reference_server
