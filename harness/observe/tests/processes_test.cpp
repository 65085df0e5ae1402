#include "observe/processes.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux/process.hpp"
#include "linux/procfs.hpp"
#include "linux/readiness.hpp"
#include "linux/tests/children.hpp"
#include "observe/tests/recording.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

int stay() {
  for (;;) ::pause();
}

// A child tells the pid of its own child.
bool report_pid(const Pipe& pipe, pid_t pid) {
  return ::write(pipe.write.get(), &pid, sizeof pid) == sizeof pid;
}

pid_t reported(const Pipe& pipe) {
  pid_t pid = 0;
  REQUIRE(wait_readable(pipe.read.get()));
  REQUIRE(::read(pipe.read.get(), &pid, sizeof pid) == sizeof pid);
  return pid;
}

}  // namespace

TEST_CASE("The end of a child is recorded with its status, then that it was waited for") {
  Loop loop;
  Recording recording;
  ProcessWatch watch(loop, recording.recorder);
  Child child([] { return 3; });
  CHECK(watch.track(child.pid()));
  CHECK_FALSE(watch.track(child.pid()));
  REQUIRE(loop.run_until([&] { return !recording.all<Reaped>().empty(); }, deadline()));
  INFO(recording.text());
  REQUIRE(recording.journal.size() == 2);
  CHECK(std::get<Exited>(recording.journal[0].what).pid == child.pid());
  CHECK(std::get<Exited>(recording.journal[0].what).status == 3 << 8);
  CHECK(std::get<Reaped>(recording.journal[1].what).pid == child.pid());
  CHECK_FALSE(watch.known(child.pid()));
}

TEST_CASE("A killed child is recorded with its signal") {
  Loop loop;
  Recording recording;
  ProcessWatch watch(loop, recording.recorder);
  Child child(stay);
  watch.track(child.pid());
  CHECK(watch.alive() == std::vector<Pid>{child.pid()});
  child.kill(SIGKILL);
  REQUIRE(loop.run_until([&] { return !recording.all<Exited>().empty(); }, deadline()));
  CHECK(recording.all<Exited>()[0].status == SIGKILL);
  CHECK(watch.alive().empty());
}

TEST_CASE("A grandchild counts as waited for only when its own parent has done so") {
  Loop loop;
  Recording recording;
  ProcessWatch watch(loop, recording.recorder);
  const Pipe report = pipe_or_fail(), go = pipe_or_fail();
  Child parent([&] {
    const pid_t grandchild = ::fork();
    if (grandchild == 0) stay();
    if (!report_pid(report, grandchild)) return 1;
    char byte = 0;
    if (::read(go.read.get(), &byte, 1) != 1) return 1;
    ::waitpid(grandchild, nullptr, 0);
    return stay();
  });
  const pid_t grandchild = reported(report);
  watch.track(grandchild);
  send_signal(grandchild, Signal{SIGTERM});
  REQUIRE(loop.run_until([&] { return !recording.all<Exited>().empty(); }, deadline()));
  CHECK(recording.all<Exited>()[0].status == SIGTERM);
  CHECK(recording.all<Reaped>().empty());
  CHECK(watch.known(grandchild));
  REQUIRE(::write(go.write.get(), "g", 1) == 1);
  if (loop.run_until([&] { return !recording.all<Reaped>().empty(); }, deadline()))
    CHECK_FALSE(recording.all<Reaped>()[0].adopted);
  else
    WARN("this kernel does not report that a process was waited for (it needs Linux 6.9)");
}

TEST_CASE("Who outlives its parent falls to the harness, and that is said") {
  adopt_orphans();
  Loop loop;
  Recording recording;
  ProcessWatch watch(loop, recording.recorder);
  const Pipe report = pipe_or_fail(), last_words = pipe_or_fail(), go = pipe_or_fail();
  Child parent([&] {
    const pid_t grandchild = ::fork();
    char byte = 0;
    if (grandchild == 0) return ::read(go.read.get(), &byte, 1) == 1 ? 0 : 1;
    if (!report_pid(report, grandchild)) return 1;
    return ::read(last_words.read.get(), &byte, 1) == 1 ? 0 : 1;
  });
  const pid_t grandchild = reported(report);
  for (const pid_t pid : {parent.pid(), grandchild}) {
    watch.appeared(pid, Source::procfs);
    watch.track(pid);
  }
  REQUIRE(::write(last_words.write.get(), "w", 1) == 1);
  REQUIRE(parent.has_ended_in_time());
  REQUIRE(::write(go.write.get(), "g", 1) == 1);
  const auto reaped = [&](pid_t pid) {
    return recording.find<Reaped>([&](const Reaped& e) { return e.pid == pid; }) >= 0;
  };
  const bool seen = loop.run_until([&] { return reaped(grandchild); }, deadline());
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  INFO(recording.text());
  REQUIRE(seen);
  for (const Reaped& one : recording.all<Reaped>())
    CHECK(one.adopted.value_or(false) == (one.pid == grandchild));
}

TEST_CASE("A sweep records every end that has happened, before the loop comes to it") {
  Loop loop;
  Recording recording;
  ProcessWatch watch(loop, recording.recorder);
  Child one(stay), two(stay), three(stay);
  for (const Child* child : {&one, &two, &three}) watch.track(child->pid());
  watch.sweep();
  CHECK(recording.journal.empty());
  for (const Child* child : {&one, &three}) {
    child->kill(SIGKILL);
    REQUIRE(child->has_ended_in_time());
  }
  watch.sweep();
  CHECK(recording.all<Exited>().size() == 2);
  CHECK(watch.alive() == std::vector<Pid>{two.pid()});
  watch.sweep();
  CHECK(recording.all<Exited>().size() == 2);  // each end is recorded once
  REQUIRE(loop.run_until([&] { return recording.all<Reaped>().size() == 2; }, deadline()));
  CHECK(recording.all<Exited>().size() == 2);
}

TEST_CASE("Of the ends that a sweep finds together those come first that somebody has waited for") {
  Loop loop;
  Recording recording;
  ProcessWatch watch(loop, recording.recorder);
  const Pipe report = pipe_or_fail(), go = pipe_or_fail();
  Child parent([&] {
    const pid_t grandchild = ::fork();
    char byte = 0;
    if (grandchild == 0) return ::read(go.read.get(), &byte, 1) == 1 ? 0 : 1;
    if (!report_pid(report, grandchild)) return 1;
    return ::waitpid(grandchild, nullptr, 0) == grandchild ? 0 : 1;
  });
  const pid_t grandchild = reported(report);
  watch.track(parent.pid());
  watch.track(grandchild);
  REQUIRE(::write(go.write.get(), "g", 1) == 1);
  REQUIRE(parent.has_ended_in_time());
  const bool told = is_hangup(events_now({watch.pidfd(grandchild)}).front());
  watch.sweep();
  REQUIRE(recording.all<Exited>().size() == 2);
  if (told)
    CHECK(recording.all<Exited>()[0].pid == grandchild);
  else
    WARN("this kernel does not report that a process was waited for (it needs Linux 6.9)");
}

TEST_CASE("A process that is gone already is recorded as ended, its status not known") {
  Loop loop;
  Recording recording;
  ProcessWatch watch(loop, recording.recorder);
  Child child([] { return 0; });
  REQUIRE(child.wait());
  watch.track(child.pid());
  INFO(recording.text());
  REQUIRE(recording.journal.size() == 2);
  CHECK_FALSE(std::get<Exited>(recording.journal[0].what).status);
  CHECK(std::holds_alternative<Reaped>(recording.journal[1].what));
}

TEST_CASE("A look takes up processes that nothing has reported, and names every one") {
  Loop loop;
  Recording recording;
  ProcessWatch watch(loop, recording.recorder);
  Child known(stay), unknown(stay);
  watch.track(known.pid());
  watch.look("here");
  CHECK(watch.known(unknown.pid()));
  const auto appeared = recording.all<Appeared>();
  REQUIRE(appeared.size() == 1);
  CHECK(appeared[0].pid == unknown.pid());
  CHECK(appeared[0].parent == own_pid());
  const auto seen = recording.all<ProcessesSeen>();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].occasion == "here");
  CHECK(seen[0].processes.size() == 2);
}

TEST_CASE("A description is taken once it is due, and only once") {
  Loop loop;
  Recording recording;
  ProcessWatch watch(loop, recording.recorder);
  Child child(stay);
  watch.track(child.pid());
  watch.describe_if_due(child.pid(), Source::procfs);
  CHECK(recording.journal.empty());
  watch.description_due(child.pid());
  watch.describe_all_due();
  watch.describe_all_due();
  REQUIRE(recording.all<Described>().size() == 1);
  CHECK(recording.all<Described>()[0].pid == child.pid());
}

TEST_CASE("A process before its execve is not what it is described as") {
  Loop loop;
  Recording recording;
  ProcessWatch watch(loop, recording.recorder);
  const Pipe gate = pipe_or_fail(), report = pipe_or_fail();
  Child child([&] {
    char byte;
    if (::read(gate.read.get(), &byte, 1) != 1) return 1;
    ::dup2(gate.read.get(), 0);
    ::dup2(report.write.get(), 1);
    ::execl("/bin/sh", "another program", "-c", "echo; read end", nullptr);
    return 1;
  });
  watch.track(child.pid());
  watch.description_due_after_execve(child.pid());
  watch.describe_all_due();
  CHECK(recording.all<Described>().empty());
  REQUIRE(::write(gate.write.get(), "x", 1) == 1);
  REQUIRE(wait_readable(report.read.get()));
  watch.describe_all_due();
  watch.describe_all_due();
  REQUIRE(recording.all<Described>().size() == 1);
  CHECK(recording.all<Described>()[0].arguments.at(0) == "another program");
}
