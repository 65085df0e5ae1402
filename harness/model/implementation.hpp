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
  std::vector<Signal> fast_signals;
  std::optional<Signal> reload_signal;
  int exit_code = 0;
  std::optional<Signal> exit_signal;
  bool forks = false;
  std::vector<std::string> helpers;
  int least_workers = 0;
  bool keep_alive = true;
  bool lossless_close = false;
  std::optional<int> at_once;
  std::optional<Duration> grace_period;

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
    v("fast-signals", self.fast_signals, Need::optional,
      "signals to the launcher that end it without waiting for requests");
    v("reload-signal", self.reload_signal, Need::optional,
      "the signal to the launcher that replaces all workers");
    v("exit-code", self.exit_code, Need::optional, "the launcher's exit code after a graceful end");
    v("exit-signal", self.exit_signal, Need::optional,
      "instead: the signal by which the launcher ends itself after a graceful end");
    v("forks", self.forks, Need::optional, "workers are forks of the launcher, and execute nothing");
    v("helpers", self.helpers, Need::optional,
      "command lines (globs) of processes that it starts and that are no workers");
    v("least-workers", self.least_workers, Need::optional, "it does not run with fewer workers than that");
    v("keep-alive", self.keep_alive, Need::optional, "it keeps connections open after an answer");
    v("lossless-close", self.lossless_close, Need::optional,
      "it claims that closing a listener resets no connection");
    v("at-once", self.at_once, Need::optional,
      "so many requests one process handles at a time; default: any number");
    v("grace-period", self.grace_period, Need::optional,
      "after so long it cuts what has not ended; scenarios ask for 3 s");
  }
};

// A log line, as literal text in which {pid} and {status} stand for numbers and * for anything. Absent: it
// prints none.
struct LogPatterns {
  std::optional<std::string> started, stopped, failed, terminating, ready;

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("started", self.started, Need::optional, "a worker was started; with {pid}");
    v("stopped", self.stopped, Need::optional, "a worker ended well; with {pid}");
    v("failed", self.failed, Need::optional, "a worker ended otherwise; with {pid} and {status}");
    v("terminating", self.terminating, Need::optional, "a process begins to end");
    v("ready", self.ready, Need::optional, "a worker can serve; ready is only when each has printed it");
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
    v("headers", self.headers, Need::optional,
      "more header lines, \"Name: value\"; {delay} and {bytes} are filled in");
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

// A file that is written into {dir} before the start, such as a configuration.
struct ConfigFile {
  std::string text;  // {port} {host} {workers} {dir} {address} are filled in, other braces stand
  std::string mode = "0644";

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("text", self.text, Need::required,
      "its content; {port} {host} {workers} {dir} {address} are filled in");
    v("mode", self.mode, Need::optional, "its permissions, default \"0644\"");
  }
};

// "0644" as a number; nothing if it is none from 0 to 0777.
std::optional<int> permissions_of(const ConfigFile& file);

// A failure that is known: it counts as expected, and is told with its reason.
struct KnownViolation {
  std::string requirement;
  std::string scenario = "*";  // glob of scenario names
  std::string reason;
  std::string link;

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("requirement", self.requirement, Need::required, "the requirement that is not met");
    v("scenario", self.scenario, Need::optional, "only in scenarios of this name (a glob)");
    v("reason", self.reason, Need::required, "what it does instead, and why");
    v("link", self.link, Need::optional, "a report, or its documentation");
  }
};

// Scenarios that mean nothing for this server, where no word of the dialect says so.
struct SkippedScenario {
  std::string scenario;  // glob of scenario names
  std::string reason;

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("scenario", self.scenario, Need::required, "scenarios of this name (a glob)");
    v("reason", self.reason, Need::required, "why they mean nothing here, as a sentence");
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
  std::string directory;                    // where it is started, e.g. {dir}; empty: where we are
  std::map<std::string, ConfigFile> files;  // by their path below {dir}
  std::string install;                      // the command that installs it, for a skip's reason
  std::vector<std::string> needs_files;     // absolute paths that its packages bring
  Duration start_within = std::chrono::seconds(10);
  Dialect dialect;
  LogPatterns log;
  std::map<std::string, RequestKind> requests;
  std::vector<KnownViolation> known;
  std::vector<SkippedScenario> skip;

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
    v("directory", self.directory, Need::optional, "where it is started, e.g. \"{dir}\"");
    v("files", self.files, Need::optional, "path below {dir} = a file to write before the start");
    v("install", self.install, Need::optional, "the command that installs it");
    v("needs-files", self.needs_files, Need::optional,
      "absolute paths that its packages bring; without one it is not installed");
    v("start-within", self.start_within, Need::optional, "how long it may take until ready, default \"10s\"");
    v("clustering", self.clustering, Need::optional,
      "spellings of the option that sets the number of workers");
    v("dialect", self.dialect, Need::optional, "where servers legitimately differ");
    v("log", self.log, Need::optional, "the lines it prints");
    v("requests", self.requests, Need::optional, "name = request kind: quick, slow, body, upload");
    v("known", self.known, Need::optional, "failures that are expected, each with its reason");
    v("skip", self.skip, Need::optional, "scenarios that mean nothing here, each with its reason");
  }
};

}  // namespace clusterspec
