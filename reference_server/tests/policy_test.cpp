#include "reference_server/policy.hpp"

#include <catch2/catch.hpp>

#include "reference_server/production.hpp"

using namespace reference_server;

TEST_CASE("the lines are the document's, with the raw wait status") {
  const auto policy = documented_policy();
  CHECK(policy.started_line(12) == " > worker 12 started");
  CHECK(policy.ended_line({12, 0}) == " < worker 12 stopped");
  CHECK(policy.ended_line({12, 1 << 8}) == " ! worker process 12 failed with 256");
  CHECK(policy.ended_line({12, 9}) == " ! worker process 12 failed with 9");
  CHECK(policy.ended_line({12, 11 | 128}) == " ! worker process 12 failed with 139");
}

TEST_CASE("the first interrupt is announced and ends the process, further ones change nothing") {
  const auto policy = documented_policy();
  const auto first = policy.on_interrupt({1, 5, Role::worker, false});
  CHECK(first.announce);
  CHECK(first.then == InterruptStep::Then::terminate);
  for (int ordinal : {2, 3, 100}) {
    const auto further = policy.on_interrupt({ordinal, 5, Role::launcher, false});
    CHECK_FALSE(further.announce);
    CHECK(further.then == InterruptStep::Then::nothing);
  }
}

TEST_CASE("without options the policy is the document's") {
  const auto policy = policy_for({});
  CHECK(policy.signals.graceful == std::vector<int>{SIGINT});
  CHECK(policy.signals.reload == 0);
  CHECK_FALSE(policy.signals.drain);
  CHECK_FALSE(policy.grace_period.has_value());
  CHECK(policy.listener_close == ListenerClose::at_once);
  CHECK(policy.keep_alive_while_waiting == KeepAliveWhileWaiting::kept);
  CHECK_FALSE(policy.ends_with_launcher);
  CHECK(policy.after_worker({12, 9}) == AfterWorker::nothing);
  CHECK(policy.after_failed_start == AfterWorker::nothing);
  CHECK(policy.failure_code({1, 1}) == 0);
}

TEST_CASE("with --force only SIGINT forces, and only after the end has begun") {
  Options options;
  options.production.force = true;
  const auto policy = policy_for(options);
  CHECK(policy.on_interrupt({1, 5, Role::worker, false, SIGINT}).then == InterruptStep::Then::terminate);
  CHECK(policy.on_interrupt({2, 5, Role::worker, false, SIGTERM}).then == InterruptStep::Then::nothing);
  const auto forced = policy.on_interrupt({3, 5, Role::launcher, false, SIGINT});
  CHECK(forced.then == InterruptStep::Then::force);
  CHECK(forced.exit_code == k_exit_forced);
}

TEST_CASE("with --failure-exit-code a worker that failed or was not started shows") {
  Options options;
  options.production.failure_exit_code = true;
  const auto policy = policy_for(options);
  CHECK(policy.failure_code({0, 0}) == 0);
  CHECK(policy.failure_code({1, 0}) == k_exit_worker_failed);
  CHECK(policy.failure_code({0, 1}) == k_exit_worker_failed);
}

TEST_CASE("restarts back off from at once to 10 s") {
  CHECK(backed_off(0).count() == 0);
  CHECK(backed_off(1).count() == 100);
  CHECK(backed_off(2).count() == 200);
  CHECK(backed_off(7).count() == 6400);
  CHECK(backed_off(8).count() == 10'000);
  CHECK(backed_off(1'000'000).count() == 10'000);
}
