#pragma once
// Signals as bytes to read, signalfd(2), so that nothing runs in a handler and none can be missed.
// SIGINT is blocked before anything else happens and stays so: from then on it cannot end the process,
// whatever its disposition, and waits to be read. Workers are started with it blocked for the same reason.
// All other signals keep their dispositions; SIGTERM, SIGHUP and SIGQUIT end the process as ever.
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <csignal>
#include <functional>

namespace reference_server {

// How the process was started, and what it has to pass on.
struct StartSignals {
  sigset_t mask;             // as started
  bool pipe_signal_ignored;  // SIGPIPE was ignored when it was started
};

// To be called first in main: blocks SIGINT and SIGCHLD, ignores SIGPIPE (a closed pipe is an error of
// write), and makes SIGCHLD's disposition the default one, without which ends of workers would be lost.
StartSignals take_signals();

bool interrupt_is_pending();

class Signals {
 public:
  struct Handlers {
    std::function<void()> interrupt;
    std::function<void()> child;
  };
  // Calls back from the event loop until `stop`.
  Signals(asio::io_context& context, Handlers handlers);
  void stop();

 private:
  void wait();
  void read();

  asio::posix::stream_descriptor m_descriptor;
  Handlers m_handlers;
};

}  // namespace reference_server
