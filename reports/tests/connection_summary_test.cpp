#include "../connection_summary.hpp"

#include <catch2/catch.hpp>

using namespace clusterspec;

namespace {

constexpr std::int64_t k_ms = 1'000'000;

// A launcher 6 with workers 7 and 8, signalled at 100 ms, all ended at 200 ms.
struct Story {
  Journal journal;

  void add(std::int64_t at, What what) { journal.push_back({at * k_ms, Source::driver, std::move(what)}); }
  void connection(Outcome outcome, std::int64_t begun, std::int64_t ended, Pid pid,
                  SocketCookie listener = 0) {
    Concluded one;
    one.outcome = outcome;
    one.begun = begun * k_ms;
    one.ended = ended * k_ms;
    one.pid = pid;
    one.listener = listener;
    add(ended, one);
  }
  void begin() {
    Launched launched;
    launched.instance = k_first_instance;
    launched.pid = 6;
    launched.workers = 2;
    launched.port = 3000;
    add(1, launched);
    for (const Pid pid : {7, 8}) {
      add(2, Appeared{pid, 6, 6, 6});
      add(2, Executed{pid, "/server", {"server"}, true});
      add(3, Listening{pid, static_cast<SocketCookie>(100 + pid), 0, "127.0.0.1", 3000, true, 1, 128});
    }
  }
  void signal() { add(100, Signalled{0, -6, 2, true}); }
  void end() {
    for (const Pid pid : {7, 8, 6}) add(200, Exited{pid, 0});
  }
  std::vector<std::string> summary() const { return connection_summary(journal, Cluster::of(journal)); }
};

}  // namespace

TEST_CASE("A case without connections has nothing to say of them") {
  Story story;
  story.begin();
  story.signal();
  story.end();
  CHECK(story.summary().empty());
}

TEST_CASE(
    "Connections are told by the phase in which they were begun, each outcome with its first and last") {
  Story story;
  story.begin();
  story.connection(Outcome::answered, 50, 60, 7);
  story.signal();
  story.connection(Outcome::answered, 90, 110, 7);
  story.connection(Outcome::answered, 91, 130, 8);
  story.connection(Outcome::reset_queued, 99, 102, 0, 108);  // its listener says who held it
  story.connection(Outcome::refused, 120, 121, 0);
  story.end();
  story.connection(Outcome::refused, 201, 202, 0);
  CHECK(story.summary() == std::vector<std::string>{
                               "begun before the signal: 4",
                               "  3 answered (-40.0 to +30.0 ms) at worker 1 (pid 7) 2, worker 2 (pid 8) 1",
                               "  1 reset-queued (+2.0 ms) at worker 2 (pid 8)",
                               "begun while draining: 1",
                               "  1 refused (+21.0 ms)",
                               "begun after the end: 1",
                               "  1 refused (+102.0 ms)",
                           });
}

TEST_CASE("Without a signal of the scenario there is one phase, and without an end nothing came after it") {
  Story story;
  story.begin();
  story.add(10, Signalled{6, 7, 2, false});  // the launcher's own
  story.connection(Outcome::answered, 11, 20, 7);
  CHECK(story.summary() == std::vector<std::string>{"all: 1", "  1 answered (+20.0 ms) at worker 1 (pid 7)"});
  story.signal();
  story.connection(Outcome::hung, 5000, 6000, 8);
  CHECK(story.summary().at(2) == "begun while draining: 1");
}

TEST_CASE("Many holders are cut, and what is printable is all that is shown") {
  Story story;
  story.begin();
  for (Pid pid = 20; pid < 30; ++pid) story.connection(Outcome::answered, 5, 6, pid);
  const auto lines = story.summary();
  REQUIRE(lines.size() == 2);
  CHECK(lines[1].ends_with(" and 4 more"));
}
