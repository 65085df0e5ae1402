#include "linux/busy.hpp"

#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "linux/procfs.hpp"
#include "linux/stream.hpp"
#include "linux/tests/children.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

std::vector<Pid> pids_below(Pid parent) {
  std::vector<Pid> found;
  for (const ProcessSeen& process : descendants_of(parent)) found.push_back(process.pid);
  return found;
}

TEST_CASE("busy processes run, and are gone when their owner is") {
  std::vector<Pid> running;
  {
    const auto busy = BusyProcesses::start(2);
    REQUIRE(busy);
    running = pids_below(own_pid());
    REQUIRE(running.size() == 2);
    for (const Pid pid : running)
      CHECK(eventually([&] { return read_stat(pid).value_or(ProcessStat{}).state == 'R'; }));
  }
  for (const Pid pid : running) CHECK_FALSE(read_stat(pid));
}

TEST_CASE("busy processes end with a harness that is killed") {
  Pipe names = pipe_or_fail();
  Child harness([&] {
    const auto busy = BusyProcesses::start(1);
    for (const Pid pid : pids_below(own_pid()))
      if (!write_all(names.write.get(), std::to_string(pid) + "\n")) return 1;
    return busy && ::pause() == 0 ? 0 : 1;
  });
  const Fd busy = open_pidfd(std::stoi(read_line(names.read.get())));
  REQUIRE(busy);
  harness.kill(SIGKILL);
  CHECK(harness.has_ended_in_time());
  CHECK(wait_readable(busy.get()));
}

}  // namespace
