// Calls that are watched only where a gate names them, and what each gate takes for its call.
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "linux/readiness.hpp"
#include "linux/stream.hpp"
#include "linux/tcp.hpp"
#include "observe/tests/stage.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

Step step(StepAction action) { return Step{std::move(action), {}, {}, {}}; }

Hold gate_of_launcher(Call call) { return {call, Target{Role::launcher}, "gate"}; }

std::vector<WatchedCall> calls_of(Step one) {
  Scenario scenario;
  scenario.steps.push_back(std::move(one));
  return frequent_calls(scenario);
}

std::vector<WatchedCall> watched_for(Call call) { return calls_of(step(gate_of_launcher(call))); }

int port_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

}  // namespace

TEST_CASE("Frequent calls are watched for the gates that need them, and only then") {
  CHECK(watched_for(Call::bind).empty());
  CHECK(calls_of(step(Look{"now"})).empty());
  CHECK(watched_for(Call::accept) == std::vector{WatchedCall::accept, WatchedCall::accept4});
  CHECK(calls_of(step(Inject{Call::write, {}, CallError::broken_pipe})) ==
        std::vector{WatchedCall::write, WatchedCall::writev, WatchedCall::pwritev2, WatchedCall::sendto});
}

TEST_CASE("Where connections are judged the closing of listeners is watched, under load only on demand") {
  const std::vector closing{WatchedCall::close, WatchedCall::shutdown};
  ExpectConnections expect;
  expect.group = "group";
  expect.never = {Outcome::hung};
  Scenario scenario;
  CHECK(frequent_calls(scenario).empty());
  scenario.expectations.emplace_back();
  scenario.expectations.back().subject = expect;
  CHECK(frequent_calls(scenario) == closing);
  Open many;
  many.count = 1000;
  scenario.steps.push_back(step(many));
  CHECK(frequent_calls(scenario).empty());
  scenario.steps.back() = step(Load{"group"});
  CHECK(frequent_calls(scenario).empty());
  expect.never = {Outcome::hung, Outcome::reset_queued};
  scenario.expectations.back().subject = expect;
  CHECK(frequent_calls(scenario) == closing);
  expect.never = {};
  expect.outcome = {Outcome::reset_handshake};
  scenario.expectations.back().subject = expect;
  CHECK(frequent_calls(scenario) == closing);
}

TEST_CASE("A gate at accept keeps who would get a connection, and not who finds none") {
  if (!possible()) return;
  const Fd listener = *occupy_port("127.0.0.1", 0, false);
  const Pipe report = pipe_or_fail(), go = pipe_or_fail();
  WatchedChild watched(
      [&] {
        ::fcntl(listener.get(), F_SETFL, O_NONBLOCK);
        if (::accept4(listener.get(), nullptr, nullptr, 0) >= 0 || errno != EAGAIN) return 1;
        char byte = 0;
        if (!write_all(report.write.get(), "nothing there\n") || ::read(go.read.get(), &byte, 1) != 1)
          return 2;
        return ::accept(listener.get(), nullptr, nullptr) >= 0 ? 0 : 3;
      },
      watched_for(Call::accept));
  Stage stage;
  stage.gates.hold(gate_of_launcher(Call::accept));
  stage.launch(watched);
  bool reported = false;
  stage.loop.watch(report.read.get(), k_readable, [&](std::uint32_t) {
    reported = true;
    stage.loop.forget(report.read.get());
  });
  REQUIRE(stage.until([&] { return reported; }));
  CHECK(stage.recording.all<HeldAt>().empty());
  const auto client = start_connect("127.0.0.1", port_of(listener.get()));
  REQUIRE(write_all(go.write.get(), "g"));
  REQUIRE(stage.until([&] { return stage.calls->held_at("gate") == 1; }));
  stage.calls->release("gate", false);
  REQUIRE(stage.until_reaped(watched.child().pid()));
  INFO(stage.recording.text());
  CHECK(stage.recording.all<Exited>()[0].status == 0);
}

TEST_CASE("A gate at close keeps who closes a listener, and nobody else") {
  if (!possible()) return;
  const Fd listener = *occupy_port("127.0.0.1", 0, false);
  const Fd other = *open_null();
  WatchedChild watched([&] { return ::close(other.get()) == 0 && ::close(listener.get()) == 0 ? 0 : 1; },
                       watched_for(Call::close));
  Stage stage;
  stage.gates.hold(gate_of_launcher(Call::close));
  stage.launch(watched);
  REQUIRE(stage.until([&] { return stage.calls->held_at("gate") == 1; }));
  CHECK(stage.recording.all<HeldAt>().size() == 1);
  stage.calls->release("gate", false);
  REQUIRE(stage.until_reaped(watched.child().pid()));
  CHECK(stage.recording.all<Exited>()[0].status == 0);
}

TEST_CASE("To fail the start of a process leaves threads alone") {
  if (!possible()) return;
  WatchedChild watched(
      [] {
        bool ran = false;
        std::thread([&] { ran = true; }).join();
        if (!ran) return 1;
        if (::fork() >= 0 || errno != EAGAIN) return 2;
        const pid_t second = ::fork();
        if (second == 0) ::_exit(0);
        return ::waitpid(second, nullptr, 0) == second ? 0 : 3;
      },
      watched_for(Call::clone));
  Stage stage;
  stage.gates.inject({Call::clone, Target{Role::launcher}, CallError::try_again});
  stage.launch(watched);
  REQUIRE(stage.until_reaped(watched.child().pid()));
  INFO(stage.recording.text());
  CHECK(stage.recording.all<Injected>().size() == 1);
  const auto exited = stage.recording.all<Exited>();
  CHECK(exited.back().status == 0);
}

TEST_CASE("Standard output is what descriptor 1 is, by whichever number") {
  if (!possible()) return;
  const Pipe output = pipe_or_fail(), other = pipe_or_fail();
  WatchedChild watched(
      [&] {
        ::dup2(output.write.get(), STDOUT_FILENO);
        const int copy = ::dup(STDOUT_FILENO);
        if (!write_all(other.write.get(), "not this one\n")) return 1;
        if (::write(copy, "lost\n", 5) >= 0 || errno != EPIPE) return 2;
        return write_all(STDOUT_FILENO, "passed\n") ? 0 : 3;
      },
      watched_for(Call::write));
  Stage stage;
  stage.gates.inject({Call::write, Target{Role::launcher}, CallError::broken_pipe});
  stage.launch(watched);
  REQUIRE(stage.until_reaped(watched.child().pid()));
  INFO(stage.recording.text());
  CHECK(stage.recording.all<Exited>()[0].status == 0);
  CHECK(read_line(output.read.get()) == "passed");
}

TEST_CASE("A signal to another process is kept, and recorded only when it is sent") {
  if (!possible()) return;
  WatchedChild watched([] {
    const pid_t other = ::fork();
    if (other == 0)
      for (;;) ::pause();
    // Asking whether it is there is no signal.
    if (::kill(other, 0) != 0 || ::kill(other, SIGKILL) != 0) return 1;
    return ::waitpid(other, nullptr, 0) == other ? 0 : 2;
  });
  Stage stage;
  stage.gates.hold(gate_of_launcher(Call::kill));
  stage.launch(watched);
  REQUIRE(stage.until([&] { return stage.calls->held_at("gate") == 1; }));
  CHECK(stage.recording.all<Signalled>().empty());
  stage.calls->release("gate", false);
  REQUIRE(stage.until_reaped(watched.child().pid()));
  const auto signals = stage.recording.all<Signalled>();
  REQUIRE(signals.size() == 1);
  CHECK(signals[0].signal == SIGKILL);
}
