#include "linux/shared_page.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "linux/cpu_time.hpp"
#include "linux/fd.hpp"
#include "linux/process.hpp"

using namespace clusterspec;

namespace {

struct Numbers {
  std::int64_t first = 0, second = 0;
};

TEST_CASE("a number that a forked process leaves in a shared page is read when it has ended") {
  const auto page = SharedPage::make();
  REQUIRE(page);
  CHECK(page->as<Numbers>()->second == 0);
  const Pid child = ::fork();
  if (child == 0) {
    page->as<Numbers>()->second = 42;
    ::_exit(0);
  }
  REQUIRE(wait_for_child(child) == 0);
  CHECK(page->as<Numbers>()->first == 0);
  CHECK(page->as<Numbers>()->second == 42);
}

TEST_CASE("a child's processor time counts once it was waited for") {
  constexpr Duration k_busy = std::chrono::milliseconds(20);
  const CpuTime before = cpu_time();
  const Pid child = ::fork();
  if (child == 0) {
    const Duration begun = cpu_time().own;
    while (cpu_time().own - begun < k_busy) {
    }
    ::_exit(0);
  }
  CHECK(cpu_time().reaped == before.reaped);
  REQUIRE(wait_for_child(child) == 0);
  CHECK(cpu_time().reaped - before.reaped >= k_busy);
}

}  // namespace
