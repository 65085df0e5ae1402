#include "linux/keeper.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <map>

#include "linux/stream.hpp"
#include "linux/tests/children.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

constexpr rlim_t k_descriptors = 64;
constexpr std::uint64_t k_kept = 40;

// With twice as many descriptors as it may have. The step that failed, 0: none.
int keep_more_than_allowed() {
  rlimit files{k_descriptors, k_descriptors};
  if (::setrlimit(RLIMIT_NOFILE, &files) != 0) return 1;
  Loop loop;
  std::map<std::uint64_t, Fd> back;
  const auto returned = [&](std::uint64_t key, Fd fd) { back[key] = std::move(fd); };
  auto some = Keeper::start(loop, returned), others = Keeper::start(loop, returned);
  if (!some || !others) return 2;
  for (std::uint64_t key = 0; key < k_kept; ++key) {
    auto pair = make_socket_pair(false);
    if (!pair) return 3;
    if (!(*some)->keep(key, pair->ours) || pair->ours) return 4;
    if (!(*others)->keep(k_kept + key, pair->theirs)) return 5;
  }
  if ((*some)->full()) return 6;
  for (std::uint64_t key = 0; key < k_kept; ++key) {
    const Fd taken = (*others)->take_back(k_kept + key);
    if (!taken || !write_all(taken.get(), std::to_string(key) + "\n")) return 7;
    // What is written comes, and then the end.
    if (!loop.run_until([&] { return back.contains(key); }, deadline())) return 8;
    if (read_line(back[key].get()) != std::to_string(key)) return 9;
    back.clear();
  }
  return 0;
}

}  // namespace

TEST_CASE("More sockets are kept than one process may have open, and come back with what happened on them") {
  Child child([] { return keep_more_than_allowed(); });
  CHECK(child.wait() == 0);
}

TEST_CASE("A keeper ends with all that it keeps, though nobody takes what it gives back") {
  auto pair = make_socket_pair(false);
  REQUIRE(pair);
  Loop loop;
  {
    auto keeper = Keeper::start(loop, [](std::uint64_t, Fd) {});
    REQUIRE(keeper);
    REQUIRE((*keeper)->keep(1, pair->ours));
    REQUIRE(write_all(pair->theirs.get(), "x"));
  }
  CHECK(wait_readable(pair->theirs.get()));
}
