// How one server is launched, what dialect it speaks, what it can do. Read from TOML by load/.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/names.hpp"
#include "model/need.hpp"
#include "model/roles.hpp"
#include "model/units.hpp"

namespace clusterspec {

// How the number of workers is given on the command line: each spelling is a list of arguments with {workers}
// in it.
struct Clustering {
  std::map<std::string, std::vector<std::string>> spellings;  // "short" -> ["-w", "{workers}"]
  std::string usual;  // the spelling that scenarios get that name none

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("usual", self.usual, Need::required, "the spelling used where a scenario names none");
    v("spellings", self.spellings, Need::required, "name = list of arguments with {workers} in it");
  }
};

// Where servers legitimately differ. A requirement that a dialect switches off is skipped, with that reason.
struct Dialect {
  bool launcher_serves = true;
  bool restarts_workers = false;
  bool shares_listener = false;
  std::string worker_count = "{workers}";
  std::string listener_count = "{workers + 1}";
  Signal graceful_signal{2};
  Target graceful_target{Role::group, 0, std::string(k_first_instance)};
  int exit_code = 0;

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("launcher-serves", self.launcher_serves, Need::optional, "the launcher accepts connections too");
    v("restarts-workers", self.restarts_workers, Need::optional, "a dead worker is replaced");
    v("shares-listener", self.shares_listener, Need::optional,
      "one listening socket is held by several processes");
    v("worker-count", self.worker_count, Need::optional,
      "processes started for a count, e.g. \"{workers - 1}\"");
    v("listener-count", self.listener_count, Need::optional,
      "listening sockets when ready, e.g. \"{workers + 1}\"");
    v("graceful-signal", self.graceful_signal, Need::optional,
      "the signal that ends it gracefully, e.g. \"INT\"");
    v("graceful-target", self.graceful_target, Need::optional, "who gets it: \"group\" or \"launcher\"");
    v("exit-code", self.exit_code, Need::optional, "the launcher's exit code after a graceful end");
  }
};

// A log line, as literal text in which {pid} and {status} stand for numbers and * for anything. Absent: it
// prints none.
struct LogPatterns {
  std::optional<std::string> started, stopped, failed, terminating;

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("started", self.started, Need::optional, "a worker was started; with {pid}");
    v("stopped", self.stopped, Need::optional, "a worker ended well; with {pid}");
    v("failed", self.failed, Need::optional, "a worker ended otherwise; with {pid} and {status}");
    v("terminating", self.terminating, Need::optional, "a process begins to end");
  }
};

// A kind of request. In `path` and `body`, {delay} is a step's delay in milliseconds and {bytes} its size.
struct RequestKind {
  std::string method = "GET";
  std::string path = "/";
  std::vector<std::string> headers;       // "Name: value"
  std::optional<std::string> body_bytes;  // length of the body that is sent, e.g. "{bytes}"

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("method", self.method, Need::optional, "HTTP method");
    v("path", self.path, Need::required, "request target; {delay} in ms and {bytes} are filled in");
    v("headers", self.headers, Need::optional, "more header lines, \"Name: value\"");
    v("body-bytes", self.body_bytes, Need::optional, "length of the body to send, e.g. \"{bytes}\"");
  }
};

// How the program is made where it is not installed. It is made once for each content of its sources, and
// kept.
struct Build {
  std::vector<std::string>
      command;  // runs in the implementation file's folder; writes into the folder {built}
  std::vector<std::string> sources;  // files; a change of one, or of the command, builds anew

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("command", self.command, Need::required,
      "program and arguments; {built} is the folder for what it makes");
    v("sources", self.sources, Need::required, "the files it is made from; a change of one builds anew");
  }
};

struct Implementation {
  std::string name;
  std::string summary;
  std::string executable;              // a path, or a name looked up beside clusterspec and in PATH
  std::optional<Build> build;          // then `executable` stands in the folder {built}
  std::vector<std::string> version;    // arguments that print the version
  std::vector<std::string> arguments;  // {port} {host} {workers} {dir} are filled in at launch
  std::vector<std::string> endpoint;   // arguments that set address and port; left out by `defaults = true`
  std::vector<std::string> value;  // arguments that carry an arbitrary {value}, e.g. ["--label", "{value}"]
  std::map<std::string, std::vector<std::string>> options;  // what a scenario may ask for by name
  std::optional<Clustering> clustering;                     // absent: the count stands in `arguments`
  std::map<std::string, std::string> environment;
  std::string install;  // the command that installs it, for a skip's reason
  Duration start_within = std::chrono::seconds(10);
  Dialect dialect;
  LogPatterns log;
  std::map<std::string, RequestKind> requests;

  // Not in TOML: where it came from. The text is what the journal embeds.
  std::string file;
  std::string text;

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("name", self.name, Need::required, "the name that -i and case ids use");
    v("summary", self.summary, Need::optional, "one line for `clusterspec list`");
    v("executable", self.executable, Need::required,
      "path, or a name looked up beside clusterspec and in PATH");
    v("build", self.build, Need::optional, "the command that makes it, and the files it is made from");
    v("version", self.version, Need::optional, "arguments that print its version");
    v("arguments", self.arguments, Need::optional, "arguments; {port} {host} {workers} {dir} are filled in");
    v("endpoint", self.endpoint, Need::optional, "arguments that set address and port");
    v("value", self.value, Need::optional, "arguments that carry an arbitrary {value}");
    v("options", self.options, Need::optional,
      "name = arguments of a behaviour that scenarios ask for by that name, e.g. force = [\"--force\"]");
    v("environment", self.environment, Need::optional, "variables to set");
    v("install", self.install, Need::optional, "the command that installs it");
    v("start-within", self.start_within, Need::optional, "how long it may take until ready, default \"10s\"");
    v("clustering", self.clustering, Need::optional,
      "spellings of the option that sets the number of workers");
    v("dialect", self.dialect, Need::optional, "where servers legitimately differ");
    v("log", self.log, Need::optional, "the lines it prints");
    v("requests", self.requests, Need::optional, "name = request kind: quick, slow, body, upload");
  }
};

}  // namespace clusterspec
