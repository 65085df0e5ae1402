// The vocabulary of expectations: what must be true of the journal. The first key of each struct is its
// subject; an expectation has exactly one subject. Keys, types and meaning stand once, in `describe` (see
// implementation.hpp). Absent optional parameters are not judged.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "model/steps.hpp"

namespace clusterspec {

// Number and nature of processes. `at` counts the living at that look; without it all that were ever started
// count.
struct ExpectProcesses {
  Target of;
  std::optional<int> count;
  std::string at;
  std::optional<int> executions;
  bool same_executable = false, same_group = false, same_session = false, no_children = false,
       child_of_launcher = false;
  bool reaped = false;

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("processes", self.of, Need::required, "who: workers, launcher, worker N, all");
    v("count", self.count, Need::optional, "how many");
    v("at", self.at, Need::optional, "count the living at that look instead of all ever started");
    v("executions", self.executions, Need::optional, "successful execve calls of each");
    v("same-executable", self.same_executable, Need::optional, "each runs the launcher's executable");
    v("same-group", self.same_group, Need::optional, "each is in the launcher's process group");
    v("same-session", self.same_session, Need::optional, "each is in the launcher's session");
    v("no-children", self.no_children, Need::optional, "none of them starts a process");
    v("child-of-launcher", self.child_of_launcher, Need::optional, "each is a direct child of the launcher");
    v("reaped", self.reaped, Need::optional, "none is a zombie at the look `at`");
  }
};

// The listening sockets on the port, as the kernel lists them at a look ("ready" is one).
struct ExpectListeners {
  std::string at;
  std::optional<int> count;
  bool one_each = false, reuse_port = false, same_address = false;
  std::string address;

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("listeners", self.at, Need::required, "a look, or \"ready\"");
    v("count", self.count, Need::optional, "how many sockets");
    v("one-each", self.one_each, Need::optional,
      "launcher and workers hold one each, and no socket has two holders");
    v("reuse-port", self.reuse_port, Need::optional, "each has SO_REUSEPORT set");
    v("same-address", self.same_address, Need::optional, "all have one address and port");
    v("address", self.address, Need::optional, "that address and port, e.g. \"0.0.0.0:3000\"");
  }
};

// The arguments workers got, against the launcher's: all but the clustering ones, in order, byte for byte.
struct ExpectArguments {
  Target of;
  bool removed = false, kept = false;

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("arguments", self.of, Need::required, "who: workers, worker N");
    v("removed", self.removed, Need::optional,
      "no clustering argument, and nothing else that was not given, reached them");
    v("kept", self.kept, Need::optional, "every other argument reached them, in order, byte for byte");
  }
};

struct ExpectDescriptors {
  Target of;
  int descriptor = 0;
  std::vector<std::string> is;
  bool same_as_launcher = false;

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("descriptors", self.of, Need::required, "who: workers, worker N");
    v("number", self.descriptor, Need::required, "the descriptor's number");
    v("is", self.is, Need::optional, "any of: \"closed\", \"/dev/null\", another path");
    v("same-as-launcher", self.same_as_launcher, Need::optional,
      "the same file as the launcher's descriptor");
  }
};

struct ExpectEnvironment {
  Target of;
  bool same_variables = false, same_directory = false;

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("environment", self.of, Need::required, "who: workers, worker N");
    v("same-variables", self.same_variables, Need::optional,
      "each variable as in the launcher, none more or less");
    v("same-directory", self.same_directory, Need::optional, "the launcher's working directory");
  }
};

// Lines of output. Who wrote a line is known from the kernel, not from its text.
struct ExpectLines {
  LineKind line = LineKind::started;
  std::optional<int> count;
  bool once_about_each = false, once_by_each = false;
  Target of{Role::workers, 0, std::string(k_first_instance)};
  std::optional<Target> by;
  bool real_status = false, whole = false, after_started = false, on_stdout = false;
  std::optional<int> at_most;

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("lines", self.line, Need::required, "which of the implementation's declared lines");
    v("count", self.count, Need::optional, "how many in all");
    v("at-most", self.at_most, Need::optional, "no more than that in all");
    v("once-about-each", self.once_about_each, Need::optional,
      "each process of `of` is named by exactly one, no other pid is");
    v("once-by-each", self.once_by_each, Need::optional,
      "each process of `of` writes exactly one, nobody else does");
    v("of", self.of, Need::optional, "who is meant; default workers");
    v("by", self.by, Need::optional, "who must have written them");
    v("real-status", self.real_status, Need::optional, "{status} is the raw wait status of that process");
    v("whole", self.whole, Need::optional, "no line has another process's bytes in it");
    v("after-started", self.after_started, Need::optional,
      "each comes after the started line of the same pid");
    v("on-stdout", self.on_stdout, Need::optional, "on standard output, not standard error");
  }
};

// Something was said to the user: on standard error, with this text in it.
struct ExpectMessage {
  std::string text;
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("message", self.text, Need::required,
      "text that a line on standard error contains; {address} is host:port; \"\" is any");
  }
};

// What became of connections, as their client saw it.
enum class Outcome {
  answered,
  refused,
  reset_handshake,
  reset_queued,
  reset_accepted,
  reset,
  closed_unanswered,
  closed_announced,  // after an answer that announced it, with requests of this connection unanswered
  truncated,
  hung,
  malformed,
  closed_idle,  // kept open after its answer, or never used, and then closed by the server without an error
  abandoned,    // our own doing: closed by a step or by the end of the case
};
template <>
struct Names<Outcome> {
  static constexpr std::array table{std::pair{Outcome::answered, "answered"},
                                    std::pair{Outcome::refused, "refused"},
                                    std::pair{Outcome::reset_handshake, "reset-handshake"},
                                    std::pair{Outcome::reset_queued, "reset-queued"},
                                    std::pair{Outcome::reset_accepted, "reset-accepted"},
                                    std::pair{Outcome::reset, "reset"},
                                    std::pair{Outcome::closed_unanswered, "closed-unanswered"},
                                    std::pair{Outcome::closed_announced, "closed-announced"},
                                    std::pair{Outcome::truncated, "truncated"},
                                    std::pair{Outcome::hung, "hung"},
                                    std::pair{Outcome::malformed, "malformed"},
                                    std::pair{Outcome::closed_idle, "closed-idle"},
                                    std::pair{Outcome::abandoned, "abandoned"}};
};

struct ExpectConnections {
  std::string group;
  std::vector<Outcome> outcome;
  std::vector<Outcome> never;
  std::optional<int> count;
  std::optional<Target> by;
  std::optional<Moment> before;
  std::vector<Outcome> in_order;
  bool announced = false;

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("connections", self.group, Need::required, "a group that a step opened");
    v("outcome", self.outcome, Need::optional, "every connection ends in one of these");
    v("never", self.never, Need::optional, "no connection ends in one of these");
    v("count", self.count, Need::optional, "how many connections, so that an empty group cannot pass");
    v("by", self.by, Need::optional, "each was held by one of these processes");
    v("before", self.before, Need::optional, "only those begun before this moment");
    v("in-order", self.in_order, Need::optional,
      "as their clients began them, all of the first outcome came before any of the next, and so on");
    v("announced", self.announced, Need::optional,
      "the last answer of each that was answered announced the close");
  }
};

struct ExpectServedBy {
  std::string group;
  Target processes;
  int at_least = 1;
  bool nobody_else = true;

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("served-by", self.group, Need::required, "a group that a step opened");
    v("processes", self.processes, Need::required,
      "who must have answered: launcher, workers, worker N, all");
    v("at-least", self.at_least, Need::optional, "answers by each of them");
    v("nobody-else", self.nobody_else, Need::optional, "no other process answered any; default true");
  }
};

// Evenness over the processes that should serve, by a chi-squared test.
struct ExpectSpread {
  std::string group;
  Target over;
  double p = 1e-9;
  int at_least = 1000;

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("spread", self.group, Need::required, "a group that a step opened");
    v("over", self.over, Need::required, "the processes that should share the connections");
    v("p", self.p, Need::optional, "evenness is rejected below this probability");
    v("at-least", self.at_least, Need::optional, "connections needed for a verdict");
  }
};

struct ExpectOrder {
  std::vector<Moment> moments;
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("order", self.moments, Need::required, "moments, each after the one before");
  }
};

struct ExpectExit {
  Target of;
  std::optional<int> code;
  bool failed = false;
  std::optional<Signal> signal;

  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("exit", self.of, Need::required, "who");
    v("code", self.code, Need::optional, "each ended with this exit code");
    v("failed", self.failed, Need::optional,
      "each ended with an exit code that is not 0, by its own decision");
    v("signal", self.signal, Need::optional, "each was ended by this signal");
  }
};

struct ExpectDuration {
  Duration at_most{};
  Moment from, to;
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("duration", self.at_most, Need::required, "at most this, scaled by --time-scale");
    v("from", self.from, Need::required, "a moment");
    v("to", self.to, Need::required, "a later moment");
  }
};

// What a new connection to the port meets: probed once at a look, and at the end of every case ("end").
enum class PortState { refused, answered, silent };
template <>
struct Names<PortState> {
  static constexpr std::array table{std::pair{PortState::refused, "refused"},
                                    std::pair{PortState::answered, "answered"},
                                    std::pair{PortState::silent, "silent"}};
};

struct ExpectPort {
  PortState state = PortState::refused;
  std::string at = "end";
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("port", self.state, Need::required, "refused, answered or silent (connected or not, no answer)");
    v("at", self.at, Need::optional, "a look; default \"end\"");
  }
};

// Signals that the server's own processes sent each other.
struct ExpectSignals {
  Target to;
  int count = 0;
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("signals", self.to, Need::required, "to whom");
    v("count", self.count, Need::required, "how many in the whole case");
  }
};

// What was left when the launcher had ended: processes, zombies, listeners.
enum class Leftovers { none };
template <>
struct Names<Leftovers> {
  static constexpr std::array table{std::pair{Leftovers::none, "none"}};
};
struct ExpectLeftovers {
  Leftovers what = Leftovers::none;
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("leftovers", self.what, Need::required, "\"none\"");
  }
};

// That process 1 has waited for the orphans of a step `orphan`.
enum class OrphanState { reaped };
template <>
struct Names<OrphanState> {
  static constexpr std::array table{std::pair{OrphanState::reaped, "reaped"}};
};
struct ExpectOrphans {
  OrphanState state = OrphanState::reaped;
  std::string at = "end";
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("orphans", self.state, Need::required, "\"reaped\": none is a zombie");
    v("at", self.at, Need::optional, "at that look; default \"end\"");
  }
};

using ExpectationSubject =
    std::variant<ExpectProcesses, ExpectListeners, ExpectArguments, ExpectDescriptors, ExpectEnvironment,
                 ExpectLines, ExpectMessage, ExpectConnections, ExpectServedBy, ExpectSpread, ExpectOrder,
                 ExpectExit, ExpectDuration, ExpectPort, ExpectSignals, ExpectLeftovers, ExpectOrphans>;

}  // namespace clusterspec
