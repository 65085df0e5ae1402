#include "linux/deferred_close.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <system_error>
#include <thread>
#include <utility>

#include "linux/pass.hpp"
#include "linux/process.hpp"

namespace clusterspec {
namespace {

constexpr std::uint64_t k_close = 1, k_end = 2;

void close_in_a_thread(Fd fd) {
  try {
    std::thread([fd = std::move(fd)]() mutable { fd.reset(); }).detach();
  } catch (const std::system_error&) {
    // No more threads: it was closed with what the thread would have been given.
  }
}

[[noreturn]] void serve(Pid parent, int socket) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(0);  // it ended before the kernel was asked
  // Ctrl-C at the user's terminal is for the scheduler, and a pipe that is held open here would not end.
  ::setsid();
  ::syscall(SYS_close_range, 3U, static_cast<unsigned>(socket) - 1, 0U);
  ::syscall(SYS_close_range, static_cast<unsigned>(socket) + 1, ~0U, 0U);
  ::syscall(SYS_close_range, 0U, 2U, 0U);
  for (;;) {
    auto passed = receive_passed(socket, true);
    if (!passed || passed->word == k_end) break;
    close_in_a_thread(std::move(passed->fd));
  }
  // What is being closed is closed before the kernel calls us ended.
  ::_exit(0);
}

}  // namespace

Result<DeferredClose> DeferredClose::start() {
  auto pair = make_socket_pair(false);
  if (!pair) return tl::unexpected(pair.error());
  const Pid self = ::getpid();
  const long pid = ::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (pid < 0) return system_failure("starting a process that closes");
  if (pid == 0) serve(self, pair->theirs.get());
  DeferredClose started;
  started.m_socket = std::move(pair->ours);
  started.m_pid = static_cast<Pid>(pid);
  return started;
}

DeferredClose& DeferredClose::operator=(DeferredClose&& other) noexcept {
  end();
  m_socket = std::move(other.m_socket);
  m_pid = std::exchange(other.m_pid, 0);
  return *this;
}

void DeferredClose::end() {
  if (!m_socket) return;
  // Told, and not by the end of the socket, of which a cell may have a copy still.
  pass(m_socket.get(), k_end, -1, true);
  m_socket.reset();
  wait_for_child(std::exchange(m_pid, 0));
}

void close_elsewhere(int socket, Fd fd) {
  if (socket >= 0) pass(socket, k_close, fd.get(), false);
}

}  // namespace clusterspec
