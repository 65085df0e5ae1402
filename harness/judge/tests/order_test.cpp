// Order and duration.
#include "journal_builder.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

ExpectOrder order(const std::vector<std::string>& names) {
  ExpectOrder expect;
  for (const auto& name : names) expect.moments.push_back(moment(name));
  return expect;
}

ExpectOrder documented_order() {
  return order({"every worker exited", "launcher closed its listener", "launcher exited"});
}

std::size_t closing_of(JournalBuilder& builder, SocketCookie socket) {
  return builder.position<ListenerClosed>(
      [&](const ListenerClosed& closed) { return closed.socket == socket; });
}

ExpectDuration duration(const std::string& from, const std::string& to, Duration at_most) {
  return {at_most, moment(from), moment(to)};
}

}  // namespace

TEST_CASE("Every moment of a healthy case in its order") {
  holds(order({"launched", "ready", "any quick concluded", "every quick concluded", "step interrupt",
               "signalled", "any worker exited", "every worker exited", "launcher closed its listener",
               "launcher exited"}));
  holds(order({"any worker closed its listener", "worker 1 exited", "every worker closed its listener",
               "worker 2 exited"}));
}

TEST_CASE("A launcher that closes its listener before its workers have ended") {
  JournalBuilder builder;
  builder.move(closing_of(builder, k_launcher_socket), builder.position<Signalled>() + 1);
  fails(documented_order(), builder, "\"launcher closed its listener\" at");
}

TEST_CASE("A launcher that exits before its workers") {
  JournalBuilder builder;
  const auto last_end = builder.position<Exited>([](const Exited& e) { return e.pid == k_second; });
  builder.move(builder.position<Exiting>([](const Exiting& e) { return e.pid == k_launcher; }), last_end);
  fails(order({"every worker exited", "launcher exited"}), builder, "\"every worker exited\" not before");
}

TEST_CASE("A launcher that leaves its listener to the kernel closed it after its exit call") {
  JournalBuilder builder;
  ListenerSeen still = builder.listeners("ready").listeners[0];
  builder.listeners("exiting 2").listeners = {still};
  builder.move(closing_of(builder, k_launcher_socket), builder.position<PortProbed>());
  fails(documented_order(), builder, "\"launcher exited\" at");
}

TEST_CASE("A listener that the dump at the exit call lacks was closed before") {
  JournalBuilder dump_first;
  dump_first.remove<ListenerClosed>();
  holds(documented_order(), dump_first);
  JournalBuilder call_first = dump_first;
  const auto call = call_first.position<Exiting>([](const Exiting& e) { return e.pid == k_launcher; });
  call_first.move(call, call - 1);
  holds(documented_order(), call_first);
  ListenerSeen still = call_first.listeners("ready").listeners[0];
  call_first.listeners("exiting 2").listeners = {still};
  fails(order({"launcher closed its listener", "launcher exited"}), call_first, "\"launcher exited\" at");
}

TEST_CASE("The kernel's notice of a closing may come late and proves nothing alone") {
  JournalBuilder builder;
  builder.remove<ListenersSeen>(
      [](const ListenersSeen& seen) { return seen.occasion.starts_with("exiting"); });
  builder.move(closing_of(builder, k_launcher_socket), builder.position<PortProbed>());
  cannot_be_judged(order({"launcher closed its listener", "launcher exited"}), builder,
                   "not observed exactly enough");
}

TEST_CASE("What only polling saw in the wrong order is not held against the server") {
  JournalBuilder builder;
  builder.remove<Exiting>();
  builder.remove<Reaped>();
  const auto worker = builder.position<Exited>([](const Exited& e) { return e.pid == k_second; });
  builder.set_source(worker, Source::polling);
  builder.move(worker, builder.position<PortProbed>());
  cannot_be_judged(order({"every worker exited", "launcher exited"}), builder, "not observed exactly enough");
}

TEST_CASE("A moment that did not come") {
  JournalBuilder builder;
  builder.remove<Exited>([](const Exited& e) { return e.pid == k_second; });
  fails(order({"every worker exited", "launcher exited"}), builder, "it did not");
  holds(order({"any worker exited", "launcher exited"}), builder);
}

TEST_CASE("Every worker of none has exited at any time") {
  JournalBuilder builder;
  builder.get<Launched>().workers = 0;
  builder.remove<Executed>([](const Executed& e) { return e.pid != k_launcher; });
  holds(documented_order(), builder);
}

TEST_CASE("Stopping and continuing a process is no signal that asks it to end") {
  JournalBuilder builder;
  builder.insert(builder.position<StepBegun>(1), Signalled{0, k_first, 19, false});
  holds(order({"every quick concluded", "signalled"}), builder);
}

TEST_CASE("A duration is measured between the events") {
  JournalBuilder builder;
  const auto between = builder.position<Exited>([](const Exited& e) { return e.pid == k_launcher; }) -
                       builder.position<Signalled>();
  const auto exactly = std::chrono::milliseconds(between);
  holds(duration("signalled", "launcher exited", exactly), builder);
  const auto finding = fails(duration("signalled", "launcher exited", exactly - std::chrono::milliseconds(1)),
                             builder, to_text(Duration(exactly)));
  CHECK(finding.evidence.size() == 2);
}

TEST_CASE("A duration is scaled, and the finding says so") {
  JournalBuilder builder;
  builder.get<CaseBegun>().time_scale = 3;
  holds(duration("signalled", "launcher exited", std::chrono::milliseconds(10)), builder);
  const auto finding =
      fails(duration("signalled", "launcher exited", std::chrono::milliseconds(1)), builder, "ms");
  CHECK_THAT(finding.expected, Catch::Matchers::Contains("at most 3ms (1ms scaled by 3)"));
}

TEST_CASE("A duration to a moment that did not come") {
  JournalBuilder builder;
  builder.remove<Exited>([](const Exited& e) { return e.pid == k_launcher; });
  fails(duration("signalled", "launcher exited", std::chrono::seconds(9)), builder,
        "\"launcher exited\" did not happen");
}
