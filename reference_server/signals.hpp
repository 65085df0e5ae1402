#pragma once
// Signals as bytes to read, signalfd(2), so that nothing runs in a handler and none can be missed.
// Those that may end the process gracefully are blocked before anything else happens; once the options are
// known those that mean nothing to it are let go, and the others stay blocked: they cannot end the process,
// whatever their disposition, and wait to be read. Workers are started with them blocked for the same
// reason, and process 1 of a pid namespace, which ignores what it does not handle, gets them too
// (pid_namespaces(7)). All other signals keep their dispositions.
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <csignal>
#include <functional>

namespace reference_server {

struct SignalUse;

// How the process was started, and what it has to pass on.
struct StartSignals {
  sigset_t mask;             // as started
  bool pipe_signal_ignored;  // SIGPIPE was ignored when it was started
};

// By which a launcher, alive or by its death, tells a worker to end gracefully. A real-time signal, which
// nobody else sends.
int drain_signal();

// To be called first in main: blocks SIGCHLD and all that may come to be awaited, ignores SIGPIPE (a closed
// pipe is an error of write), and makes SIGCHLD's disposition the default one, without which ends of workers
// would be lost.
StartSignals take_signals();

// Lets go what take_signals blocked and `use` does not name. SIGHUP stays ignored if it was (nohup(1)).
void await_only(const SignalUse& use, const StartSignals& start);

// The signals that end this process gracefully, as a set and as the mask of /proc/PID/status (proc(5)).
void add_ending_signals(sigset_t& set);
unsigned long long ending_signal_bits();

// One of them waits to be read.
bool interrupt_is_pending();

class Signals {
 public:
  struct Handlers {
    std::function<void(int signal)> interrupt;
    std::function<void()> drain;
    std::function<void()> reload;
    std::function<void()> child;
  };
  // Calls back from the event loop until `stop`. After await_only.
  Signals(asio::io_context& context, const SignalUse& use, Handlers handlers);
  void stop();

 private:
  void wait();
  void read();

  asio::posix::stream_descriptor m_descriptor;
  Handlers m_handlers;
  int m_reload;
};

}  // namespace reference_server
