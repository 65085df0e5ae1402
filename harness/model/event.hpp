// What can be observed in a case. Every struct names its fields once, in `describe`; the journal's reader and
// writer use that list. Pids are those of the cell's pid namespace. Byte strings (arguments, output) are raw,
// of any content.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/expectations.hpp"
#include "model/units.hpp"

namespace clusterspec {

// How we know: exact sources first.
enum class Source {
  driver,        // our own action
  notification,  // seccomp: the process stood still while this was recorded
  pidfd,
  netlink,  // inet_diag dump or destroy group
  procfs,   // read once, at a moment given by another event
  polling,  // found by looking again and again: the time is an upper bound
  output,
  probe,
};
template <>
struct Names<Source> {
  static constexpr std::array table{
      std::pair{Source::driver, "driver"}, std::pair{Source::notification, "notification"},
      std::pair{Source::pidfd, "pidfd"},   std::pair{Source::netlink, "netlink"},
      std::pair{Source::procfs, "procfs"}, std::pair{Source::polling, "polling"},
      std::pair{Source::output, "output"}, std::pair{Source::probe, "probe"}};
};

// First event of every journal: all that is needed to judge it again.
struct CaseBegun {
  std::string case_id;
  std::string scenario_file, scenario_text, implementation_file, implementation_text;
  std::map<std::string, std::string> combination;
  std::map<std::string, std::string> levels;  // requirement id -> level, for those it verifies
  double time_scale = 1;
  std::string isolation;    // "namespaces", "user-namespace", "none"
  std::string observation;  // "notification", "polling"
  std::string host;         // kernel and machine
  std::vector<std::string> notes;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("case", s.case_id);
    v("scenario_file", s.scenario_file);
    v("scenario_text", s.scenario_text);
    v("implementation_file", s.implementation_file);
    v("implementation_text", s.implementation_text);
    v("combination", s.combination);
    v("levels", s.levels);
    v("time_scale", s.time_scale);
    v("isolation", s.isolation);
    v("observation", s.observation);
    v("host", s.host);
    v("notes", s.notes);
  }
};

struct StepBegun {
  int index = 0;  // into Scenario::steps
  std::string text;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("index", s.index);
    v("text", s.text);
  }
};

struct StepEnded {
  int index = 0;
  bool done = true;
  std::string detail;  // what was missing at the deadline
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("index", s.index);
    v("done", s.done);
    v("detail", s.detail);
  }
};

struct Launched {
  std::string instance;
  Pid pid = 0;
  std::string executable;
  std::vector<std::string> arguments;  // argv, with argv[0]
  std::vector<int> clustering;         // which indexes of it are the clustering option
  int workers = 0;                     // how many are expected
  int listeners = 0;                   // how many are expected when ready
  std::string address;                 // "0.0.0.0"
  int port = 0;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("instance", s.instance);
    v("pid", s.pid);
    v("executable", s.executable);
    v("arguments", s.arguments);
    v("clustering", s.clustering);
    v("workers", s.workers);
    v("listeners", s.listeners);
    v("address", s.address);
    v("port", s.port);
  }
};

// A process is seen for the first time.
struct Appeared {
  Pid pid = 0, parent = 0, group = 0, session = 0;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("pid", s.pid);
    v("parent", s.parent);
    v("group", s.group);
    v("session", s.session);
  }
};

struct Executed {
  Pid pid = 0;
  std::string path;
  std::vector<std::string> arguments;
  bool possible = true;  // false: the path cannot be executed, so this attempt fails
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("pid", s.pid);
    v("path", s.path);
    v("arguments", s.arguments);
    v("possible", s.possible);
  }
};

// A process in full, as /proc shows it.
struct Described {
  Pid pid = 0, parent = 0, group = 0, session = 0;
  std::string executable, directory;
  std::vector<std::string> arguments, environment;
  std::map<std::string, std::string> descriptors;  // "0" -> "/dev/null", for 0, 1, 2; absent: closed
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("pid", s.pid);
    v("parent", s.parent);
    v("group", s.group);
    v("session", s.session);
    v("executable", s.executable);
    v("directory", s.directory);
    v("arguments", s.arguments);
    v("environment", s.environment);
    v("descriptors", s.descriptors);
  }
};

struct Listening {
  Pid pid = 0;  // who called listen; 0 when found by polling with several holders
  SocketCookie socket = 0;
  std::uint64_t inode = 0;
  std::string address;
  int port = 0;
  bool reuse_port = false;
  int mark = 0;  // what its connections carry: SO_MARK, and TCP_MAXSEG as the client sees it
  int backlog = 0;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("pid", s.pid);
    v("socket", s.socket);
    v("inode", s.inode);
    v("address", s.address);
    v("port", s.port);
    v("reuse_port", s.reuse_port);
    v("mark", s.mark);
    v("backlog", s.backlog);
  }
};

struct ListenerSeen {
  SocketCookie socket = 0;
  std::uint64_t inode = 0;
  std::string address;
  int port = 0;
  int queued = 0;                  // accept-queue depth
  std::vector<Pid> holders;        // filled at looks only
  std::optional<bool> reuse_port;  // where it is known
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("socket", s.socket);
    v("inode", s.inode);
    v("address", s.address);
    v("port", s.port);
    v("queued", s.queued);
    v("holders", s.holders);
    v("reuse_port", s.reuse_port);
  }
};

// All listening sockets at one moment. `occasion`: "ready", a look's name, "exiting PID", "end".
struct ListenersSeen {
  std::string occasion;
  std::vector<ListenerSeen> listeners;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("occasion", s.occasion);
    v("listeners", s.listeners);
  }
};

// Upper bound: the kernel reports it once the last of its requests is gone.
struct ListenerClosed {
  SocketCookie socket = 0;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("socket", s.socket);
  }
};

struct Signalled {
  Pid by = 0;      // 0: the harness
  Pid target = 0;  // negative: a process group, as kill(2) takes it
  int signal = 0;
  bool typed = false;  // by a key at the terminal
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("by", s.by);
    v("target", s.target);
    v("signal", s.signal);
    v("typed", s.typed);
  }
};

// The process has called exit_group and was kept there while the listeners were looked at.
struct Exiting {
  Pid pid = 0;
  int code = 0;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("pid", s.pid);
    v("code", s.code);
  }
};

struct Exited {
  Pid pid = 0;
  std::optional<int> status;  // raw wait status, where it could be had
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("pid", s.pid);
    v("status", s.status);
  }
};

struct Reaped {
  Pid pid = 0;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("pid", s.pid);
  }
};

enum class Stream { out, err };
template <>
struct Names<Stream> {
  static constexpr std::array table{std::pair{Stream::out, "stdout"}, std::pair{Stream::err, "stderr"}};
};

// One line, without its newline, as a reader of the shared stream sees it.
struct Output {
  Stream stream = Stream::out;
  Pid writer = 0;  // 0: not known (a pipe)
  std::string text;
  bool whole = true;  // false: bytes of several processes are in it, or the end of line never came
  bool cut = false;   // longer than what is kept
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("stream", s.stream);
    v("writer", s.writer);
    v("text", s.text);
    v("whole", s.whole);
    v("cut", s.cut);
  }
};

// A connection of the probe has its final outcome. Times in ns since the case began; 0: did not get there.
struct Concluded {
  int connection = 0;
  std::string group;
  std::string request;
  Outcome outcome = Outcome::abandoned;
  std::int64_t begun = 0, connected = 0, sent = 0, first_byte = 0, ended = 0;
  int status = 0;             // HTTP
  std::int64_t bytes = 0;     // of the answer's body
  SocketCookie listener = 0;  // whose queue it was in
  Pid pid = 0;                // the process that held it
  int errno_value = 0;
  std::string detail;  // e.g. what was malformed
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("connection", s.connection);
    v("group", s.group);
    v("request", s.request);
    v("outcome", s.outcome);
    v("begun", s.begun);
    v("connected", s.connected);
    v("sent", s.sent);
    v("first_byte", s.first_byte);
    v("ended", s.ended);
    v("status", s.status);
    v("bytes", s.bytes);
    v("listener", s.listener);
    v("pid", s.pid);
    v("errno", s.errno_value);
    v("detail", s.detail);
  }
};

struct ProcessSeen {
  Pid pid = 0, parent = 0;
  char state = '?';  // as in /proc/PID/stat: R S D Z T …
  std::string command;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("pid", s.pid);
    v("parent", s.parent);
    v("state", s.state);
    v("command", s.command);
  }
};

// Every process of the cell but the cell itself, at one moment. `occasion` as in ListenersSeen.
struct ProcessesSeen {
  std::string occasion;
  std::vector<ProcessSeen> processes;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("occasion", s.occasion);
    v("processes", s.processes);
  }
};

struct PortProbed {
  std::string occasion;
  PortState state = PortState::silent;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("occasion", s.occasion);
    v("state", s.state);
  }
};

struct HeldAt {
  std::string gate;
  Pid pid = 0;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("gate", s.gate);
    v("pid", s.pid);
  }
};

struct ReleasedFrom {
  std::string gate;
  Pid pid = 0;
  bool at_deadline = false;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("gate", s.gate);
    v("pid", s.pid);
    v("at_deadline", s.at_deadline);
  }
};

struct Injected {
  Pid pid = 0;
  std::string call, error;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("pid", s.pid);
    v("call", s.call);
    v("error", s.error);
  }
};

// What the harness had to end itself, after the case was over.
struct CleanedUp {
  std::vector<ProcessSeen> killed;
  bool complete = true;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("killed", s.killed);
    v("complete", s.complete);
  }
};

// The server used more than any server needs. The harness has stopped all of it (SIGSTOP) and goes on to the
// end of the case; the processes are those that stood there then, parents before their children.
struct Runaway {
  std::string of;  // "processes", "threads", "events", "bytes of events"
  std::int64_t count = 0, limit = 0;
  std::vector<ProcessSeen> processes;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("of", s.of);
    v("count", s.count);
    v("limit", s.limit);
    v("processes", s.processes);
  }
};

struct Note {
  std::string text;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("text", s.text);
  }
};

// The harness could not keep its own promise: the verdict is error, never fail.
struct HarnessFault {
  std::string text;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("text", s.text);
  }
};

// Found out only while running: the case means nothing here.
struct CaseSkipped {
  std::string reason;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("reason", s.reason);
  }
};

// Last event of a complete journal.
struct CaseEnded {
  template <class S, class V>
  static void describe(S&, V&&) {}
};

using What = std::variant<CaseBegun, StepBegun, StepEnded, Launched, Appeared, Executed, Described, Listening,
                          ListenersSeen, ListenerClosed, Signalled, Exiting, Exited, Reaped, Output,
                          Concluded, ProcessesSeen, PortProbed, HeldAt, ReleasedFrom, Injected, CleanedUp,
                          Runaway, Note, HarnessFault, CaseSkipped, CaseEnded>;

// Names in journal lines, in the order of the variant.
inline constexpr std::array<std::string_view, std::variant_size_v<What>> k_event_names{
    "case-begun",    "step-begun", "step-ended",     "launched",        "appeared",       "executed",
    "described",     "listening",  "listeners-seen", "listener-closed", "signalled",      "exiting",
    "exited",        "reaped",     "output",         "concluded",       "processes-seen", "port-probed",
    "held",          "released",   "injected",       "cleaned-up",      "runaway",        "note",
    "harness-fault", "skipped",    "case-ended"};

struct Event {
  std::int64_t at = 0;  // ns on the monotonic clock since the case began
  Source source = Source::driver;
  What what;
};

// Everything observed in one case, in the order in which it became known. An event's number is its index.
using Journal = std::vector<Event>;

// Who is whose child, in one line: "2 server (3, 4), 3 server (5, 6, 7, … 510 in all)". Bounded.
std::string tree_text(const std::vector<ProcessSeen>& processes);

// One line for people: "+12.345 ms  worker 1 (pid 7) exited with code 0".
std::string to_text(const Event& event);

}  // namespace clusterspec
