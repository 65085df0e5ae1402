// What a cell does, from a test.
#pragma once

#include <catch2/catch.hpp>

#include "linux/isolation.hpp"
#include "linux/tests/children.hpp"

namespace clusterspec::tests {

// Runs `body` in a cell and gives its exit code; nothing, with a warning, where cells are not permitted.
inline std::optional<int> in_cell(Isolation isolation, const std::function<int()>& body,
                                  const std::vector<int>& keep = {}) {
  auto cell = start_cell(isolation, keep, [&] { return enter_isolation(isolation) ? body() : 98; });
  if (!cell) {
    WARN(name_of(isolation) << " not possible here: " << cell.error().message);
    return std::nullopt;
  }
  REQUIRE(wait_readable(cell->pidfd.get()));
  const auto status = exit_status(cell->pid, cell->pidfd.get());
  reap_child(cell->pid);
  REQUIRE(status);
  if (*status == 98 << 8 || *status == 99 << 8) {
    WARN(name_of(isolation) << " not possible here: the cell could not be set up");
    return std::nullopt;
  }
  return *status;
}

inline constexpr Isolation k_isolated[] = {Isolation::namespaces, Isolation::user_namespace};

}  // namespace clusterspec::tests
