#include "reference_server/signals.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "reference_server/policy.hpp"

namespace reference_server {
namespace {

// All that any option may ask for.
std::array<int, 5> candidates() { return {SIGINT, SIGTERM, SIGHUP, SIGUSR2, drain_signal()}; }

sigset_t empty_set() {
  sigset_t set;
  sigemptyset(&set);
  return set;
}

sigset_t set_of(int signal) {
  sigset_t set = empty_set();
  sigaddset(&set, signal);
  return set;
}

// What await_only found; signals are the process's and not any object's.
sigset_t s_ending = set_of(SIGINT);

bool is_ignored(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

int drain_signal() { return SIGRTMIN; }

StartSignals take_signals() {
  StartSignals start{};
  sigset_t set = set_of(SIGCHLD);
  for (const int signal : candidates()) sigaddset(&set, signal);
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

void await_only(const SignalUse& use, const StartSignals& start) {
  s_ending = empty_set();
  for (const int signal : use.graceful) {
    if (signal != SIGHUP || !is_ignored(SIGHUP)) sigaddset(&s_ending, signal);
  }
  if (use.drain) sigaddset(&s_ending, drain_signal());
  sigset_t unused = empty_set();
  for (const int signal : candidates()) {
    const bool awaited = sigismember(&s_ending, signal) == 1 || signal == use.reload;
    if (!awaited && sigismember(&start.mask, signal) == 0) sigaddset(&unused, signal);
  }
  sigprocmask(SIG_UNBLOCK, &unused, nullptr);
}

void add_ending_signals(sigset_t& set) { sigorset(&set, &set, &s_ending); }

unsigned long long ending_signal_bits() {
  unsigned long long bits = 0;
  for (const int signal : candidates()) {
    if (sigismember(&s_ending, signal) == 1) bits |= 1ULL << (signal - 1);
  }
  return bits;
}

bool interrupt_is_pending() {
  sigset_t pending;
  if (sigpending(&pending) != 0) return false;
  sigset_t both;
  sigandset(&both, &pending, &s_ending);
  return sigisemptyset(&both) == 0;
}

Signals::Signals(asio::io_context& context, const SignalUse& use, Handlers handlers)
    : m_descriptor(context), m_handlers(std::move(handlers)), m_reload(use.reload) {
  sigset_t set = set_of(SIGCHLD);
  sigorset(&set, &set, &s_ending);
  if (m_reload != 0) sigaddset(&set, m_reload);
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
    const int signal = static_cast<int>(info.ssi_signo);
    if (signal == SIGCHLD) {
      m_handlers.child();
    } else if (signal == drain_signal()) {
      m_handlers.drain();
    } else if (signal == m_reload) {
      m_handlers.reload();
    } else {
      m_handlers.interrupt(signal);
    }
  }
}

}  // namespace reference_server
