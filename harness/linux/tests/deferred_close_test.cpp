#include "linux/deferred_close.hpp"

#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "linux/idle.hpp"
#include "linux/procfs.hpp"
#include "linux/tests/children.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

TEST_CASE("What is handed over is closed there, and not before it runs") {
  auto closer = DeferredClose::start();
  REQUIRE(closer);
  const auto children = children_of(::getpid());
  REQUIRE(children.size() == 1);
  const Pid pid = children.front().pid;
  ::kill(pid, SIGSTOP);
  REQUIRE(eventually([&] { return all_stopped({pid}, false); }));
  Pipe pipe = pipe_or_fail();
  set_nonblocking(pipe.read.get());
  close_elsewhere(closer->socket(), std::move(pipe.write));
  char byte = 0;
  CHECK(::read(pipe.read.get(), &byte, 1) == -1);  // nobody has closed the other end yet
  ::kill(pid, SIGCONT);
  REQUIRE(wait_readable(pipe.read.get()));
  CHECK(::read(pipe.read.get(), &byte, 1) == 0);
}

TEST_CASE("Its end comes after all that it was given is closed, whoever has its socket too") {
  auto closer = DeferredClose::start();
  REQUIRE(closer);
  const Fd copy(::dup(closer->socket()));
  Pipe pipe = pipe_or_fail();
  set_nonblocking(pipe.read.get());
  close_elsewhere(copy.get(), std::move(pipe.write));
  closer->end();
  char byte = 0;
  CHECK(::read(pipe.read.get(), &byte, 1) == 0);
  CHECK(closer->socket() == -1);
  // Nobody is there any more: it is closed here.
  Pipe another = pipe_or_fail();
  close_elsewhere(copy.get(), std::move(another.write));
  CHECK(::read(another.read.get(), &byte, 1) == 0);
}

TEST_CASE("Without one the descriptor is closed here") {
  Pipe pipe = pipe_or_fail();
  close_elsewhere(-1, std::move(pipe.write));
  char byte = 0;
  CHECK(::read(pipe.read.get(), &byte, 1) == 0);
}

TEST_CASE("It ends with who started it, however that ends") {
  const Pipe told = pipe_or_fail();
  {
    const Child starter([&] {
      auto closer = DeferredClose::start();
      for (const ProcessSeen& one : children_of(::getpid()))
        (void)!::write(told.write.get(), &one.pid, sizeof one.pid);
      for (;;) ::pause();
      return 0;
    });
    REQUIRE(wait_readable(told.read.get()));
    ::kill(starter.pid(), SIGKILL);
  }
  Pid pid = 0;
  REQUIRE(::read(told.read.get(), &pid, sizeof pid) == sizeof pid);
  CHECK(eventually([&] { return ::kill(pid, 0) != 0; }));
}
