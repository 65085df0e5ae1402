#include "observe/gates.hpp"

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>

using namespace clusterspec;

namespace {

constexpr Pid k_launcher = 10, k_worker_1 = 11, k_worker_2 = 12;

// A launcher and its two workers, as far as they have come.
Cluster cluster_of_three() {
  Cluster cluster;
  int number = 0;
  const auto happens = [&](What what) {
    cluster.apply({0, Source::notification, std::move(what)}, number++);
  };
  Launched launched;
  launched.instance = k_first_instance;
  launched.pid = k_launcher;
  launched.workers = 2;
  happens(launched);
  happens(Executed{k_launcher, "/server", {"server"}, true});
  for (const Pid pid : {k_worker_1, k_worker_2}) {
    happens(Appeared{pid, k_launcher, k_launcher, k_launcher});
    happens(Executed{pid, "/server", {"server"}, true});
  }
  return cluster;
}

Target target(std::string_view text) {
  const auto parsed = parse_target(text);
  REQUIRE(parsed);
  return *parsed;
}

bool is_held(Gates& gates, Call call, Pid pid, const Cluster& cluster) {
  return gates.decide(call, pid, cluster).gate != nullptr;
}

int error_for(Gates& gates, Call call, Pid pid, const Cluster& cluster) {
  const auto error = gates.decide(call, pid, cluster).error;
  return error ? errno_of(*error) : 0;
}

}  // namespace

TEST_CASE("Without gates every call passes") {
  Gates gates;
  const Cluster cluster = cluster_of_three();
  const auto decision = gates.decide(Call::bind, k_launcher, cluster);
  CHECK_FALSE(decision.gate);
  CHECK_FALSE(decision.error);
  CHECK(gates.closed_gates().empty());
}

TEST_CASE("A gate holds its call by those it is for, and nothing else") {
  Gates gates;
  const Cluster cluster = cluster_of_three();
  gates.hold({Call::bind, target("workers"), "before bind"});
  CHECK(is_held(gates, Call::bind, k_worker_1, cluster));
  CHECK(is_held(gates, Call::bind, k_worker_2, cluster));
  CHECK_FALSE(is_held(gates, Call::bind, k_launcher, cluster));
  CHECK_FALSE(is_held(gates, Call::listen, k_worker_1, cluster));
  CHECK_FALSE(is_held(gates, Call::bind, 99, cluster));
  CHECK(*gates.decide(Call::bind, k_worker_1, cluster).gate == "before bind");
}

TEST_CASE("A gate for one worker lets the others pass") {
  Gates gates;
  const Cluster cluster = cluster_of_three();
  gates.hold({Call::exit_group, target("worker 2"), "second's end"});
  CHECK_FALSE(is_held(gates, Call::exit_group, k_worker_1, cluster));
  CHECK(is_held(gates, Call::exit_group, k_worker_2, cluster));
}

TEST_CASE("An open gate lets everyone pass who comes later, and closes no other") {
  Gates gates;
  const Cluster cluster = cluster_of_three();
  gates.hold({Call::bind, target("workers"), "one"});
  gates.hold({Call::listen, target("all"), "two"});
  CHECK(gates.closed_gates() == std::vector<std::string>{"one", "two"});
  gates.open("one");
  CHECK_FALSE(gates.closed("one"));
  CHECK(gates.closed("two"));
  CHECK(gates.closed_gates() == std::vector<std::string>{"two"});
  CHECK_FALSE(is_held(gates, Call::bind, k_worker_1, cluster));
  CHECK(is_held(gates, Call::listen, k_launcher, cluster));
  gates.open("no such gate");
  CHECK(gates.closed("two"));
}

TEST_CASE("An injected error strikes as often as it was asked to") {
  Gates gates;
  const Cluster cluster = cluster_of_three();
  gates.inject({Call::bind, target("workers"), CallError::address_in_use, 2});
  CHECK(error_for(gates, Call::bind, k_launcher, cluster) == 0);
  CHECK(error_for(gates, Call::listen, k_worker_1, cluster) == 0);
  CHECK(error_for(gates, Call::bind, k_worker_1, cluster) == EADDRINUSE);
  CHECK(error_for(gates, Call::bind, k_worker_2, cluster) == EADDRINUSE);
  CHECK(error_for(gates, Call::bind, k_worker_1, cluster) == 0);
}

TEST_CASE("A closed gate comes before an error: what is held has not failed yet") {
  Gates gates;
  const Cluster cluster = cluster_of_three();
  gates.inject({Call::bind, target("workers"), CallError::access_denied, 1});
  gates.hold({Call::bind, target("workers"), "gate"});
  CHECK(is_held(gates, Call::bind, k_worker_1, cluster));
  gates.open("gate");
  CHECK(error_for(gates, Call::bind, k_worker_1, cluster) == EACCES);
}

TEST_CASE("Nobody who has ended is meant, though his pid comes again") {
  Gates gates;
  Cluster cluster = cluster_of_three();
  gates.hold({Call::bind, target("worker 1"), "gate"});
  cluster.apply({0, Source::pidfd, Exited{k_worker_1, 0}}, 100);
  CHECK_FALSE(is_held(gates, Call::bind, k_worker_1, cluster));
  cluster.apply({0, Source::pidfd, Reaped{k_worker_1}}, 101);
  cluster.apply({0, Source::notification, Appeared{k_worker_1, k_worker_2, k_launcher, k_launcher}}, 102);
  CHECK_FALSE(is_held(gates, Call::bind, k_worker_1, cluster));
}

TEST_CASE("One that strikes always goes on striking") {
  Gates gates;
  const Cluster cluster = cluster_of_three();
  gates.inject({Call::accept, target("workers"), CallError::too_many_files, 1, true});
  for (int i = 0; i < 5; ++i) CHECK(error_for(gates, Call::accept, k_worker_1, cluster) == EMFILE);
}

TEST_CASE("Each error's name is that of its number") {
  for (const auto& [error, name] : Names<CallError>::table)
    CHECK(std::string(::strerrorname_np(errno_of(error))) == name);
}
