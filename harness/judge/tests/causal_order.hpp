// Events of which some cause others, as a journal in one of the possible orders.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "model/event.hpp"

namespace clusterspec::tests {

class CausalOrder {
 public:
  using After = std::vector<int>;  // of the events that it comes after

  // Gives what a later event comes after. A connection's outcome was begun at the first of `after`.
  int add(Source source, After after, What what);
  // For what is a look: it is made when all before it has happened.
  int add(Source source, After after, std::function<What()> make);

  // One event a millisecond, the first at `start` (ns). `seed` chooses the order; 0: that in which they were
  // added, as far as it is possible. `happened` is told of each in turn.
  Journal journal(std::uint32_t seed, std::int64_t start,
                  const std::function<void(const What&)>& happened) const;

 private:
  struct Node {
    Source source;
    After after;
    std::function<What()> make;
  };
  std::vector<Node> m_nodes;
};

}  // namespace clusterspec::tests
