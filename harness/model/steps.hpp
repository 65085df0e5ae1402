// The vocabulary of steps: what a scenario does to a server. The first key of each struct is its verb; a step
// has exactly one verb. Keys, types and meaning stand once, in `describe` (see implementation.hpp).
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/gate_steps.hpp"
#include "model/implementation.hpp"
#include "model/surroundings_steps.hpp"

namespace clusterspec {

enum class Position { first, middle, last, spread };
template <>
struct Names<Position> {
  static constexpr std::array table{std::pair{Position::first, "first"},
                                    std::pair{Position::middle, "middle"}, std::pair{Position::last, "last"},
                                    std::pair{Position::spread, "spread"}};
};

// How the server is started. The [launch] table of a scenario, and the step that starts another instance.
struct Launch {
  std::string instance{k_first_instance};
  std::vector<std::string> workers;  // the count, once for each time the option is given; empty: not given
  std::string spelling;              // empty: the implementation's usual one
  Position position = Position::first;
  bool without_value = false;
  std::vector<std::string> values;    // each carried by the implementation's `value` arguments
  int more_values = 0;                // that many more, "value-1", "value-2", …
  std::vector<std::string> operands;  // appended as they are
  bool defaults = false;
  std::string host;  // empty: 127.0.0.1
  bool terminal = false;
  bool input = false;
  std::vector<std::string> environment;
  std::string argv0;
  bool other_directory = false;
  std::optional<int> files;
  std::vector<Signal> ignored;       // found ignored at the start, as below nohup
  std::vector<std::string> options;  // names of the implementation's [options]
  bool first_process = false;        // process 1 of a pid namespace, as in a container (pid_namespaces(7))

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("launch", self.instance, Need::optional, "name of the instance to start (as a step)");
    v("workers", self.workers, Need::optional, "the count; a list gives the option once for each");
    v("spelling", self.spelling, Need::optional, "one of the implementation's clustering spellings");
    v("position", self.position, Need::optional, "where the clustering option stands among the arguments");
    v("without-value", self.without_value, Need::optional, "give the clustering option without its value");
    v("values", self.values, Need::optional,
      "arbitrary values, each in an option of its own; \\\\xNN is a raw byte");
    v("more-values", self.more_values, Need::optional, "that many more generated values");
    v("operands", self.operands, Need::optional, "arguments appended as they are");
    v("defaults", self.defaults, Need::optional, "leave out the arguments for address and port");
    v("host", self.host, Need::optional,
      "the address to listen on, for {host}; \"::\" is any of IPv6, default \"127.0.0.1\"");
    v("terminal", self.terminal, Need::optional, "a pty as controlling terminal and standard input");
    v("input", self.input, Need::optional, "standard input is a pipe that stays open (else /dev/null)");
    v("environment", self.environment, Need::optional, "\"NAME=value\" to add");
    v("argv0", self.argv0, Need::optional, "what the server sees as argv[0]");
    v("other-directory", self.other_directory, Need::optional,
      "start in an empty directory, with an empty PATH");
    v("files", self.files, Need::optional,
      "so many descriptors the server may have open (RLIMIT_NOFILE); default: as many as we were given");
    v("ignored", self.ignored, Need::optional, "signals that the server finds ignored, as below nohup");
    v("options", self.options, Need::optional,
      "behaviours to turn on, by their names in the implementation's [options]");
    v("first-process", self.first_process, Need::optional,
      "the server is process 1 of a pid namespace, as in a container");
  }
};

enum class Awaited {
  ready,             // every listener the implementation states is open
  started,           // `count` workers have been executed
  exited,            // of = who
  listeners_closed,  // of = who
  concluded,         // connections = which group: each has its outcome
  line,              // line = which, of = about whom
  idle,              // of = who: they sleep, no signal is pending, and their children are executed
};
template <>
struct Names<Awaited> {
  static constexpr std::array table{std::pair{Awaited::ready, "ready"},
                                    std::pair{Awaited::started, "started"},
                                    std::pair{Awaited::exited, "exited"},
                                    std::pair{Awaited::listeners_closed, "listeners-closed"},
                                    std::pair{Awaited::concluded, "concluded"},
                                    std::pair{Awaited::line, "line"},
                                    std::pair{Awaited::idle, "idle"}};
};

// The lines an implementation declares in [log].
enum class LineKind { started, stopped, failed, terminating, ready };
template <>
struct Names<LineKind> {
  static constexpr std::array table{
      std::pair{LineKind::started, "started"}, std::pair{LineKind::stopped, "stopped"},
      std::pair{LineKind::failed, "failed"}, std::pair{LineKind::terminating, "terminating"},
      std::pair{LineKind::ready, "ready"}};
};

struct Await {
  Awaited what = Awaited::ready;
  Target of{Role::launcher, 0, std::string(k_first_instance)};
  std::string connections;
  std::optional<LineKind> line;
  std::optional<int> count;
  bool or_message = false;
  std::optional<Duration> within;  // default 5 s; for `ready` the implementation's start-within

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("await", self.what, Need::required, "the event to wait for");
    v("of", self.of, Need::optional, "who: launcher, workers, worker N, all");
    v("connections", self.connections, Need::optional, "the group of connections, for `concluded`");
    v("line", self.line, Need::optional,
      "which declared line, for `line`: printed by `of`, or about the workers `of`");
    v("count", self.count, Need::optional, "how many, for `started` and `line`");
    v("or-message", self.or_message, Need::optional,
      "or a line on standard error that came since the step before this one began");
    v("within", self.within, Need::optional, "the deadline, default \"5s\"");
  }
};

// How far each connection must have come before the step ends.
enum class Progress {
  connected,
  sent,       // the request is written
  handled,    // accepted, and the server has read the whole request from its socket
  concluded,  // has its outcome
};
template <>
struct Names<Progress> {
  static constexpr std::array table{
      std::pair{Progress::connected, "connected"}, std::pair{Progress::sent, "sent"},
      std::pair{Progress::handled, "handled"}, std::pair{Progress::concluded, "concluded"}};
};

// By which the clients come: 127.0.0.1 or ::1.
enum class Family { ipv4, ipv6 };
template <>
struct Names<Family> {
  static constexpr std::array table{std::pair{Family::ipv4, "ipv4"}, std::pair{Family::ipv6, "ipv6"}};
};

struct Open {
  std::string group;
  std::string request = "quick";  // a kind of the implementation, or "nothing"
  int count = 1;
  std::optional<int> per_process;
  Progress until = Progress::concluded;
  Duration delay{};
  std::int64_t bytes = 0;
  bool keep_alive = false;
  bool later = false;
  int pipelined = 1;
  int read_rate = 0;  // bytes a second; 0: as fast as it goes
  int write_rate = 0;
  int at_once = 64;
  Family over = Family::ipv4;
  Duration within = std::chrono::seconds(10);
  Duration hung_after = std::chrono::seconds(10);

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("open", self.group, Need::required, "names a group of connections");
    v("request", self.request, Need::optional,
      "a request kind of the implementation, or \"nothing\"; default quick");
    v("count", self.count, Need::optional, "how many connections");
    v("per-process", self.per_process, Need::optional,
      "instead of count: connect until each process holds that many");
    v("until", self.until, Need::optional, "how far each must come before the step ends; default concluded");
    v("delay", self.delay, Need::optional, "for {delay} of the request kind");
    v("bytes", self.bytes, Need::optional, "for {bytes} of the request kind");
    v("keep-alive", self.keep_alive, Need::optional, "stay open, idle, after the answer");
    v("later", self.later, Need::optional, "send nothing until a step `send`");
    v("pipelined", self.pipelined, Need::optional,
      "so many requests on each connection, one behind the other");
    v("read-rate", self.read_rate, Need::optional, "a slow reader: so many bytes of the answer a second");
    v("write-rate", self.write_rate, Need::optional, "a slow writer: so many bytes of the request a second");
    v("at-once", self.at_once, Need::optional, "at most that many under way together while opening");
    v("over", self.over, Need::optional, "ipv4, to 127.0.0.1, or ipv6, to ::1; default ipv4");
    v("within", self.within, Need::optional, "the step's deadline");
    v("hung-after", self.hung_after, Need::optional, "no byte for that long: the outcome is hung");
  }
};

// The requests of connections that were opened to send later.
struct Send {
  std::string group;
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("send", self.group, Need::required, "the group whose connections send their requests now");
  }
};

// One request after another until `stop`: each on a new connection, or on connections that stay.
struct Load {
  std::string group;
  std::string request = "quick";
  int at_once = 4;
  int rate = 0;  // connections a second; 0: as many as go
  bool keep_alive = false;
  int pipelined = 1;
  Duration hung_after = std::chrono::seconds(10);

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("load", self.group, Need::required, "names a group of connections that go on until `stop`");
    v("request", self.request, Need::optional, "a request kind of the implementation");
    v("at-once", self.at_once, Need::optional,
      "how many clients, each with one connection at a time; with `rate` at most so many at a time");
    v("rate", self.rate, Need::optional,
      "so many new connections a second, whether or not the former ones are answered");
    v("keep-alive", self.keep_alive, Need::optional,
      "each client sends its next request on the same connection, for as long as the server keeps it open");
    v("pipelined", self.pipelined, Need::optional,
      "so many requests on each connection, one behind the other");
    v("hung-after", self.hung_after, Need::optional, "no byte for that long: the outcome is hung");
  }
};

struct Stop {
  std::string group;
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("stop", self.group, Need::required, "the load to stop; connections under way run to their outcome");
  }
};

struct Close {
  std::string group;
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("close", self.group, Need::required, "the group whose open connections the client closes");
  }
};

// A signal by its name, or by what it is for: then the implementation says which it is, and who gets it.
enum class Purpose { named, graceful, fast, reload };
template <>
struct Names<Purpose> {
  static constexpr std::array table{std::pair{Purpose::graceful, "graceful"},
                                    std::pair{Purpose::fast, "fast"}, std::pair{Purpose::reload, "reload"}};
};
struct SignalWord {
  Signal named{};
  Purpose purpose = Purpose::named;
  SignalWord() = default;
  SignalWord(Signal signal) : named(signal) {}
  explicit SignalWord(Purpose what) : purpose(what) {}
  friend bool operator==(const SignalWord&, const SignalWord&) = default;
};
Result<SignalWord> parse_signal_word(std::string_view text);
std::string to_text(const SignalWord& word);

struct SendSignal {
  SignalWord signal{};
  Target to{Role::group, 0, std::string(k_first_instance)};
  int times = 1;
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("signal", self.signal, Need::required,
      "a signal, e.g. \"INT\", or what it is for: graceful, fast, reload");
    v("to", self.to, Need::optional,
      "launcher, workers, worker N, group, all; default group. For graceful, fast and reload the "
      "implementation says it");
    v("times", self.times, Need::optional, "how often");
  }
};

// What a step sends to such a server; nothing: it states no signal for that.
struct SignalToSend {
  Signal signal;
  Target to;
};
std::optional<SignalToSend> meant(const SendSignal& step, const Dialect& dialect);

enum class Key { ctrl_c, ctrl_backslash, hang_up };
template <>
struct Names<Key> {
  static constexpr std::array table{std::pair{Key::ctrl_c, "ctrl-c"},
                                    std::pair{Key::ctrl_backslash, "ctrl-\\"},
                                    std::pair{Key::hang_up, "hang-up"}};
};

struct Press {
  Key key = Key::ctrl_c;
  int times = 1;
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("press", self.key, Need::required,
      "a key typed at the controlling terminal, or hang-up: the terminal is closed");
    v("times", self.times, Need::optional, "how often");
  }
};

// Records the processes, their states and the listeners at this moment, for expectations with `at = NAME`.
struct Look {
  std::string name;
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("look", self.name, Need::required, "names the moment");
  }
};

using StepAction =
    std::variant<Launch, Await, Open, Send, Load, Stop, Close, SendSignal, Press, Occupy, SpoilOutput,
                 Replace, Orphan, Look, Hold, AwaitHeld, Release, Inject, Freeze, Thaw>;

}  // namespace clusterspec
