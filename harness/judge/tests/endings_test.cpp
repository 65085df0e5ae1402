// Exit, port, signals, leftovers.
#include "journal_builder.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

ExpectExit exit_of(const std::string& who, std::optional<int> code) { return {target(who), code, false, {}}; }

}  // namespace

TEST_CASE("Processes end with the exit code asked for") {
  holds(exit_of("launcher", 0));
  holds(exit_of("workers", 0));
  JournalBuilder failed;
  failed.end(k_second).status = 256;
  fails(exit_of("workers", 0), failed, "worker 2 (pid 4): exit code 1");
  JournalBuilder killed;
  killed.end(k_first).status = k_segmentation_fault | 0x80;
  fails(exit_of("all", 0), killed, "worker 1 (pid 3): killed by SIGSEGV (core dumped)");
}

TEST_CASE("Where nobody could wait the exit call tells the code") {
  JournalBuilder builder;
  builder.end(k_launcher).status.reset();
  holds(exit_of("launcher", 0), builder);
  builder.remove<Exiting>([](const Exiting& e) { return e.pid == k_launcher; });
  cannot_be_judged(exit_of("launcher", 0), builder, "how launcher (pid 2) ended was not observed");
}

TEST_CASE("Ended otherwise than with 0, by its own decision") {
  ExpectExit expect = exit_of("launcher", {});
  expect.failed = true;
  fails(expect, JournalBuilder{}, "launcher (pid 2): exit code 0");
  JournalBuilder failed;
  failed.end(k_launcher).status = 2 << 8;
  holds(expect, failed);
  JournalBuilder killed;
  killed.end(k_launcher).status = k_kill;
  fails(expect, killed, "killed by SIGKILL");
}

TEST_CASE("Ended by a signal") {
  ExpectExit expect = exit_of("worker 1", {});
  expect.signal = Signal{k_kill};
  fails(expect, JournalBuilder{}, "exit code 0");
  JournalBuilder killed;
  killed.end(k_first).status = k_kill;
  holds(expect, killed);
}

TEST_CASE("Who did not end, or was ended by the harness after the case, did not end") {
  JournalBuilder running;
  running.remove<Exited>([](const Exited& e) { return e.pid == k_launcher; });
  fails(exit_of("launcher", {}), running, "launcher (pid 2) did not end");
  JournalBuilder killed;
  killed.get<CleanedUp>().killed = {{k_launcher, 1, 'S', "server"}};
  fails(exit_of("launcher", 0), killed, "launcher (pid 2) did not end");
}

TEST_CASE("The port at the end") {
  const ExpectPort refused{PortState::refused, "end"};
  holds(refused);
  JournalBuilder silent;
  silent.get<PortProbed>().state = PortState::silent;
  const auto finding = fails(refused, silent, "silent");
  CHECK_THAT(finding.hint, Catch::Matchers::Contains("does not accept"));
  cannot_be_judged(ExpectPort{PortState::answered, "ready"}, silent, "was not probed at \"ready\"");
}

TEST_CASE("Orphans are reaped, or zombies at a look") {
  constexpr Pid k_orphan = 9;
  const ExpectOrphans expect{OrphanState::reaped, "later"};
  const auto with_orphan = [&](std::vector<ProcessSeen> seen) {
    JournalBuilder builder;
    builder.append_before_cleaning(Orphaned{k_orphan, k_launcher});
    builder.append_before_cleaning(ProcessesSeen{"later", std::move(seen)});
    return builder;
  };
  holds(expect, with_orphan({{k_launcher, 1, 'S', "server"}}));
  fails(expect, with_orphan({{k_launcher, 1, 'S', "server"}, {k_orphan, k_launcher, 'Z', ""}}),
        "process 9 ended, and the launcher had not waited for it");
  // Of nobody's child, or before there was one, a look tells nothing.
  cannot_be_judged(expect, JournalBuilder{}, "nobody looked for orphans at \"later\"");
  cannot_be_judged(ExpectOrphans{OrphanState::reaped, "ready"}, with_orphan({}), "nobody looked");
}

TEST_CASE("Signals between the server's own processes are counted by whom they hit") {
  const ExpectSignals none{target("workers"), 0};
  holds(none);
  JournalBuilder direct;
  direct.insert(direct.position<Signalled>() + 1, Signalled{k_launcher, k_first, k_terminate, false});
  fails(none, direct, "1: SIGTERM from launcher (pid 2) to worker 1 (pid 3)");
  holds(ExpectSignals{target("worker 2"), 0}, direct);
  JournalBuilder group;
  group.insert(group.position<Signalled>() + 1, Signalled{k_launcher, -k_launcher, k_interrupt, false});
  fails(none, group, "a process group with worker 1 (pid 3)");
  JournalBuilder own_group;
  own_group.insert(own_group.position<Signalled>() + 1, Signalled{k_launcher, 0, k_interrupt, false});
  fails(none, own_group, "1: SIGINT");
  fails(ExpectSignals{target("workers"), 1}, JournalBuilder{}, "none");
}

TEST_CASE("Asking whether a process is there is no signal, nor is what one sends itself") {
  JournalBuilder builder;
  builder.insert(builder.position<Signalled>() + 1, Signalled{k_launcher, k_first, 0, false});
  builder.insert(builder.position<Signalled>() + 1, Signalled{k_first, k_first, 6, false});
  holds(ExpectSignals{target("workers"), 0}, builder);
}

TEST_CASE("Nothing outlives the launcher") {
  holds(ExpectLeftovers{});
  JournalBuilder worker;
  worker.remove<Exited>([](const Exited& e) { return e.pid == k_second; });
  worker.remove<Reaped>([](const Reaped& e) { return e.pid == k_second; });
  worker.get<CleanedUp>().killed = {{k_second, 1, 'S', "server"}};
  fails(ExpectLeftovers{}, worker, "left over: worker 2 (pid 4)");
  JournalBuilder zombie;
  zombie.remove<Reaped>([](const Reaped& e) { return e.pid == k_second; });
  zombie.processes("end").processes = {{k_second, 1, 'Z', "server"}};
  fails(ExpectLeftovers{}, zombie, "worker 2 (pid 4), a zombie");
  zombie.end(k_launcher).status = k_kill;  // who is killed waits for nobody
  holds(ExpectLeftovers{}, zombie);
  auto ends_by_signal = healthy_implementation();
  ends_by_signal.dialect.exit_signal = Signal{k_interrupt};
  zombie.end(k_launcher).status = k_interrupt;  // who ends itself so has waited
  fails(ExpectLeftovers{}, zombie, "a zombie", ends_by_signal);
  JournalBuilder orphan;
  orphan.end(k_launcher).status = k_kill;
  orphan.remove<Exited>([](const Exited& e) { return e.pid == k_second; });
  orphan.remove<Reaped>([](const Reaped& e) { return e.pid == k_second; });
  orphan.get<CleanedUp>().killed = {{k_second, 1, 'S', "server"}};
  fails(ExpectLeftovers{}, orphan, "left over: worker 2 (pid 4)");
  JournalBuilder listener;
  listener.remove<ListenerClosed>([](const ListenerClosed& e) { return e.socket == k_first_socket; });
  ListenerSeen still = listener.listeners("ready").listeners[1];
  listener.listeners("end").listeners = {still};
  fails(ExpectLeftovers{}, listener, "the listener of worker 1 (pid 3)");
}

TEST_CASE("A launcher that still runs has not left nothing") {
  JournalBuilder running;
  running.remove<Exited>([](const Exited& e) { return e.pid == k_launcher; });
  fails(ExpectLeftovers{}, running, "launcher (pid 2) did not end");
}
