// The steps that keep processes where they are, and make their calls fail. See steps.hpp.
#pragma once

#include <optional>
#include <string>

#include "model/implementation.hpp"

namespace clusterspec {

// Keeps a process before a call until `release`: the race that shows once in a thousand runs, every time.
// Calls from `accept` on are frequent and watched only in scenarios that name them.
enum class Call {
  bind,
  listen,
  execve,
  exit_group,
  kill,    // any that sends a signal to another process
  accept,  // with a connection in the queue, or on a socket that waits for one
  close,   // of a listener; or shutdown of one
  clone,   // of a process, not of a thread; fork too
  write,   // to standard output
};
template <>
struct Names<Call> {
  static constexpr std::array table{std::pair{Call::bind, "bind"},     std::pair{Call::listen, "listen"},
                                    std::pair{Call::execve, "execve"}, std::pair{Call::exit_group, "exit"},
                                    std::pair{Call::kill, "kill"},     std::pair{Call::accept, "accept"},
                                    std::pair{Call::close, "close"},   std::pair{Call::clone, "clone"},
                                    std::pair{Call::write, "write"}};
};

struct Hold {
  Call call = Call::bind;
  Target of{Role::workers, 0, std::string(k_first_instance)};
  std::string name;
  Duration within = std::chrono::seconds(20);
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("hold", self.call, Need::required, "the call before which a process is kept");
    v("of", self.of, Need::optional, "who: launcher, workers, worker N; default workers");
    v("name", self.name, Need::required, "names the gate, for `release` and `await-held`");
    v("within", self.within, Need::optional, "after so long it opens by itself, default \"20s\"");
  }
};

struct AwaitHeld {
  std::string name;
  int count = 1;
  std::optional<Duration> within;
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("await-held", self.name, Need::required, "the gate");
    v("count", self.count, Need::optional, "how many processes must stand before it");
    v("within", self.within, Need::optional, "the deadline, default \"5s\"");
  }
};

struct Release {
  std::string name;
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("release", self.name, Need::required,
      "the gate to open, for all who stand before it and all later ones");
  }
};

// Those that a call may be made to fail with (errno(3)).
enum class CallError {
  address_in_use,
  access_denied,
  no_such_file,
  try_again,
  no_memory,
  too_many_files,
  file_table_full,
  connection_aborted,
  broken_pipe,
};
template <>
struct Names<CallError> {
  static constexpr std::array table{std::pair{CallError::address_in_use, "EADDRINUSE"},
                                    std::pair{CallError::access_denied, "EACCES"},
                                    std::pair{CallError::no_such_file, "ENOENT"},
                                    std::pair{CallError::try_again, "EAGAIN"},
                                    std::pair{CallError::no_memory, "ENOMEM"},
                                    std::pair{CallError::too_many_files, "EMFILE"},
                                    std::pair{CallError::file_table_full, "ENFILE"},
                                    std::pair{CallError::connection_aborted, "ECONNABORTED"},
                                    std::pair{CallError::broken_pipe, "EPIPE"}};
};

// Makes a call fail with an errno instead of happening.
struct Inject {
  Call call = Call::bind;
  Target of{Role::workers, 0, std::string(k_first_instance)};
  CallError error{};
  int times = 1;
  bool always = false;
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("inject", self.call, Need::required, "the call that fails");
    v("of", self.of, Need::optional, "who: launcher, workers, worker N; default workers");
    v("error", self.error, Need::required, "what it fails with");
    v("times", self.times, Need::optional, "how often in all");
    v("always", self.always, Need::optional, "instead of times: each time");
  }
};

// freeze = SIGSTOP, thaw = SIGCONT, as steps of their own since a frozen process is a state, not an event.
struct Freeze {
  Target of;
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("freeze", self.of, Need::required, "who is stopped");
  }
};
struct Thaw {
  Target of;
  template <class Self, class V>
  static void describe(Self& self, V&& v) {
    v("thaw", self.of, Need::required, "who goes on");
  }
};

}  // namespace clusterspec
