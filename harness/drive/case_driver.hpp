// drive/: one case in its own cell: starts the server, does the steps, ends everything. It only records; what
// it means is decided by judge/ from the journal.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "drive/guard.hpp"
#include "linux/isolation.hpp"
#include "linux/process.hpp"
#include "linux/reset_watch.hpp"
#include "linux/terminal.hpp"
#include "model/case.hpp"
#include "observe/calls.hpp"
#include "observe/output.hpp"
#include "observe/polling.hpp"
#include "probe/probe.hpp"

namespace clusterspec {

struct CellMarks;
struct Endpoint;

struct CellOptions {
  Isolation isolation = Isolation::namespaces;
  bool notification = true;  // else polling
  double time_scale = 1;     // every deadline is multiplied by this
  std::string executable;    // of the server, found
  std::string host;          // description of the machine, for the journal
  std::vector<std::string> notes;
  int journal = -1;            // where event lines go
  int lifeline = -1;           // hangs up when the scheduler is gone or wants us gone
  int closer = -1;             // takes what is slow to close (linux/deferred_close.hpp)
  CellMarks* marks = nullptr;  // where moments are noted (drive/timings.hpp), if anybody asks
};

// A started server.
struct Instance {
  std::string name;
  Pid pid = 0;
  std::optional<Terminal> terminal;
  Fd input;   // our end of its standard input, kept open
  Fd output;  // its end of its standard output, where a step fills that
  std::unique_ptr<OutputReader> out, err;
};

class CaseDriver {
 public:
  // `client_side`: where the clients stand; null: beside the server.
  CaseDriver(const Case& one, const CellOptions& options, Loop& loop, Recorder& recorder,
             const NetworkNamespace* client_side);
  ~CaseDriver();
  CaseDriver(const CaseDriver&) = delete;
  CaseDriver& operator=(const CaseDriver&) = delete;

  // An error is a fault of ours, never the server's.
  Result<void> prepare();
  Result<void> run_steps();
  void end_case();

  // The scheduler is gone: ends everything, records nothing.
  void abandon();

  // Told of every event as it is recorded, with the length of its journal line.
  void on_event(const Event& event, std::size_t bytes);

 private:
  // One function for each step; false: not done, with the reason in m_missing.
  using Done = Result<bool>;
  Done act(const Launch& step);
  Done act(const Await& step);
  Done act(const Open& step);
  Done act(const Send& step);
  Done act(const Load& step);
  Done act(const Stop& step);
  Done act(const Close& step);
  Done act(const SendSignal& step);
  Done act(const Press& step);
  Done act(const Occupy& step);
  Done act(const SpoilOutput& step);
  Done act(const Replace& step);
  Done act(const Orphan& step);
  Done act(const Look& step);
  Done act(const Hold& step);
  Done act(const AwaitHeld& step);
  Done act(const Release& step);
  Done act(const Inject& step);
  Done act(const Freeze& step);
  Done act(const Thaw& step);

  Done start_instance(const Launch& launch);
  Result<void> make_directory(const Launch& launch);
  Result<void> write_files(const Launch& launch, const Endpoint& endpoint);
  Result<void> attach_output(Instance& instance, Fd& out, Fd& err);
  bool signal_target(const Target& target, Signal signal);
  // False: the deadline came first, or the server crossed a limit.
  bool wait(const std::function<bool()>& condition, Duration within);
  bool wait_until(const std::function<bool()>& condition, std::int64_t until);
  bool stopped_runaway();
  std::int64_t deadline(Duration within) const;
  void look_at_all(const std::string& occasion);
  void probe_port(const std::string& occasion);
  Connection::Surroundings surroundings_of_probe();
  Holder holder_by_mark(int mark) const;  // none: not known
  Holder holder_of(int client);
  // As of the last look at the server's ends.
  bool handled(const Connection& connection) const;
  void note_server_ends(const std::vector<Connection*>& connections);
  void look_into_queues(Pid pid, const std::vector<SocketCookie>& sockets);
  struct Exchange {
    std::string group, request;
    Duration delay;
    std::int64_t bytes;
    bool keep_alive;
    int pipelined;
    Duration hung_after;
    Family over = Family::ipv4;
  };
  std::shared_ptr<ConnectionPlan> plan_connections(const Exchange& exchange);
  bool open_counted(const Open& step, const std::shared_ptr<const ConnectionPlan>& plan);
  int enough_for_each(const Open& step) const;
  bool open_per_process(const Open& step, const std::shared_ptr<const ConnectionPlan>& plan);
  bool advance_to(const Open& step, const std::vector<int>& numbers);
  void drain_outputs();
  void catch_up();
  bool line_seen(const Await& step) const;
  bool all_said_ready(const std::string& instance) const;
  Done await_idle(const Await& step);
  bool look_until(const std::function<bool()>& condition, Duration within);
  bool gone(const std::string& instance) const;
  bool launcher_ended(const std::string& instance) const;

  const Case& m_case;
  const CellOptions& m_options;
  Loop& m_loop;
  Recorder& m_recorder;
  const NetworkNamespace* m_client_side;
  std::string m_host = "127.0.0.1";
  int m_port = 3000;
  std::string m_directory;
  bool m_remove_directory = false;
  std::string m_executable;  // of the server; a copy where a step replaces it
  FileLimit m_files;         // of our descriptors, before we raised it

  ProcessWatch m_processes;
  Guard m_guard;
  bool m_runaway = false;
  Gates m_gates;
  std::unique_ptr<ListenerWatch> m_listeners;
  std::unique_ptr<CallObserver> m_calls;
  std::unique_ptr<PollingObserver> m_polling;
  std::unique_ptr<ResetWatch> m_resets;
  // By the only process that accepts from it, which stood still meanwhile.
  std::set<SocketCookie> m_looked_at_close;
  std::unique_ptr<Probe> m_probe;
  std::vector<std::unique_ptr<Instance>> m_instances;
  std::vector<Fd> m_occupied;

  struct SeenLine {
    LineKind kind;
    Pid writer = 0;
    Pid about = 0;
  };
  std::vector<SeenLine> m_lines;
  int m_messages = 0;                 // lines on standard error
  int m_messages_before = 0;          // as the step before this one began
  int m_messages_as_step_begins = 0;  // as this one did
  std::string m_missing;
};

}  // namespace clusterspec
