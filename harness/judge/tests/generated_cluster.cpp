#include "generated_cluster.hpp"

#include <numeric>
#include <random>

namespace clusterspec::tests {

namespace {

using After = std::vector<int>;

// Tells a plan: events with those that each must come after, written down in one of the possible orders.
class Teller {
 public:
  Teller(const ClusterPlan& plan, const Telling& telling) : m_plan(plan), m_telling(telling) {
    m_pids.resize(static_cast<std::size_t>(plan.workers) + 5);
    std::iota(m_pids.begin(), m_pids.end(), 2);
    std::mt19937 random(telling.pids);
    if (telling.pids != 0) std::iota(m_pids.begin(), m_pids.end(), static_cast<Pid>(100 + random() % 20000));
    if (telling.pids != 0) std::shuffle(m_pids.begin(), m_pids.end(), random);
    tell();
  }

  Journal journal() {
    std::mt19937 random(m_telling.order);
    std::vector<int> waits(m_nodes.size());
    for (std::size_t i = 0; i < m_nodes.size(); ++i) waits[i] = static_cast<int>(m_nodes[i].after.size());
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < m_nodes.size(); ++i)
      if (waits[i] == 0) ready.push_back(i);
    std::map<int, std::int64_t> times;
    while (!ready.empty()) {
      const auto next = m_telling.order == 0 ? std::min_element(ready.begin(), ready.end())
                                             : ready.begin() + static_cast<long>(random() % ready.size());
      const std::size_t index = *next;
      ready.erase(next);
      Event event{m_telling.shift + static_cast<std::int64_t>(m_journal.size()) * 1'000'000,
                  m_nodes[index].source, m_nodes[index].make()};
      times[static_cast<int>(index)] = event.at;
      if (auto* one = std::get_if<Concluded>(&event.what))
        one->begun = times.at(m_nodes[index].after.front()), one->ended = event.at;
      note(event.what);
      m_journal.push_back(std::move(event));
      for (std::size_t i = 0; i < m_nodes.size(); ++i)
        for (const int before : m_nodes[i].after)
          if (before == static_cast<int>(index) && --waits[i] == 0) ready.push_back(i);
    }
    if (m_journal.size() != m_nodes.size()) throw std::logic_error("the plan has a circle");
    return std::move(m_journal);
  }

 private:
  struct Node {
    Source source;
    std::function<What()> make;
    After after;
  };

  int add(Source source, After after, std::function<What()> make) {
    m_nodes.push_back({source, std::move(make), std::move(after)});
    return static_cast<int>(m_nodes.size()) - 1;
  }
  int add(Source source, After after, What what) {
    return add(source, std::move(after), [what] { return what; });
  }
  int print(Pid writer, After after, const std::string& text) {
    return add(Source::output, std::move(after), Output{Stream::out, writer, text, true, false});
  }

  // Worker 0 is the launcher.
  Pid pid(int worker) const { return m_pids[static_cast<std::size_t>(worker)]; }
  static SocketCookie socket(int worker) { return 500 + static_cast<SocketCookie>(worker); }
  int workers() const { return m_plan.workers + (m_plan.fault == Fault::worker_added ? 1 : 0); }
  bool at_fault(int worker, Fault fault) const { return m_plan.fault == fault && m_plan.victim == worker; }

  // What a look would find.
  void note(const What& what) {
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
  int look_at_listeners(const std::string& occasion, After after) {
    return add(Source::netlink, std::move(after), std::function<What()>([this, occasion] {
                 return ListenersSeen{occasion, m_open};
               }));
  }
  int look_at_processes(const std::string& occasion, After after) {
    return add(Source::procfs, std::move(after), std::function<What()>([this, occasion] {
                 return ProcessesSeen{occasion, m_seen};
               }));
  }

  void tell();
  void tell_launch();
  int tell_start(int worker, int after);
  int tell_connections(const std::string& group, int count, int begun, const After& after, After& concluded);
  int tell_kill(int before);
  int tell_interrupt(int before);
  void tell_worker_end(int worker, const After& after);
  void tell_launcher_end();
  void tell_company();

  const ClusterPlan& m_plan;
  const Telling& m_telling;
  std::vector<Pid> m_pids;
  std::vector<Node> m_nodes;
  Journal m_journal;
  std::vector<ListenerSeen> m_open;
  std::vector<ProcessSeen> m_seen;
  int m_begun = 0, m_ready = 0;
  After m_started, m_slow_of_nobody;
  std::map<int, After> m_slow;  // by worker: what it must conclude before it ends
  After m_ended, m_gone, m_interrupted;
  int m_launcher_closed = -1;
};

int Teller::tell_start(int worker, int after) {
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

int Teller::tell_connections(const std::string& group, int count, int begun, const After& after,
                             After& concluded) {
  int last = begun;
  for (int i = 0; i < count; ++i) {
    int holder = i % (workers() + 1);
    if (holder == m_plan.victim && group == "quick" && m_plan.fault == Fault::idle_process) holder = 0;
    if (holder == m_plan.killed) holder = group == "slow" ? 0 : holder;
    Concluded one;
    one.connection = static_cast<int>(m_nodes.size());
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

int Teller::tell_kill(int before) {
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

int Teller::tell_interrupt(int before) {
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

void Teller::tell_worker_end(int worker, const After& after) {
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

void Teller::tell_launcher_end() {
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

// Another instance, once the first is ready: it finds the port taken, and is interrupted as well.
void Teller::tell_company() {
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

void Teller::tell_launch() {
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

void Teller::tell() {
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

}  // namespace

ClusterPlan draw_plan(std::uint32_t seed, Fault fault) {
  std::mt19937 random(seed);
  const auto between = [&](int low, int high) {
    return low + static_cast<int>(random() % (high - low + 1u));
  };
  ClusterPlan plan;
  plan.fault = fault;
  plan.workers = between(fault == Fault::none ? 0 : 1, 5);
  plan.victim = plan.workers == 0 ? 0 : between(1, plan.workers);
  plan.to_each = between(0, 1) == 1;
  plan.quick = (plan.workers + 2) * between(1, 3);
  plan.slow = between(fault == Fault::connection_reset ? 1 : 0, 8);
  const bool by_status = fault == Fault::failure_code || fault == Fault::crash;
  if (plan.workers >= 2 && !by_status && between(0, 2) == 0) {
    plan.killed = between(1, plan.workers);
    if (plan.killed == plan.victim) plan.killed = plan.victim == 1 ? 2 : 1;
  }
  return plan;
}

Journal journal_of(const ClusterPlan& plan, const Telling& telling) {
  return Teller(plan, telling).journal();
}

}  // namespace clusterspec::tests
