#include "reference_server/signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <utility>

namespace reference_server {
namespace {

sigset_t awaited() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGCHLD);
  return set;
}

}  // namespace

StartSignals take_signals() {
  StartSignals start{};
  const sigset_t set = awaited();
  sigprocmask(SIG_BLOCK, &set, &start.mask);
  struct sigaction ignored {};
  ignored.sa_handler = SIG_IGN;
  struct sigaction before {};
  sigaction(SIGPIPE, &ignored, &before);
  start.pipe_signal_ignored = before.sa_handler == SIG_IGN;
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  sigaction(SIGCHLD, &standard, nullptr);
  return start;
}

bool interrupt_is_pending() {
  sigset_t pending;
  return sigpending(&pending) == 0 && sigismember(&pending, SIGINT) == 1;
}

Signals::Signals(asio::io_context& context, Handlers handlers)
    : m_descriptor(context), m_handlers(std::move(handlers)) {
  const sigset_t set = awaited();
  const int fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  asio::error_code error;
  m_descriptor.assign(fd, error);
  wait();
}

void Signals::stop() {
  asio::error_code ignored;
  m_descriptor.close(ignored);
}

void Signals::wait() {
  m_descriptor.async_wait(asio::posix::stream_descriptor::wait_read, [this](const asio::error_code& error) {
    if (error) return;
    read();
    if (m_descriptor.is_open()) wait();
  });
}

void Signals::read() {
  signalfd_siginfo info{};
  while (m_descriptor.is_open() && ::read(m_descriptor.native_handle(), &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGINT) m_handlers.interrupt();
    if (info.ssi_signo == SIGCHLD) m_handlers.child();
  }
}

}  // namespace reference_server
