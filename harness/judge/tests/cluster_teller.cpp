#include "cluster_teller.hpp"

#include <numeric>
#include <random>

namespace clusterspec::tests {

ClusterTeller::ClusterTeller(const ClusterPlan& plan, const Telling& telling)
    : m_plan(plan), m_telling(telling), m_pids(static_cast<std::size_t>(plan.workers) + 5) {
  std::mt19937 random(telling.pids);
  std::iota(m_pids.begin(), m_pids.end(), telling.pids == 0 ? 2 : static_cast<Pid>(100 + random() % 20000));
  if (telling.pids != 0) std::shuffle(m_pids.begin(), m_pids.end(), random);
  tell();
}

Journal ClusterTeller::journal() {
  return m_events.journal(m_telling.order, m_telling.shift, [this](const What& what) { note(what); });
}

int ClusterTeller::print(Pid writer, After after, const std::string& text) {
  return add(Source::output, std::move(after), Output{Stream::out, writer, text, true, false});
}

int ClusterTeller::look_at_listeners(const std::string& occasion, After after) {
  const std::function<What()> look = [this, occasion] { return ListenersSeen{occasion, m_open}; };
  return m_events.add(Source::netlink, std::move(after), look);
}

int ClusterTeller::look_at_processes(const std::string& occasion, After after) {
  const std::function<What()> look = [this, occasion] { return ProcessesSeen{occasion, m_seen}; };
  return m_events.add(Source::procfs, std::move(after), look);
}

void ClusterTeller::note(const What& what) {
  if (const auto* e = std::get_if<Listening>(&what)) {
    ListenerSeen seen{e->socket, e->inode, e->address, e->port, 0, {e->pid}, {}};
    if (e->pid == pid(0) && m_plan.fault == Fault::listener_inherited)
      seen.holders.push_back(pid(m_plan.victim));
    m_open.push_back(seen);
  } else if (const auto* closed = std::get_if<ListenerClosed>(&what)) {
    std::erase_if(m_open, [&](const ListenerSeen& seen) { return seen.socket == closed->socket; });
  } else if (const auto* appeared = std::get_if<Appeared>(&what)) {
    m_seen.push_back({appeared->pid, appeared->parent, 'S', "server"});
  } else if (const auto* exited = std::get_if<Exited>(&what)) {
    for (ProcessSeen& seen : m_seen)
      if (seen.pid == exited->pid) seen.state = 'Z';
  } else if (const auto* reaped = std::get_if<Reaped>(&what)) {
    std::erase_if(m_seen, [&](const ProcessSeen& seen) { return seen.pid == reaped->pid; });
  }
}

void ClusterTeller::tell() {
  CaseBegun begun;
  begun.case_id = "documented/all@generated";
  m_begun = add(Source::driver, {}, begun);
  tell_launch();
  const int awaiting = add(Source::driver, {m_begun}, StepBegun{0, "await ready"});
  After started = m_started;
  started.push_back(awaiting);
  const After looked{look_at_listeners("ready", started), look_at_processes("ready", started)};
  int step = m_ready = add(Source::driver, looked, StepEnded{0, true, ""});

  step = add(Source::driver, {step}, StepBegun{1, "open quick"});
  After answered;
  tell_connections("quick", m_plan.quick, step, {}, answered);
  answered.push_back(step);
  step = add(Source::driver, answered, StepEnded{1, true, ""});
  const int slow = add(Source::driver, {step}, StepBegun{2, "open slow"});
  step = add(Source::driver, {slow}, StepEnded{2, true, ""});
  if (m_plan.killed != 0) step = tell_kill(step);
  step = tell_interrupt(step);
  After concluded;
  tell_connections("slow", m_plan.slow, slow, m_interrupted, concluded);
  step = add(Source::driver, {step}, StepBegun{5, "await exited"});
  m_gone.push_back(step);
  if (m_plan.fault == Fault::launcher_closes_first)
    m_launcher_closed = add(Source::netlink, m_interrupted, ListenerClosed{socket(0)});
  for (int worker = 1; worker <= workers(); ++worker)
    if (worker != m_plan.killed) tell_worker_end(worker, m_interrupted);
  tell_launcher_end();
  if (m_telling.company) tell_company();

  int end =
      add(Source::probe, m_gone,
          PortProbed{"end", m_plan.fault == Fault::port_answered ? PortState::answered : PortState::refused});
  end = look_at_listeners("end", {end});
  end = look_at_processes("end", {end});
  end = add(Source::driver, {end}, CleanedUp{});
  add(Source::driver, {end}, CaseEnded{});
}

void ClusterTeller::tell_launch() {
  Launched launched;
  launched.instance = "server";
  launched.pid = pid(0);
  launched.executable = "/usr/bin/server";
  launched.arguments = {"server", "-w", std::to_string(m_plan.workers), "--port", "3000", "--label", "a b"};
  launched.clustering = {1, 2};
  launched.workers = m_plan.workers;
  launched.listeners = m_plan.workers + 1;
  launched.address = "0.0.0.0";
  launched.port = 3000;
  // Each is executed before the launcher starts the next.
  int executed = add(Source::driver, {m_begun}, launched);
  for (int worker = 0; worker <= workers(); ++worker) executed = tell_start(worker, executed);
}

int ClusterTeller::tell_start(int worker, int after) {
  const Pid self = pid(worker);
  std::vector<std::string> arguments{"server",  "-w", std::to_string(m_plan.workers), "--port", "3000",
                                     "--label", "a b"};
  if (worker > 0) arguments = {"server", "--port", "3000", "--label", "a b"};
  if (at_fault(worker, Fault::argument_lost)) arguments.pop_back();
  if (at_fault(worker, Fault::clustering_argument_passed_on)) arguments.insert(arguments.begin() + 1, "-w");
  const Pid group = at_fault(worker, Fault::own_session) ? self : pid(0);
  const int appeared =
      add(Source::notification, {after}, Appeared{self, worker > 0 ? pid(0) : 1, group, group});
  const int executed =
      add(Source::notification, {appeared}, Executed{self, "/usr/bin/server", arguments, true});
  Described described;
  described.pid = self;
  described.parent = worker > 0 ? pid(0) : 1;
  described.group = described.session = group;
  described.executable = "/usr/bin/server";
  described.directory = "/";
  described.arguments = arguments;
  described.environment = {"PATH=/bin", "LANG=C"};
  if (at_fault(worker, Fault::variable_lost)) described.environment.pop_back();
  described.descriptors = {{"0", "/dev/null"}, {"1", "pipe:[7]"}, {"2", "pipe:[8]"}};
  m_started.push_back(add(Source::procfs, {executed}, described));
  Listening listening;
  listening.pid = self;
  listening.socket = socket(worker);
  listening.inode = listening.socket + 1000;
  listening.address = "0.0.0.0";
  listening.port = 3000;
  listening.reuse_port = !at_fault(worker, Fault::no_reuse_port);
  m_started.push_back(add(Source::notification, {executed}, listening));
  if (worker == 0) return executed;
  const std::string text = " > worker " + std::to_string(self) + " started";
  m_started.push_back(print(pid(0), {executed}, text));
  if (at_fault(worker, Fault::started_line_twice)) m_started.push_back(print(pid(0), {executed}, text));
  if (at_fault(worker, Fault::grandchild)) {
    const Pid child = m_pids.back();
    const int born =
        add(Source::notification, {m_started[m_started.size() - 2]}, Appeared{child, self, pid(0), pid(0)});
    const int died = add(Source::pidfd, {born}, Exited{child, 0});
    m_started.push_back(add(Source::pidfd, {died}, Reaped{child}));
  }
  return executed;
}

int ClusterTeller::tell_connections(const std::string& group, int count, int begun, const After& after,
                                    After& concluded) {
  int last = begun;
  for (int i = 0; i < count; ++i) {
    int holder = i % (workers() + 1);
    if (holder == m_plan.victim && group == "quick" && m_plan.fault == Fault::idle_process) holder = 0;
    if (holder == m_plan.killed) holder = group == "slow" ? 0 : holder;
    Concluded one;
    one.connection = m_connections++;
    one.group = one.request = group;
    one.outcome = Outcome::answered;
    one.status = 200;
    one.answers = 1;
    one.pid = pid(holder);
    one.listener = socket(holder);
    if (i == 0 && group == "slow" && m_plan.fault == Fault::connection_reset)
      one.outcome = Outcome::reset_accepted, one.status = 0, one.answers = 0;
    After all{begun};
    all.insert(all.end(), after.begin(), after.end());
    last = add(Source::probe, std::move(all), one);
    concluded.push_back(last);
    if (group == "slow") m_slow[holder].push_back(last);
  }
  return last;
}

// Another instance, once the first is ready: it finds the port taken, and is interrupted as well.
void ClusterTeller::tell_company() {
  const Pid self = m_pids[m_pids.size() - 2];
  Launched launched;
  launched.instance = "other";
  launched.pid = self;
  launched.workers = 1;
  launched.listeners = 2;
  launched.port = 3000;
  const int launch = add(Source::driver, {m_ready}, launched);
  const int appeared = add(Source::notification, {launch}, Appeared{self, 1, self, self});
  const int executed =
      add(Source::notification, {appeared}, Executed{self, "/usr/bin/other", {"other"}, true});
  const int said =
      add(Source::output, {executed}, Output{Stream::err, self, "the port is taken", true, false});
  const int signal = add(Source::driver, {executed}, Signalled{0, -self, k_interrupt, false});
  const int exiting = add(Source::notification, {said, signal}, Exiting{self, 1});
  const int exited = add(Source::pidfd, {exiting}, Exited{self, 256});
  m_gone.push_back(add(Source::pidfd, {exited}, Reaped{self}));
}

}  // namespace clusterspec::tests
