#include "linux/loop.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "linux/readiness.hpp"
#include "linux/tests/children.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;
using std::chrono::milliseconds;

namespace {

Pipe readable_pipe() {
  Pipe pipe = pipe_or_fail();
  REQUIRE(::write(pipe.write.get(), "x", 1) == 1);
  return pipe;
}

// One round of the loop: what is ready now is handled, nothing is waited for.
void one_round(Loop& loop) {
  int looks = 0;
  loop.after(Duration{0}, [] {});
  loop.run_until([&] { return ++looks > 1; }, deadline());
}

}  // namespace

TEST_CASE("Timers fire in the order in which they are due, equal ones in the order they were set") {
  Loop loop;
  std::string fired;
  loop.after(milliseconds(4), [&] { fired += 'd'; });
  loop.after(milliseconds(2), [&] { fired += 'c'; });
  loop.after(Duration{0}, [&] { fired += 'a'; });
  loop.after(Duration{0}, [&] { fired += 'b'; });
  REQUIRE(loop.run_until([&] { return fired.size() == 4; }, deadline()));
  CHECK(fired == "abcd");
}

TEST_CASE("A timer never fires early") {
  Loop loop;
  const std::int64_t set_at = now_ns();
  std::int64_t fired_at = 0;
  loop.after(milliseconds(3), [&] { fired_at = now_ns(); });
  REQUIRE(loop.run_until([&] { return fired_at != 0; }, deadline()));
  CHECK(fired_at - set_at >= 3'000'000);
}

TEST_CASE("A cancelled timer does not fire, even if it was due in the same round") {
  Loop loop;
  bool first = false, second = false, last = false;
  Loop::TimerId doomed = 0;
  loop.after(Duration{0}, [&] {
    first = true;
    loop.cancel(doomed);
  });
  doomed = loop.after(Duration{0}, [&] { second = true; });
  loop.after(milliseconds(1), [&] { last = true; });
  REQUIRE(loop.run_until([&] { return last; }, deadline()));
  CHECK(first);
  CHECK_FALSE(second);
  loop.cancel(doomed);  // once more changes nothing
}

TEST_CASE("A timer may set the next one without starving descriptors") {
  Loop loop;
  const Pipe pipe = readable_pipe();
  bool handled = false;
  std::function<void()> again = [&] { loop.after(Duration{0}, again); };
  again();
  loop.watch(pipe.read.get(), k_readable, [&](std::uint32_t) { handled = true; });
  CHECK(loop.run_until([&] { return handled; }, deadline()));
}

TEST_CASE("A handler may forget its own descriptor: it is not called again") {
  Loop loop;
  const Pipe pipe = readable_pipe();
  int calls = 0;
  loop.watch(pipe.read.get(), k_readable, [&](std::uint32_t) {
    ++calls;
    loop.forget(pipe.read.get());
    ++calls;  // what it captured lives until it returns
  });
  one_round(loop);
  one_round(loop);
  CHECK(calls == 2);
}

TEST_CASE("A handler may forget another descriptor that is ready in the same round") {
  Loop loop;
  const Pipe one = readable_pipe(), two = readable_pipe();
  int calls = 0;
  loop.watch(one.read.get(), k_readable, [&](std::uint32_t) {
    ++calls;
    loop.forget(two.read.get());
    loop.forget(one.read.get());
  });
  loop.watch(two.read.get(), k_readable, [&](std::uint32_t) {
    ++calls;
    loop.forget(one.read.get());
    loop.forget(two.read.get());
  });
  one_round(loop);
  one_round(loop);
  CHECK(calls == 1);
}

TEST_CASE("An event of a closed descriptor does not reach the next bearer of its number") {
  Loop loop;
  Pipe pipes[2] = {readable_pipe(), readable_pipe()};
  Pipe silent = pipe_or_fail();
  int stale = 0, replaced = -1;
  for (int i = 0; i < 2; ++i) {
    loop.watch(pipes[i].read.get(), k_readable, [&, i](std::uint32_t) {
      const int other = pipes[1 - i].read.get();
      loop.forget(pipes[i].read.get());
      loop.forget(other);
      // The kernel has reported `other` as readable in this round already.
      REQUIRE(::dup3(silent.read.get(), other, O_CLOEXEC) == other);
      loop.watch(other, k_readable, [&](std::uint32_t) { ++stale; });
      replaced = other;
    });
  }
  one_round(loop);
  REQUIRE(replaced >= 0);
  one_round(loop);
  CHECK(stale == 0);

  REQUIRE(::write(silent.write.get(), "x", 1) == 1);
  CHECK(loop.run_until([&] { return stale > 0; }, deadline()));
}

TEST_CASE("Watching a descriptor again replaces its handler") {
  Loop loop;
  const Pipe pipe = readable_pipe();
  int before = 0, after = 0;
  loop.watch(pipe.read.get(), k_readable, [&](std::uint32_t) { ++before; });
  loop.watch(pipe.read.get(), k_readable, [&](std::uint32_t) { ++after; });
  one_round(loop);
  CHECK(before == 0);
  CHECK(after > 0);
}

TEST_CASE("Without interest in anything only the end of a stream is reported") {
  Loop loop;
  Pipe pipe = readable_pipe();
  std::uint32_t seen = 0;
  int calls = 0;
  loop.watch(pipe.read.get(), k_readable, [&](std::uint32_t events) {
    seen = events;
    ++calls;
  });
  loop.modify(pipe.read.get(), 0);
  one_round(loop);
  CHECK(calls == 0);
  pipe.write.reset();
  REQUIRE(loop.run_until([&] { return calls > 0; }, deadline()));
  CHECK(is_hangup(seen));
}

TEST_CASE("run_until gives up at its deadline, not before, and looks at the condition first") {
  Loop loop;
  const std::int64_t until = deadline(milliseconds(5));
  CHECK_FALSE(loop.run_until([] { return false; }, until));
  CHECK(now_ns() >= until);

  CHECK(loop.run_until([] { return true; }, 0));
  CHECK_FALSE(loop.run_until([] { return false; }, 0));
}

TEST_CASE("Many descriptors at once are all handled") {
  Loop loop;
  std::vector<Pipe> pipes;
  int handled = 0;
  for (int i = 0; i < 300; ++i) {  // more than one call of epoll_wait gives
    pipes.push_back(readable_pipe());
    const int fd = pipes.back().read.get();
    loop.watch(fd, k_readable, [&loop, &handled, fd](std::uint32_t) {
      ++handled;
      loop.forget(fd);
    });
  }
  CHECK(loop.run_until([&] { return handled == 300; }, deadline()));
}
