#include "reference_server/policy.hpp"

#include <catch2/catch.hpp>

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
