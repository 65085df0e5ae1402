// How a generated cluster ends.
#include "cluster_teller.hpp"

namespace clusterspec::tests {

int ClusterTeller::tell_kill(int before) {
  const int step = add(Source::driver, {before}, StepBegun{3, "signal KILL to a worker"});
  const Pid victim = pid(m_plan.killed);
  const int signal = add(Source::driver, {step}, Signalled{0, victim, k_kill, false});
  const int closed = add(Source::netlink, {signal}, ListenerClosed{socket(m_plan.killed)});
  const int exited = add(Source::pidfd, {signal, closed}, Exited{victim, k_kill});
  const int reaped = add(Source::pidfd, {exited}, Reaped{victim});
  const int line = print(pid(0), {exited}, " ! worker process " + std::to_string(victim) + " failed with 9");
  m_ended.push_back(exited);
  m_gone.insert(m_gone.end(), {reaped, line});
  return add(Source::driver, {reaped, line}, StepEnded{3, true, ""});
}

int ClusterTeller::tell_interrupt(int before) {
  const int step = add(Source::driver, {before}, StepBegun{4, "signal INT"});
  if (!m_plan.to_each) {
    m_interrupted = {add(Source::driver, {step}, Signalled{0, -pid(0), k_interrupt, false})};
  } else {
    for (int worker = 0; worker <= workers(); ++worker)
      if (worker != m_plan.killed || worker == 0)
        m_interrupted.push_back(add(Source::driver, {step}, Signalled{0, pid(worker), k_interrupt, false}));
  }
  if (m_plan.fault == Fault::signal_relayed)
    m_interrupted.push_back(
        add(Source::notification, m_interrupted, Signalled{pid(0), pid(m_plan.victim), k_interrupt, false}));
  return add(Source::driver, m_interrupted, StepEnded{4, true, ""});
}

void ClusterTeller::tell_worker_end(int worker, const After& after) {
  const Pid self = pid(worker);
  After done = m_slow[worker];
  done.push_back(print(self, after, " > terminating gracefully"));
  if (at_fault(worker, Fault::terminating_line_twice))
    done.push_back(print(self, after, " > terminating gracefully"));
  if (worker == m_plan.victim && m_launcher_closed >= 0) done.push_back(m_launcher_closed);
  if (!at_fault(worker, Fault::listener_left))
    done.push_back(add(Source::netlink, done, ListenerClosed{socket(worker)}));
  int status = 0;
  if (at_fault(worker, Fault::failure_code)) status = 256;
  if (at_fault(worker, Fault::crash)) status = k_segmentation_fault;
  After last = done;
  if (status != k_segmentation_fault) {
    const int dump = look_at_listeners("exiting " + std::to_string(self), done);
    last = {add(Source::notification, {dump}, Exiting{self, status >> 8})};
  }
  const int exited = add(Source::pidfd, last, Exited{self, status});
  m_ended.push_back(exited);
  if (!at_fault(worker, Fault::zombie_left)) m_gone.push_back(add(Source::pidfd, {exited}, Reaped{self}));
  // The launcher may say it before we have heard of the end.
  const std::string name = std::to_string(self);
  if (status != 0)
    m_gone.push_back(
        print(pid(0), last, " ! worker process " + name + " failed with " + std::to_string(status)));
  else if (!at_fault(worker, Fault::stopped_line_missing))
    m_gone.push_back(print(pid(0), last, " < worker " + name + " stopped"));
}

void ClusterTeller::tell_launcher_end() {
  After done = m_ended;
  done.insert(done.end(), m_gone.begin(), m_gone.end());
  done.insert(done.end(), m_slow[0].begin(), m_slow[0].end());
  done.push_back(print(pid(0), m_interrupted, " > terminating gracefully"));
  if (m_launcher_closed < 0)
    done.push_back(add(Source::netlink, done, ListenerClosed{socket(0)}));
  else
    done.push_back(m_launcher_closed);
  const int dump = look_at_listeners("exiting " + std::to_string(pid(0)), done);
  const int exiting = add(Source::notification, {dump}, Exiting{pid(0), 0});
  const int exited = add(Source::pidfd, {exiting}, Exited{pid(0), 0});
  m_gone = {add(Source::driver, {exited}, StepEnded{5, true, ""}),
            add(Source::pidfd, {exited}, Reaped{pid(0)})};
}

}  // namespace clusterspec::tests
