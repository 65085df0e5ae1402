// The journal of an exploring run, made by hand: a launcher and children as a test wants them.
#pragma once

#include <catch2/catch.hpp>

#include "learn/conclusions.hpp"

namespace clusterspec::tests {

inline constexpr Pid k_launcher = 10;
inline constexpr std::int64_t k_ms = 1'000'000;

struct Server {
  std::vector<Pid> children{11, 12, 13};
  bool children_execute = false;
  std::vector<std::pair<SocketCookie, std::vector<Pid>>> sockets{{100, {10, 11, 12, 13}}};
  std::vector<Pid> accepting{11, 13};
  std::vector<std::string> lines;     // before it serves
  std::vector<std::string> executes;  // what the launcher executes in its own place, one after the other
  std::vector<Pid> passing;           // children that have ended by then
  int status = 200;                   // of the answers
  Outcome kept = Outcome::abandoned;
};

struct End {
  int signal = 15;
  std::vector<std::string> lines;
  std::optional<int> launcher = 0;          // raw wait status; none: it lives on
  std::vector<std::pair<Pid, int>> others;  // who of the children ends, and how
  std::vector<Pid> come;                    // new children
  int left = 0;
  std::optional<Outcome> flight;
};

class JournalOf {
 public:
  JournalOf(const Server& server, const End& end) : m_server(server) {
    launched();
    for (const std::string& line : server.lines) add(Output{Stream::err, 0, line, true, false});
    look("ready");
    for (const Pid pid : server.accepting) add(HeldAt{"accepting", pid});
    look("serving");
    if (server.status) {
      add(concluded("asked", Outcome::answered, server.status));
      add(concluded("kept", server.kept, server.status));
    }
    ended(end);
    add(CaseEnded{});
  }
  Journal take() { return std::move(m_journal); }

 private:
  void add(What what) {
    m_journal.push_back(
        Event{static_cast<std::int64_t>(m_journal.size()) * k_ms, Source::driver, std::move(what)});
  }
  static Concluded concluded(std::string group, Outcome outcome, int status) {
    Concluded one;
    one.group = std::move(group);
    one.outcome = outcome;
    one.status = status;
    one.answers = 1;
    return one;
  }
  void launched() {
    Launched one;
    one.instance = std::string(k_first_instance);
    one.pid = k_launcher;
    one.port = 3000;
    one.forks = true;
    add(one);
    add(Executed{k_launcher, "/usr/bin/server", {"server", "-w", "3"}, true});
    for (const std::string& path : m_server.executes) add(Executed{k_launcher, path, {path}, true});
    for (const Pid pid : m_server.passing) {
      add(Appeared{pid, k_launcher, k_launcher, k_launcher, 0});
      add(Exited{pid, 0});
      add(Reaped{pid});
    }
    for (const Pid pid : m_server.children) {
      add(Appeared{pid, k_launcher, k_launcher, k_launcher, 0});
      if (m_server.children_execute) add(Executed{pid, "/usr/bin/server", {"server", "--child", "7"}, true});
    }
    m_alive = m_server.children;
  }
  void look(const std::string& occasion, bool with_launcher = true) {
    ProcessesSeen processes{occasion, {}};
    if (with_launcher) processes.processes.push_back({k_launcher, 1, 'S', "server"});
    for (const Pid pid : m_alive) processes.processes.push_back({pid, k_launcher, 'S', "server"});
    add(processes);
    ListenersSeen sockets{occasion, {}};
    for (const auto& [cookie, holders] : m_server.sockets) {
      ListenerSeen one;
      one.socket = cookie;
      one.address = "127.0.0.1";
      one.port = 3000;
      one.holders = holders;
      sockets.listeners.push_back(one);
    }
    add(sockets);
  }
  void ended(const End& end) {
    add(Signalled{0, k_launcher, end.signal, false});
    for (const std::string& line : end.lines) add(Output{Stream::err, 0, line, true, false});
    if (end.flight) add(concluded("flight", *end.flight, 200));
    for (const auto& [pid, status] : end.others) {
      add(Exited{pid, status});
      std::erase(m_alive, pid);
    }
    for (const Pid pid : end.come) {
      add(Appeared{pid, k_launcher, k_launcher, k_launcher, 0});
      m_alive.push_back(pid);
    }
    if (end.launcher) add(Exited{k_launcher, *end.launcher});
    look("end", !end.launcher);
    CleanedUp cleaned;
    for (int i = 0; i < end.left; ++i) cleaned.killed.push_back({20 + i, 1, 'S', "server"});
    add(cleaned);
  }

  const Server& m_server;
  std::vector<Pid> m_alive;
  Journal m_journal;
};

inline Journal journal_of(const Server& server, const End& end = {}) { return JournalOf(server, end).take(); }

inline ServerCommand command(bool slow = true) {
  return {
      "mine", {"server", "--quiet", "-w", "{workers}", "-p", "{port}"}, "/", slow ? "/slow?ms={delay}" : ""};
}

// Every trial's run, each of the same server; `ends` by (signal, to) tell those that are not the usual one.
struct Otherwise {
  int signal;
  Role to;
  End end;
};
inline std::vector<Run> runs_of(const ServerCommand& explored, const Server& server,
                                const std::vector<Otherwise>& others) {
  std::vector<Run> runs;
  for (const Trial& trial : trials_of(explored)) {
    End end;
    end.launcher.reset();
    for (const Otherwise& other : others)
      if (other.signal == trial.signal.number && other.to == trial.to.role) end = other.end;
    end.signal = trial.signal.number;
    Server fewer = server;
    if (trial.workers < static_cast<int>(server.children.size()))
      fewer.children.resize(static_cast<std::size_t>(trial.workers));
    runs.push_back({trial, journal_of(fewer, end)});
  }
  return runs;
}

}  // namespace clusterspec::tests
