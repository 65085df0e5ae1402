// The steps that act at once. Launch, await and open have files of their own.
#include <fmt/format.h>

#include <csignal>

#include "drive/case_driver.hpp"
#include "linux/idle.hpp"
#include "linux/process.hpp"

namespace clusterspec {

CaseDriver::Done CaseDriver::act(const Send& step) {
  for (Connection* connection : m_probe->open_connections(step.group)) connection->send();
  return true;
}

CaseDriver::Done CaseDriver::act(const Load& step) {
  const auto plan = plan_connections(
      {step.group, step.request, Duration{}, 0, step.keep_alive, step.pipelined, step.hung_after});
  plan->repeat = step.keep_alive;
  m_probe->start_load(plan, {step.at_once, step.rate});
  return true;
}

CaseDriver::Done CaseDriver::act(const Stop& step) {
  m_probe->stop_load(step.group);
  return true;
}

CaseDriver::Done CaseDriver::act(const Close& step) {
  m_probe->close(step.group);
  return true;
}

bool CaseDriver::signal_target(const Target& target, Signal signal) {
  const ProcessState* launcher = m_recorder.cluster().launcher(target.instance);
  if (!launcher) return false;
  // The cause is recorded before its effects can be.
  if (target.role == Role::group) {
    m_recorder.record(Source::driver, Signalled{0, -launcher->pid, signal.number, false});
    return send_signal(-launcher->pid, signal);
  }
  std::vector<Pid> pids;
  for (const ProcessState* process : m_recorder.cluster().of(target))
    if (process->alive()) pids.push_back(process->pid);
  for (const Pid pid : pids) {
    m_recorder.record(Source::driver, Signalled{0, pid, signal.number, false});
    send_signal_by_pidfd(m_processes.pidfd(pid), signal);
  }
  return !pids.empty();
}

CaseDriver::Done CaseDriver::act(const SendSignal& step) {
  const auto sent = meant(step, m_case.implementation->dialect);
  if (!sent)
    return failure(ErrorKind::harness,
                   fmt::format("the implementation states no {} signal", to_text(step.signal)));
  for (int i = 0; i < step.times; ++i) {
    if (signal_target(sent->to, sent->signal)) continue;
    m_missing = fmt::format("nobody to signal: {} is not running", to_text(sent->to));
    return false;
  }
  return true;
}

CaseDriver::Done CaseDriver::act(const Press& step) {
  for (const auto& instance : m_instances) {
    if (!instance->terminal) continue;
    if (step.key == Key::hang_up) {
      // What the kernel sends then, to the session's leader and the foreground's group (setsid(2),
      // tty_ioctl(4)).
      m_recorder.record(Source::driver, Signalled{0, -instance->pid, SIGHUP, true});
      instance->terminal->master.reset();
      return true;
    }
    const char byte = step.key == Key::ctrl_c ? '\x03' : '\x1c';
    for (int i = 0; i < step.times; ++i) {
      m_recorder.record(Source::driver,
                        Signalled{0, -instance->pid, step.key == Key::ctrl_c ? SIGINT : SIGQUIT, true});
      if (!type_byte(instance->terminal->master, byte)) return system_failure("typing at the terminal");
    }
    return true;
  }
  return failure(ErrorKind::harness, "press: no instance was launched with a terminal");
}

CaseDriver::Done CaseDriver::act(const Look& step) {
  look_at_all(step.name);
  probe_port(step.name);
  return true;
}

CaseDriver::Done CaseDriver::act(const Hold& step) {
  m_gates.hold(step);
  // A gate that the server's own doing never opens would hang it: at the deadline it opens, and the journal
  // says so.
  m_loop.after(std::chrono::duration_cast<Duration>(step.within * m_options.time_scale),
               [this, name = step.name] {
                 if (m_gates.closed(name) && m_calls) m_calls->release(name, true);
               });
  return true;
}

CaseDriver::Done CaseDriver::act(const AwaitHeld& step) {
  if (!m_calls) return failure(ErrorKind::harness, "gates need notification");
  const auto held = [&] { return m_calls->held_at(step.name) >= step.count; };
  if (wait(held, step.within.value_or(std::chrono::seconds(5)))) return true;
  m_missing = fmt::format("{} of {} processes came to the gate", m_calls->held_at(step.name), step.count);
  return false;
}

CaseDriver::Done CaseDriver::act(const Release& step) {
  if (!m_calls) return failure(ErrorKind::harness, "gates need notification");
  m_calls->release(step.name, false);
  return true;
}

CaseDriver::Done CaseDriver::act(const Inject& step) {
  m_gates.inject(step);
  return true;
}

// Until its last thread has stopped a process still runs, and its parent has yet to be told.
CaseDriver::Done CaseDriver::act(const Freeze& step) {
  if (!signal_target(step.of, Signal{SIGSTOP})) return false;
  const auto frozen = [&] {
    std::vector<Pid> processes;
    for (const ProcessState* process : m_recorder.cluster().of(step.of))
      if (process->alive()) processes.push_back(process->pid);
    // A process whose call waits for our answer is not stopped before it has it.
    return all_stopped(processes, m_calls && m_calls->any_waits());
  };
  if (look_until(frozen, std::chrono::seconds(5))) return true;
  m_missing = fmt::format("{} did not stop", to_text(step.of));
  return false;
}
CaseDriver::Done CaseDriver::act(const Thaw& step) { return signal_target(step.of, Signal{SIGCONT}); }

}  // namespace clusterspec
