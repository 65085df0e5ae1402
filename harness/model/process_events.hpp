// Events of processes: their lives, what they print, the calls before which they are kept. See
// model/event.hpp.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "model/expectations.hpp"
#include "model/units.hpp"

namespace clusterspec {

// A process is seen for the first time.
struct Appeared {
  Pid pid = 0, parent = 0, group = 0, session = 0;
  Pid own_pid = 0;  // by which it knows itself, in a pid namespace of its server's own; else 0
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("pid", s.pid);
    v("parent", s.parent);
    v("group", s.group);
    v("session", s.session);
    v("own_pid", s.own_pid);
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
  // By the harness, to which it had fallen: it ended when its parent had ended, or its parent never waited
  // for it.
  std::optional<bool> adopted = {};
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("pid", s.pid);
    v("adopted", s.adopted);
  }
};

// A process of ours in the server's pid namespace has lost its parent: its next one is process 1 there.
struct Orphaned {
  Pid pid = 0, parent = 0;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("pid", s.pid);
    v("parent", s.parent);
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

}  // namespace clusterspec
