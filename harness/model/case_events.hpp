// Events of the harness itself: the case and its steps, what it launched, what it had to end. See
// model/event.hpp.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/process_events.hpp"

namespace clusterspec {

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
  std::optional<std::string> link;  // between client and server, "5ms each way"; none: they share a loopback
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
    v("link", s.link);
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
  std::optional<bool> launcher_serves;              // false: it accepts no connections
  std::optional<bool> forks;                        // true: workers execute nothing
  std::optional<std::vector<std::string>> helpers;  // command lines of what is no worker
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
    v("launcher_serves", s.launcher_serves);
    v("forks", s.forks);
    v("helpers", s.helpers);
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

}  // namespace clusterspec
