#include "learn/conclusions.hpp"

#include <csignal>

#include "learn/signal_conclusions.hpp"
#include "learn/tests/explored.hpp"

namespace clusterspec::tests {
namespace {

End whole(std::optional<Outcome> flight, int status = 0) {
  End end;
  end.launcher = status;
  end.flight = flight;
  end.others = {{11, 0}, {12, 0}, {13, 0}};
  return end;
}

Conclusions concluded(const Server& server, const std::vector<Otherwise>& ends, bool slow = true) {
  return conclude(command(slow), runs_of(command(slow), server, ends));
}

}  // namespace

TEST_CASE("A count is an expression of the number of workers where it follows it") {
  CHECK(count_expression(2, 3) == "{workers}");
  CHECK(count_expression(3, 4) == "{workers + 1}");
  CHECK(count_expression(1, 2) == "{workers - 1}");
  CHECK(count_expression(1, 1) == "1");
  CHECK(count_expression(4, 6) == "{workers * 2}");
  CHECK(count_expression(3, 5).empty());
  CHECK(count_expression(3, 2).empty());
}

TEST_CASE("Forks that accept from one socket share it, and their launcher does not serve") {
  const Conclusions it = concluded({}, {{SIGTERM, Role::launcher, whole(Outcome::answered)}});
  CHECK(it.dialect.worker_count == "{workers}");
  CHECK(it.dialect.listener_count == "1");
  CHECK(it.dialect.shares_listener);
  CHECK_FALSE(it.dialect.launcher_serves);
  CHECK(it.dialect.forks);
  CHECK(it.dialect.least_workers == 1);
}

TEST_CASE(
    "A launcher with a socket beside those of its workers serves, though none of a few connections reached "
    "it") {
  Server server;
  server.children_execute = true;
  server.sockets = {{100, {10, 11, 12, 13}}, {101, {11}}, {102, {12}}, {103, {13}}};
  server.accepting = {11, 13};
  const Conclusions it = concluded(server, {});
  CHECK_FALSE(it.dialect.shares_listener);
  CHECK(it.dialect.launcher_serves);
  CHECK_FALSE(it.dialect.forks);
}

TEST_CASE("A launcher that alone accepts for its workers hands out, and does not serve") {
  Server server;
  server.sockets = {{100, {10}}};
  server.accepting = {10};
  const Conclusions it = concluded(server, {});
  CHECK(it.dialect.shares_listener);
  CHECK_FALSE(it.dialect.launcher_serves);
  CHECK(it.dialect.worker_count == "{workers}");
  CHECK(it.dialect.helpers.empty());
}

TEST_CASE(
    "A child that neither accepts nor holds a socket is a helper, by its command line without its numbers") {
  Server server;
  server.children_execute = true;
  server.sockets = {{100, {10, 12, 13}}};
  server.accepting = {12};
  const Conclusions it = conclude(command(), {{trials_of(command()).front(), journal_of(server)}});
  CHECK(it.dialect.helpers == std::vector<std::string>{"server --child *"});
  CHECK(it.dialect.worker_count == "2");
}

TEST_CASE("One process serves itself, and has no workers") {
  Server server;
  server.children = {};
  server.sockets = {{100, {10}}};
  server.accepting = {10};
  const ServerCommand alone{"mine", {"server"}, "/", ""};
  const Conclusions it = conclude(alone, {{trials_of(alone).front(), journal_of(server)}});
  CHECK(it.dialect.launcher_serves);
  CHECK(it.dialect.worker_count == "0");
  CHECK_FALSE(it.dialect.shares_listener);
}

TEST_CASE(
    "Graceful is the signal that leaves a request its answer and nobody behind; others that end it are "
    "fast") {
  const Conclusions it = concluded({}, {{SIGTERM, Role::launcher, whole(Outcome::reset_accepted)},
                                        {SIGINT, Role::launcher, whole(Outcome::truncated, 2)},
                                        {SIGQUIT, Role::launcher, whole(Outcome::answered, 3 << 8)}});
  CHECK(to_text(it.dialect.graceful_signal) == "SIGQUIT");
  CHECK(it.dialect.graceful_target.role == Role::launcher);
  CHECK(it.dialect.exit_code == 3);
  // SIGINT killed it as it kills everyone who does not handle it.
  REQUIRE(it.dialect.fast_signals.size() == 1);
  CHECK(to_text(it.dialect.fast_signals.front()) == "SIGTERM");
}

TEST_CASE("An end with somebody left is no graceful one") {
  End orphans = whole(Outcome::answered);
  orphans.left = 3;
  const Conclusions it =
      concluded({}, {{SIGTERM, Role::launcher, orphans}, {SIGINT, Role::group, whole(Outcome::answered)}});
  CHECK(to_text(it.dialect.graceful_signal) == "SIGINT");
  CHECK(it.dialect.graceful_target.role == Role::group);
}

TEST_CASE("Without a slow request who ends by itself goes before who is killed") {
  const Conclusions it = concluded({},
                                   {{SIGTERM, Role::launcher, whole(std::nullopt, SIGTERM)},
                                    {SIGINT, Role::launcher, whole(std::nullopt)}},
                                   false);
  CHECK(to_text(it.dialect.graceful_signal) == "SIGINT");
}

TEST_CASE("Where no signal ends it that is said, and without a slow request so is what was not tried") {
  CHECK(concluded({}, {}).unknown.contains("dialect.graceful-signal"));
  const Conclusions it = concluded({}, {{SIGTERM, Role::launcher, whole(std::nullopt, SIGTERM)}}, false);
  CHECK(it.unknown.contains("requests.slow"));
  CHECK(it.unknown.contains("dialect.fast-signals"));
  CHECK(it.dialect.exit_signal == Signal{SIGTERM});
  CHECK(it.because.at("dialect.graceful-signal").find("not tried") != std::string::npos);
}

TEST_CASE("A reload leaves the launcher with none of its former children") {
  End all, some;
  all.launcher = some.launcher = std::nullopt;
  all.others = {{11, 0}, {12, 0}, {13, 0}};
  some.others = {{11, 0}};
  all.come = {21, 22, 23};
  some.come = {21};
  CHECK(concluded({}, {{SIGHUP, Role::launcher, all}}).dialect.reload_signal == Signal{SIGHUP});
  CHECK_FALSE(concluded({}, {{SIGHUP, Role::launcher, some}}).dialect.reload_signal);
}

TEST_CASE("Whether the dead are replaced shows when all are killed") {
  End replaced;
  replaced.launcher.reset();
  replaced.others = {{11, 9}, {12, 9}, {13, 9}};
  End alone = replaced;
  replaced.come = {21, 22, 23};
  CHECK(concluded({}, {{SIGKILL, Role::workers, replaced}}).dialect.restarts_workers);
  CHECK_FALSE(concluded({}, {{SIGKILL, Role::workers, alone}}).dialect.restarts_workers);
}

TEST_CASE("Lines are told where each worker has one") {
  Server server;
  server.lines = {"booting 11", "booting 12", "booting 13"};
  End end = whole(Outcome::answered);
  end.lines = {"worker 11 left with 0", "worker 12 left with 0", "worker 13 left with 0"};
  End killed;
  killed.launcher.reset();
  killed.others = {{11, 9}, {12, 9}, {13, 9}};
  killed.lines = {"worker 11 died: 9", "worker 12 died: 9", "worker 13 died: 9"};
  const Conclusions it =
      concluded(server, {{SIGTERM, Role::launcher, end}, {SIGKILL, Role::workers, killed}});
  CHECK(it.log.started == "booting {pid}");
  CHECK(it.log.stopped == "worker {pid} left with 0");
  CHECK(it.log.failed == "worker {pid} died: {status}");
}

}  // namespace clusterspec::tests
