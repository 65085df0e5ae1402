#include "linux/idle.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <thread>

#include "linux/procfs.hpp"
#include "linux/tests/children.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

// Sleeps until it is told a byte, and answers it.
int answer(const Pipe& in, const Pipe& out) {
  for (char byte; ::read(in.read.get(), &byte, 1) == 1;) (void)!::write(out.write.get(), &byte, 1);
  return 0;
}

bool comes_to_rest(Pid pid) {
  return eventually([&] { return switches_if_idle({pid}).has_value(); });
}

}  // namespace

TEST_CASE("Who sleeps is idle, and who ran between two looks shows it") {
  const Pipe in = pipe_or_fail(), out = pipe_or_fail();
  const Child child([&] { return answer(in, out); });
  REQUIRE(comes_to_rest(child.pid()));
  const auto first = switches_if_idle({child.pid()});
  CHECK(switches_if_idle({child.pid()}) == first);
  REQUIRE(::write(in.write.get(), "x", 1) == 1);
  REQUIRE(wait_readable(out.read.get()));
  REQUIRE(comes_to_rest(child.pid()));
  CHECK(switches_if_idle({child.pid()}) != first);
}

TEST_CASE("Who runs is not idle, nor is its parent, which sleeps") {
  const Pipe pids = pipe_or_fail();
  const Child parent([&] {
    const pid_t busy = ::fork();
    if (busy == 0)
      for (;;)
        if (::getppid() == 1) ::_exit(0);
    (void)!::write(pids.write.get(), &busy, sizeof busy);
    ::pause();
    return 0;
  });
  pid_t busy = 0;
  REQUIRE(wait_readable(pids.read.get()));
  REQUIRE(::read(pids.read.get(), &busy, sizeof busy) == sizeof busy);
  CHECK_FALSE(switches_if_idle({busy}));
  CHECK_FALSE(switches_if_idle({parent.pid()}));
  ::kill(busy, SIGSTOP);
  CHECK(comes_to_rest(busy));
  CHECK(comes_to_rest(parent.pid()));
  ::kill(busy, SIGKILL);
}

TEST_CASE("A child that has executed a program of its own does not count for its parent") {
  const Pipe said = pipe_or_fail();
  const Child parent([&] {
    if (::fork() == 0) {
      ::dup2(said.write.get(), 1);
      ::execl("/bin/sh", "sh", "-c", "ulimit -t 20; echo; while :; do :; done", nullptr);
      ::_exit(1);
    }
    ::pause();
    return 0;
  });
  REQUIRE(wait_readable(said.read.get()));
  CHECK(comes_to_rest(parent.pid()));
  const std::vector<ProcessSeen> children = children_of(parent.pid());
  REQUIRE(children.size() == 1);
  CHECK_FALSE(switches_if_idle({children[0].pid}));
  ::kill(children[0].pid, SIGKILL);
}

TEST_CASE("A signal that is pending is still to be handled") {
  const Pipe ready = pipe_or_fail();
  const Child child([&] {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGUSR1);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    (void)!::write(ready.write.get(), "x", 1);
    ::pause();
    return 0;
  });
  REQUIRE(wait_readable(ready.read.get()));
  REQUIRE(comes_to_rest(child.pid()));
  ::kill(child.pid(), SIGUSR1);
  CHECK_FALSE(switches_if_idle({child.pid()}));
}

TEST_CASE("A process is stopped when its last thread is") {
  const Pipe in = pipe_or_fail(), out = pipe_or_fail();
  const Child child([&] {
    std::thread other([&] { answer(in, out); });
    for (;;) ::pause();
    return 0;
  });
  REQUIRE(::write(in.write.get(), "x", 1) == 1);
  REQUIRE(wait_readable(out.read.get()));  // both threads are there
  CHECK_FALSE(all_stopped({child.pid()}, false));
  ::kill(child.pid(), SIGSTOP);
  CHECK(eventually([&] { return all_stopped({child.pid()}, false); }));
  ::kill(child.pid(), SIGCONT);
  CHECK(eventually([&] { return !all_stopped({child.pid()}, true); }));
}

TEST_CASE("Who waits for its vfork child is not stopped by a signal, and stands all the same") {
  const Pipe lifeline = pipe_or_fail(), began = pipe_or_fail();
  const Child parent([&] {
    // As vfork, but with memory of its own, so that the child may do what it likes.
    if (::syscall(SYS_clone, CLONE_VFORK | SIGCHLD, nullptr, nullptr, nullptr, nullptr) == 0) {
      char byte = 0;
      (void)!::write(began.write.get(), "!", 1);
      (void)!::read(lifeline.read.get(), &byte, 1);
      ::_exit(0);
    }
    for (;;) ::pause();
    return 0;
  });
  REQUIRE(wait_readable(began.read.get()));
  ::kill(parent.pid(), SIGSTOP);
  CHECK(eventually([&] { return all_stopped({parent.pid()}, true); }));
  CHECK_FALSE(all_stopped({parent.pid()}, false));
  REQUIRE(::write(lifeline.write.get(), "x", 1) == 1);
  CHECK(eventually([&] { return all_stopped({parent.pid()}, false); }));
}
