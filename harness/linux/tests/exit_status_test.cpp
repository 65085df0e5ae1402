#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "linux/process.hpp"
#include "linux/procfs.hpp"
#include "linux/tests/children.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

// Only newer kernels keep the status of a process that was waited for: then it must be the right one.
void check_record_after_reaping(Pid pid, int pidfd, int expected) {
  const auto status = exit_status(pid, pidfd);
  if (!status) {
    WARN("this kernel keeps no status of a reaped process");
    return;
  }
  CHECK(*status == expected);
}

}  // namespace

TEST_CASE("A living process has no exit status and has not ended") {
  const Pipe pipe = pipe_or_fail();
  Child child([&] {
    char byte = 0;
    return ::read(pipe.read.get(), &byte, 1) == 1 ? 0 : 1;
  });
  CHECK_FALSE(has_ended(child.pidfd()));
  CHECK_FALSE(exit_status(child.pid(), child.pidfd()));
}

TEST_CASE("The status of a zombie child is its raw wait status") {
  Child child([] { return 3; });
  REQUIRE(child.has_ended_in_time());
  CHECK(has_ended(child.pidfd()));
  CHECK(exit_status(child.pid(), child.pidfd()) == 3 << 8);
  CHECK(child.wait() == 3 << 8);
  CHECK(has_ended(child.pidfd()));
  check_record_after_reaping(child.pid(), child.pidfd(), 3 << 8);
}

TEST_CASE("The status of a killed child is the signal") {
  Child child([] {
    ::pause();
    return 0;
  });
  child.kill(SIGKILL);
  REQUIRE(child.has_ended_in_time());
  CHECK(exit_status(child.pid(), child.pidfd()) == SIGKILL);
}

TEST_CASE("The status of a grandchild that its own parent has waited for is still known") {
  const Pipe report = pipe_or_fail(), go = pipe_or_fail();
  Child parent([&] {
    const pid_t grandchild = ::fork();
    char byte = 0;
    if (grandchild == 0) ::_exit(::read(go.read.get(), &byte, 1) == 1 ? 5 : 6);
    if (::write(report.write.get(), &grandchild, sizeof grandchild) != sizeof grandchild) return 1;
    ::waitpid(grandchild, nullptr, 0);
    if (::write(report.write.get(), "r", 1) != 1) return 1;
    ::pause();
    return 0;
  });
  pid_t grandchild = 0;
  REQUIRE(wait_readable(report.read.get()));
  REQUIRE(::read(report.read.get(), &grandchild, sizeof grandchild) == sizeof grandchild);
  const Fd pidfd = open_pidfd(grandchild);
  REQUIRE(pidfd);
  REQUIRE(::write(go.write.get(), "g", 1) == 1);
  char reaped = 0;
  REQUIRE(wait_readable(report.read.get()));
  REQUIRE(::read(report.read.get(), &reaped, 1) == 1);
  CHECK(has_ended(pidfd.get()));
  check_record_after_reaping(grandchild, pidfd.get(), 5 << 8);
}

TEST_CASE("There is no pidfd for a process that is gone") {
  Child child([] { return 0; });
  REQUIRE(child.wait());
  CHECK_FALSE(open_pidfd(child.pid()));
}

TEST_CASE("Every descendant is ended: those that ignore signals, orphans, and those that fork on") {
  // In a child of its own: it adopts orphans, and what it kills is all that it has.
  const Pipe alive = pipe_or_fail();
  Child cell([&] {
    adopt_orphans();
    const auto live_on = [&] {
      ::alarm(60);  // never outlives the test by more than that
      (void)!::write(alive.write.get(), "x", 1);
      for (;;) ::pause();
    };
    for (int i = 0; i < 3; ++i) {
      if (::fork() != 0) continue;
      for (int number = 1; number < NSIG; ++number)
        if (number != SIGALRM) ::signal(number, SIG_IGN);
      ::setsid();
      if (::fork() != 0 && i == 0) ::_exit(0);  // its child is an orphan now
      live_on();
    }
    if (::fork() == 0) {
      // Makes new ones while we look.
      for (int i = 0; i < 300; ++i)
        if (::fork() == 0) live_on();
      live_on();
    }
    char byte = 0;
    for (int i = 0; i < 6; ++i)
      if (!wait_readable(alive.read.get()) || ::read(alive.read.get(), &byte, 1) != 1) return 1;
    if (!kill_descendants()) return 2;
    return descendants_of(own_pid()).empty() ? 0 : 3;
  });
  CHECK(cell.wait() == 0);
}
