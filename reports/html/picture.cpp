#include "reports/html/picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "reports/connection_summary.hpp"
#include "reports/evidence.hpp"
#include "reports/text.hpp"

namespace clusterspec {
namespace {

using Json = nlohmann::ordered_json;

// What a person can still look at; what is left out is counted.
constexpr std::size_t k_most_processes = 64, k_most_lines = 5000, k_most_events = 20'000;
constexpr std::size_t k_event_columns = 200, k_line_columns = 120;

std::int64_t us(std::int64_t at) { return at / 1000; }

class Picture {
 public:
  explicit Picture(const CaseResult& result)
      : m_result(result),
        m_journal(result.journal),
        m_cluster(Cluster::of(result.journal)),
        m_teller(result) {}

  Json json() {
    for (std::size_t i = 0; i < m_journal.size(); ++i) {
      m_end = std::max(m_end, m_journal[i].at);
      std::visit([&](const auto& what) { add(what, static_cast<int>(i), us(m_journal[i].at)); },
                 m_journal[i].what);
    }
    Json all{{"end", us(m_end)}};
    add_processes(all);
    all["steps"] = std::move(m_steps);
    all["signals"] = std::move(m_signals);
    all["gates"] = std::move(m_gates);
    all["output"] = std::move(m_output);
    all["lines_left"] = m_lines_left;
    all["queued"] = std::move(m_queued);
    add_connections(all);
    add_events(all);
    return all;
  }

 private:
  template <class What>
  void add(const What&, int, std::int64_t) {}

  void add(const StepBegun& e, int number, std::int64_t at) {
    m_steps.push_back({{"n", e.index + 1},
                       {"text", cut(one_line(e.text), k_event_columns)},
                       {"from", at},
                       {"to", nullptr},
                       {"done", false},
                       {"event", number}});
  }
  void add(const StepEnded& e, int, std::int64_t at) {
    for (auto it = m_steps.rbegin(); it != m_steps.rend(); ++it) {
      if ((*it)["n"] != e.index + 1) continue;
      (*it)["to"] = at;
      (*it)["done"] = e.done;
      if (!e.detail.empty()) (*it)["detail"] = cut(one_line(e.detail), k_event_columns);
      return;
    }
  }

  void add(const Signalled& e, int number, std::int64_t at) {
    Json targets = Json::array();
    for (const ProcessState& process : m_cluster.processes()) {
      const bool meant =
          e.target > 0 ? process.pid == e.target : process.group == -e.target || process.pid == -e.target;
      if (!meant || process.appeared_at > number || (!process.alive() && process.exited_at < number))
        continue;
      targets.push_back(process.pid);
      m_drains.emplace(process.pid, at);
    }
    m_signals.push_back(
        {{"name", to_text(Signal{e.signal})},
         {"at", at},
         {"how", e.typed ? "typed at the terminal"
                 : e.by  ? "sent by " + m_cluster.name(e.by)
                         : "sent by the harness"},
         {"to", e.target > 0 ? m_cluster.name(e.target) : "group of " + m_cluster.name(-e.target)},
         {"pids", std::move(targets)},
         {"event", number}});
  }

  void add(const Executed& e, int number, std::int64_t at) {
    if (e.possible) m_executions[e.pid].push_back({at, number});
  }

  void add(const Output& e, int number, std::int64_t at) {
    if (m_output.size() == k_most_lines) {
      ++m_lines_left;
      return;
    }
    m_output.push_back(
        {at, e.writer, e.stream == Stream::err, cut(one_line(e.text), k_line_columns), number});
  }

  void add(const HeldAt& e, int number, std::int64_t at) {
    m_gates.push_back({{"gate", cut(one_line(e.gate), k_line_columns)},
                       {"pid", e.pid},
                       {"from", at},
                       {"to", nullptr},
                       {"late", false},
                       {"event", number}});
  }
  void add(const ReleasedFrom& e, int, std::int64_t at) {
    for (auto it = m_gates.rbegin(); it != m_gates.rend(); ++it) {
      if ((*it)["pid"] != e.pid || (*it)["gate"] != cut(one_line(e.gate), k_line_columns)) continue;
      (*it)["to"] = at;
      (*it)["late"] = e.at_deadline;
      return;
    }
  }

  void add(const ListenersSeen& e, int number, std::int64_t at) {
    for (const ListenerSeen& seen : e.listeners) {
      const ListenerState* listener = m_cluster.listener(seen.socket);
      if (seen.queued > 0 && listener) m_queued.push_back({at, listener->facts.pid, seen.queued, number});
    }
  }

  void add(const Concluded& e, int number, std::int64_t) {
    const ListenerState* listener = e.listener ? m_cluster.listener(e.listener) : nullptr;
    const Pid holder = e.pid ? e.pid : listener ? listener->facts.pid : 0;
    const auto [group, fresh] = m_group_of.emplace(e.group, m_groups.size());
    if (fresh) m_groups.push_back(one_line(e.group));
    m_end = std::max(m_end, e.ended);
    // Columns, not objects: thousands of connections are the usual case.
    for (const auto& [name, value] : {std::pair{"number", std::int64_t{e.connection}},
                                      {"group", static_cast<std::int64_t>(group->second)},
                                      {"outcome", static_cast<std::int64_t>(e.outcome)},
                                      {"holder", std::int64_t{holder}},
                                      {"accepted", std::int64_t{e.pid != 0}},
                                      {"begun", us(e.begun)},
                                      {"connected", us(e.connected)},
                                      {"first", us(e.first_byte)},
                                      {"ended", us(e.ended)},
                                      {"event", std::int64_t{number}}})
      m_columns[name].push_back(value);
  }

  void add_processes(Json& all) {
    std::vector<const ProcessState*> shown;
    // Whoever has a part in the cluster comes first if not all have room.
    for (const bool with_role : {true, false})
      for (const ProcessState& process : m_cluster.processes())
        if ((process.launcher || process.ordinal > 0) == with_role && shown.size() < k_most_processes)
          shown.push_back(&process);
    Json list = Json::array();
    for (const ProcessState* process : shown) list.push_back(one_process(*process));
    all["processes"] = std::move(list);
    all["processes_left"] = m_cluster.processes().size() - shown.size();
    Json names = Json::object();
    for (const ProcessState& process : m_cluster.processes())
      names[std::to_string(process.pid)] = one_line(m_cluster.name(process.pid));
    all["names"] = std::move(names);
  }

  Json at(int number) const {
    return number == k_never ? Json(nullptr) : Json(us(m_journal[static_cast<std::size_t>(number)].at));
  }

  Json one_process(const ProcessState& process) const {
    Json listens = Json::array(), executions = Json::array();
    for (const ListenerState& listener : m_cluster.listeners())
      if (listener.facts.pid == process.pid)
        listens.push_back({{"from", at(listener.opened_at)},
                           {"to", at(listener.closed_at)},
                           {"what", fmt::format("{}:{}, socket {}{}", one_line(listener.facts.address),
                                                listener.facts.port, listener.facts.socket,
                                                listener.facts.reuse_port ? "" : ", without SO_REUSEPORT")},
                           {"opened", listener.opened_at},
                           {"closed", listener.closed_at}});
    if (const auto it = m_executions.find(process.pid); it != m_executions.end())
      for (const auto& [when, number] : it->second) executions.push_back({when, number});
    const auto drain = m_drains.find(process.pid);
    const int first = process.launcher ? launched_at(process) : process.appeared_at;
    return {{"pid", process.pid},
            {"name", one_line(m_cluster.name(process.pid))},
            {"from", at(first == k_never ? process.appeared_at : first)},
            {"exiting", at(process.exiting_at)},
            {"to", at(process.exited_at)},
            {"reaped", at(process.reaped_at)},
            {"drain", drain == m_drains.end() ? Json(nullptr) : Json(drain->second)},
            {"end", process.status ? wait_status_text(*process.status) : "status not known"},
            {"clean", process.status && *process.status == 0},
            {"born", first == k_never ? process.appeared_at : first},
            {"exited", process.exited_at},
            {"executions", std::move(executions)},
            {"listens", std::move(listens)}};
  }

  int launched_at(const ProcessState& process) const {
    for (const InstanceState& instance : m_cluster.instances())
      if (instance.launched.pid == process.pid) return instance.launched_at;
    return process.appeared_at;
  }

  void add_connections(Json& all) {
    Json connections{{"groups", m_groups}};
    Json outcomes = Json::array();
    for (const auto& [value, name] : Names<Outcome>::table) outcomes.push_back(std::string(name));
    connections["outcomes"] = std::move(outcomes);
    for (auto& [name, column] : m_columns) connections[name] = std::move(column);
    all["connections"] = m_groups.empty() ? Json(nullptr) : std::move(connections);
    all["summary"] = connection_summary(m_journal, m_cluster);
  }

  void add_events(Json& all) {
    std::set<int> cited;
    for (const Finding& finding : m_result.judgement.findings)
      cited.insert(finding.evidence.begin(), finding.evidence.end());
    // [number, time, text]: the first ones, and whatever a finding names.
    Json events = Json::array();
    std::size_t left = 0;
    for (std::size_t i = 0; i < m_journal.size(); ++i) {
      const int number = static_cast<int>(i);
      if (events.size() >= k_most_events && !cited.contains(number)) {
        ++left;
        continue;
      }
      std::string text = m_teller.line(number, k_event_columns);
      // The time stands in a column of its own.
      if (const auto end = text.find(" ms  "); end != std::string::npos) text.erase(0, end + 5);
      events.push_back({number, us(m_journal[i].at), std::move(text)});
    }
    all["events"] = std::move(events);
    all["events_left"] = left;
  }

  const CaseResult& m_result;
  const Journal& m_journal;
  Cluster m_cluster;
  EventTeller m_teller;
  std::int64_t m_end = 0;
  Json m_steps = Json::array(), m_signals = Json::array(), m_gates = Json::array(), m_output = Json::array(),
       m_queued = Json::array();
  std::size_t m_lines_left = 0;
  std::map<Pid, std::int64_t> m_drains;  // since when a signal is known to it
  std::map<Pid, std::vector<std::pair<std::int64_t, int>>> m_executions;
  std::map<std::string, std::size_t> m_group_of;
  std::vector<std::string> m_groups;
  std::map<std::string, std::vector<std::int64_t>> m_columns;
};

}  // namespace

nlohmann::ordered_json picture(const CaseResult& result) { return Picture(result).json(); }

}  // namespace clusterspec
