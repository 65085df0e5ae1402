// Opening groups of connections.
#include <fmt/format.h>

#include <algorithm>

#include "drive/case_driver.hpp"

namespace clusterspec {
namespace {

// The kernel chooses the listener by a hash: this many for each process wanted is beyond any bad luck.
constexpr int k_most_tries_per_connection = 400;

Phase phase_of(Progress progress) {
  switch (progress) {
    case Progress::connected:
      return Phase::connected;
    case Progress::sent:
    case Progress::handled:
      return Phase::sent;
    case Progress::concluded:
      break;
  }
  return Phase::concluded;
}

}  // namespace

std::shared_ptr<ConnectionPlan> CaseDriver::plan_connections(const Exchange& exchange) {
  auto plan = std::make_shared<ConnectionPlan>();
  plan->group = exchange.group;
  plan->request = exchange.request;
  const std::string host = exchange.over == Family::ipv6 ? "::1" : m_host;
  plan->host = host;
  plan->port = m_port;
  plan->network = m_client_side;
  plan->keep_alive = exchange.keep_alive;
  plan->hung_after = Duration(
      static_cast<std::int64_t>(static_cast<double>(exchange.hung_after.count()) * m_options.time_scale));
  const auto& kinds = m_case.implementation->requests;
  if (const auto it = kinds.find(exchange.request); it != kinds.end()) {
    plan->requests = exchange.pipelined;
    for (int left = exchange.pipelined; left > 0; --left)
      plan->bytes += request_bytes(it->second, address_text(host, m_port), exchange.delay, exchange.bytes,
                                   exchange.keep_alive || left > 1);
    plan->head = it->second.method == "HEAD";
  }
  return plan;
}

CaseDriver::Done CaseDriver::act(const Open& step) {
  const auto plan = plan_connections({step.group, step.request, step.delay, step.bytes, step.keep_alive,
                                      step.pipelined, step.hung_after, step.over});
  plan->read_rate = step.read_rate;
  plan->write_rate = step.write_rate;
  if (plan->bytes.empty() && step.request != "nothing")
    return failure(ErrorKind::harness,
                   fmt::format("the implementation has no request kind \"{}\"", step.request));
  return step.per_process ? open_per_process(step, plan) : open_counted(step, plan);
}

bool CaseDriver::open_counted(const Open& step, const std::shared_ptr<const ConnectionPlan>& plan) {
  // A kept-alive connection concludes only when the server closes it: its answer is what the step waits for.
  Phase wanted = phase_of(step.until);
  if (wanted == Phase::concluded && step.keep_alive) wanted = Phase::answered;
  if (plan->bytes.empty() || step.later) wanted = Phase::connected;
  std::vector<int> numbers;
  const auto under_way = [&] { return m_probe->begun(step.group) - m_probe->reached(step.group, wanted); };
  const auto refill = [&] {
    while (m_probe->begun(step.group) < step.count && under_way() < step.at_once)
      numbers.push_back(m_probe->connect(plan, step.later).number());
    return m_probe->begun(step.group) == step.count && under_way() == 0;
  };
  if (!wait(refill, step.within)) {
    m_missing = fmt::format("{} of {} connections came as far as \"{}\"",
                            m_probe->reached(step.group, wanted), step.count, name_of(step.until));
    return false;
  }
  return step.until != Progress::handled || plan->bytes.empty() || advance_to(step, numbers);
}

// How many connections are enough for each process to hold its share, where all accept from one socket and
// nobody can say who will take which.
int CaseDriver::enough_for_each(const Open& step) const {
  const auto servers = m_recorder.cluster().of(Target{Role::servers, 0, std::string(k_first_instance)});
  const auto alive = std::count_if(servers.begin(), servers.end(),
                                   [](const ProcessState* process) { return process->alive(); });
  const int wanted = *step.per_process;
  return std::max(1, static_cast<int>(alive)) *
         std::min(wanted, m_case.implementation->dialect.at_once.value_or(wanted));
}

bool CaseDriver::open_per_process(const Open& step, const std::shared_ptr<const ConnectionPlan>& plan) {
  if (m_case.implementation->dialect.shares_listener) {
    Open counted = step;
    counted.count = enough_for_each(step);
    return open_counted(counted, plan);
  }
  std::vector<const ProcessState*> processes =
      m_recorder.cluster().of(Target{Role::servers, 0, std::string(k_first_instance)});
  std::map<Pid, int> held;
  for (const ProcessState* process : processes)
    if (process->alive()) held[process->pid] = 0;
  std::vector<int> kept;
  const auto enough = [&] {
    return std::all_of(held.begin(), held.end(),
                       [&](const auto& one) { return one.second >= *step.per_process; });
  };
  const int most = k_most_tries_per_connection * *step.per_process *
                   static_cast<int>(std::max<std::size_t>(1, held.size()));
  const std::int64_t until = deadline(step.within);
  for (int tried = 0; !enough(); ++tried) {
    const int number = m_probe->connect(plan, true).number();
    const auto connected = [&] {
      const Connection* connection = m_probe->find(step.group, number);
      return !connection || connection->phase() >= Phase::connected;
    };
    if (tried >= most || !wait_until(connected, until) || !m_probe->find(step.group, number)) {
      m_missing =
          fmt::format("after {} connections not every process holds {}", tried + 1, *step.per_process);
      return false;
    }
    const Pid pid = m_probe->find(step.group, number)->holder().pid;
    if (const auto it = held.find(pid); it != held.end() && it->second < *step.per_process) {
      ++it->second;
      kept.push_back(number);
    } else {
      // One more of a process that has enough. It never sent anything: closing it is our own doing and no
      // outcome.
      m_probe->forget(step.group, number);
    }
  }
  for (const int number : kept)
    if (Connection* connection = m_probe->find(step.group, number); connection && !step.later)
      connection->send();
  return advance_to(step, kept);
}

bool CaseDriver::advance_to(const Open& step, const std::vector<int>& numbers) {
  const auto far_enough = [&](int number) {
    Connection* connection = m_probe->find(step.group, number);
    if (!connection) return true;  // concluded
    switch (step.until) {
      case Progress::connected:
        return connection->phase() >= Phase::connected;
      case Progress::sent:
        return connection->phase() >= Phase::sent;
      case Progress::handled:
        return handled(*connection);
      case Progress::concluded:
        return step.keep_alive && connection->phase() >= Phase::answered;
    }
    return false;
  };
  std::vector<int> left = numbers;
  const auto come_so_far = [&] {
    std::erase_if(left, far_enough);
    return left.empty();
  };
  // Of the server's ends only a look tells, and with thousands of connections not at every event.
  const auto seen_so_far = [&] {
    note_server_ends(m_probe->open_connections(step.group));
    return come_so_far();
  };
  const bool done =
      step.until == Progress::handled ? look_until(seen_so_far, step.within) : wait(come_so_far, step.within);
  if (!done)
    m_missing = fmt::format("{} of {} connections did not come as far as \"{}\"", left.size(), numbers.size(),
                            name_of(step.until));
  return done;
}

}  // namespace clusterspec
