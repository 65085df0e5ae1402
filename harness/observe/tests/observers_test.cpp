// The two observers, exact and polling, on scripted children.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "linux/procfs.hpp"
#include "linux/stream.hpp"
#include "linux/tests/children.hpp"
#include "observe/polling.hpp"
#include "observe/tests/stage.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

int bound_socket() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? socket : -1;
}

}  // namespace

TEST_CASE("Listening, signalling and ending are recorded in the order in which they happen") {
  if (!possible()) return;
  const Pid us = own_pid();
  WatchedChild watched([us] {
    const int socket = bound_socket();
    ::listen(socket, 7);
    ::kill(us, 0);               // asks only: nothing is sent
    ::kill(::getpid(), SIGURG);  // to itself: tells nobody anything
    ::kill(us, SIGURG);
    return 3;
  });
  const Pid pid = watched.child().pid();
  Stage stage;
  stage.launch(watched);
  REQUIRE(stage.until_reaped(pid));
  INFO(stage.recording.text());

  const auto listening = stage.recording.all<Listening>();
  REQUIRE(listening.size() == 1);
  CHECK(listening[0].pid == pid);
  CHECK(listening[0].address == "127.0.0.1");
  CHECK(listening[0].port > 0);
  CHECK(listening[0].backlog == 7);
  CHECK_FALSE(listening[0].reuse_port);
  CHECK(listening[0].mark == 1);

  const auto signals = stage.recording.all<Signalled>();
  REQUIRE(signals.size() == 1);
  CHECK(signals[0].by == pid);
  CHECK(signals[0].target == us);
  CHECK(signals[0].signal == SIGURG);

  const int listened = stage.recording.find<Listening>([](const Listening&) { return true; });
  const int signalled = stage.recording.find<Signalled>([](const Signalled&) { return true; });
  const int looked = stage.recording.find<ListenersSeen>([](const ListenersSeen&) { return true; });
  const int exiting = stage.recording.find<Exiting>([](const Exiting& e) { return e.code == 3; });
  const int exited = stage.recording.find<Exited>([](const Exited& e) { return e.status == 3 << 8; });
  CHECK(0 < listened);
  CHECK(listened < signalled);
  CHECK(signalled < looked);
  CHECK(looked < exiting);
  CHECK(exiting < exited);

  // It stood still at its exit: its listener was still open then.
  const auto seen = stage.recording.all<ListenersSeen>();
  REQUIRE(!seen.empty());
  CHECK(seen[0].occasion == "exiting " + std::to_string(pid));
  CHECK(std::any_of(seen[0].listeners.begin(), seen[0].listeners.end(),
                    [&](const ListenerSeen& one) { return one.socket == listening[0].socket; }));
  CHECK(stage.drains > 0);
  CHECK(
      stage.until([&] { return !stage.recording.recorder.cluster().listener(listening[0].socket)->open(); }));
}

TEST_CASE("A listener that was closed before its process exits is missing when that exits") {
  if (!possible()) return;
  WatchedChild watched([] {
    const int socket = bound_socket();
    ::listen(socket, 7);
    ::close(socket);
    return 0;
  });
  Stage stage;
  stage.launch(watched);
  REQUIRE(stage.until_reaped(watched.child().pid()));
  INFO(stage.recording.text());
  const auto listening = stage.recording.all<Listening>();
  const auto seen = stage.recording.all<ListenersSeen>();
  REQUIRE(listening.size() == 1);
  REQUIRE(seen.size() == 1);
  CHECK(std::none_of(seen[0].listeners.begin(), seen[0].listeners.end(),
                     [&](const ListenerSeen& one) { return one.socket == listening[0].socket; }));
  const ListenerState* state = stage.recording.recorder.cluster().listener(listening[0].socket);
  REQUIRE(state);
  CHECK(state->closed_at < stage.recording.find<Exiting>([](const Exiting&) { return true; }));
}

TEST_CASE("A program that is executed is recorded with its arguments, and described once it shows itself") {
  if (!possible()) return;
  WatchedChild watched([] {
    ::execl("/nowhere/no-such-program", "name", nullptr);
    ::execl("/bin/sh", "a name", "-c", "exit 4", nullptr);
    return 1;
  });
  const Pid pid = watched.child().pid();
  Stage stage;
  stage.launch(watched);
  REQUIRE(stage.until_reaped(pid));
  INFO(stage.recording.text());
  const auto executed = stage.recording.all<Executed>();
  REQUIRE(executed.size() == 2);
  CHECK(executed[0].path == "/nowhere/no-such-program");
  CHECK_FALSE(executed[0].possible);
  CHECK(executed[1].path == "/bin/sh");
  CHECK(executed[1].possible);
  CHECK(executed[1].arguments == std::vector<std::string>{"a name", "-c", "exit 4"});
  const auto described = stage.recording.all<Described>();
  REQUIRE(described.size() == 1);
  CHECK(described[0].arguments == executed[1].arguments);
  CHECK(stage.recording.all<Exited>()[0].status == 4 << 8);
  CHECK(stage.recording.recorder.cluster().process(pid)->executions == 1);
}

TEST_CASE("A worker appears by its first call, and counts from its execution on") {
  if (!possible()) return;
  WatchedChild watched([] {
    const pid_t worker = ::fork();
    if (worker == 0) {
      ::execl("/bin/true", "true", nullptr);
      ::_exit(1);
    }
    ::waitpid(worker, nullptr, 0);
    return 0;
  });
  Stage stage;
  stage.launch(watched);
  REQUIRE(stage.until_reaped(watched.child().pid()));
  INFO(stage.recording.text());
  const auto appeared = stage.recording.all<Appeared>();
  REQUIRE(appeared.size() == 1);
  CHECK(appeared[0].parent == watched.child().pid());
  const auto workers = stage.recording.recorder.cluster().of(Target{Role::workers});
  REQUIRE(workers.size() == 1);
  CHECK(workers[0]->pid == appeared[0].pid);
  CHECK(workers[0]->ordinal == 1);
  CHECK(workers[0]->status == 0);
  CHECK(workers[0]->exited_at < stage.recording.recorder.cluster().launcher()->exiting_at);
}

TEST_CASE("Who comes to a closed gate stands there until it is released") {
  if (!possible()) return;
  const Pipe report = pipe_or_fail();
  WatchedChild watched([&] {
    const int socket = bound_socket();
    const bool listens = ::listen(socket, 7) == 0;
    return listens && write_all(report.write.get(), "listening\n") ? 0 : 1;
  });
  const Pid pid = watched.child().pid();
  Stage stage;
  stage.gates.hold({Call::listen, Target{Role::launcher}, "gate"});
  stage.launch(watched);
  REQUIRE(stage.until([&] { return stage.calls->held_at("gate") == 1; }));
  REQUIRE(stage.recording.all<HeldAt>().size() == 1);
  CHECK(stage.recording.all<HeldAt>()[0].pid == pid);
  CHECK(stage.recording.all<Listening>().empty());
  CHECK_FALSE(wait_readable(report.read.get(), Duration{0}));

  stage.calls->release("gate", true);
  CHECK(stage.calls->held_at("gate") == 0);
  CHECK(read_line(report.read.get()) == "listening");
  REQUIRE(stage.until_reaped(pid));
  INFO(stage.recording.text());
  const auto released = stage.recording.all<ReleasedFrom>();
  REQUIRE(released.size() == 1);
  CHECK(released[0].at_deadline);
  CHECK(stage.recording.all<Listening>().size() == 1);
  CHECK(stage.recording.all<Exited>()[0].status == 0);
}

TEST_CASE("Who is killed at a gate is not released from it") {
  if (!possible()) return;
  WatchedChild watched([] { return bound_socket() >= 0 ? 0 : 1; });
  Stage stage;
  stage.gates.hold({Call::bind, Target{Role::launcher}, "gate"});
  stage.launch(watched);
  REQUIRE(stage.until([&] { return stage.calls->held_at("gate") == 1; }));
  watched.child().kill(SIGKILL);
  REQUIRE(stage.until_reaped(watched.child().pid()));
  stage.calls->release("gate", false);
  CHECK(stage.recording.all<ReleasedFrom>().empty());
  CHECK(stage.calls->held_at("gate") == 0);
}

TEST_CASE("An injected error is what the process sees, once") {
  if (!possible()) return;
  WatchedChild watched([] {
    const int first = bound_socket();
    const int code = errno;
    return first < 0 && code == EADDRINUSE && bound_socket() >= 0 ? 0 : 1;
  });
  Stage stage;
  stage.gates.inject({Call::bind, Target{Role::launcher}, CallError::address_in_use, 1});
  stage.launch(watched);
  REQUIRE(stage.until_reaped(watched.child().pid()));
  INFO(stage.recording.text());
  CHECK(stage.recording.all<Exited>()[0].status == 0);
  const auto injected = stage.recording.all<Injected>();
  REQUIRE(injected.size() == 1);
  CHECK(injected[0].call == "bind");
  CHECK(injected[0].error == "EADDRINUSE");
}

TEST_CASE("A listen that the kernel refuses fails for the process and is not recorded as listening") {
  if (!possible()) return;
  WatchedChild watched([] {
    // Two sockets on one port without SO_REUSEPORT: the second listen fails.
    const int first = ::socket(AF_INET, SOCK_STREAM, 0), second = ::socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    for (const int socket : {first, second}) {
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
      if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return 1;
      ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    }
    if (::listen(first, 4) != 0) return 2;
    return ::listen(second, 4) != 0 && errno == EADDRINUSE ? 0 : 3;
  });
  Stage stage;
  stage.launch(watched);
  REQUIRE(stage.until_reaped(watched.child().pid()));
  INFO(stage.recording.text());
  CHECK(stage.recording.all<Exited>()[0].status == 0);
  CHECK(stage.recording.all<Listening>().size() == 1);
}

TEST_CASE("Polling finds the same processes and listeners") {
  const Pipe report = pipe_or_fail(), go = pipe_or_fail();
  Child launcher([&] {
    const pid_t worker = ::fork();
    const int socket = bound_socket();
    ::listen(socket, 7);
    char byte = 0;
    if (::write(report.write.get(), "l", 1) != 1 || ::read(go.read.get(), &byte, 1) != 1) return 1;
    if (worker != 0) ::waitpid(worker, nullptr, 0);
    return 0;
  });
  Loop loop;
  Recording recording;
  ProcessWatch processes(loop, recording.recorder);
  auto listeners = ListenerWatch::open(loop, recording.recorder, processes, 0);
  REQUIRE(listeners);
  Launched launched;
  launched.instance = k_first_instance;
  launched.pid = launcher.pid();
  recording.recorder.record(Source::driver, launched);
  processes.track(launcher.pid());
  PollingObserver observer(loop, recording.recorder, processes, **listeners);
  const Cluster& cluster = recording.recorder.cluster();
  const auto found = [&] {
    return !cluster.of(Target{Role::workers}).empty() &&
           std::all_of(cluster.processes().begin(), cluster.processes().end(),
                       [&](const ProcessState& process) {
                         return std::any_of(
                             cluster.listeners().begin(), cluster.listeners().end(),
                             [&](const ListenerState& l) { return l.open() && l.facts.pid == process.pid; });
                       });
  };
  INFO(recording.text());
  REQUIRE(loop.run_until(found, deadline()));
  CHECK(cluster.processes().size() == 2);
  const auto workers = cluster.of(Target{Role::workers});
  REQUIRE(workers.size() == 1);
  CHECK(workers[0]->parent == launcher.pid());
  for (const Listening& listening : recording.all<Listening>()) CHECK(listening.address == "127.0.0.1");

  REQUIRE(::write(go.write.get(), "gg", 2) == 2);
  REQUIRE(loop.run_until([&] { return recording.all<Reaped>().size() == 2; }, deadline()));
  observer.look_now();
  for (const ListenerState& listener : cluster.listeners())
    if (listener.facts.pid != 0) CHECK_FALSE(listener.open());
}

TEST_CASE("Who stands in a watched call waits until it is looked at, and nobody does who has ended") {
  if (!possible()) return;
  WatchedChild watched([] {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    return ::listen(socket, 1);
  });
  const Pid pid = watched.child().pid();
  Stage stage;
  stage.launch(watched);
  CHECK(eventually([&] { return stage.calls->any_waits(); }));
  REQUIRE(stage.until_reaped(pid));
  CHECK_FALSE(stage.calls->any_waits());
}
