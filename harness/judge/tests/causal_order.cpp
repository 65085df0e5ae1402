#include "causal_order.hpp"

#include <algorithm>
#include <random>
#include <stdexcept>

namespace clusterspec::tests {

int CausalOrder::add(Source source, After after, std::function<What()> make) {
  m_nodes.push_back({source, std::move(after), std::move(make)});
  return static_cast<int>(m_nodes.size()) - 1;
}

int CausalOrder::add(Source source, After after, What what) {
  return add(source, std::move(after), std::function<What()>([what] { return what; }));
}

Journal CausalOrder::journal(std::uint32_t seed, std::int64_t start,
                             const std::function<void(const What&)>& happened) const {
  std::mt19937 random(seed);
  Journal journal;
  std::vector<std::int64_t> times(m_nodes.size(), start);
  std::vector<std::size_t> waits(m_nodes.size()), possible;
  for (std::size_t i = 0; i < m_nodes.size(); ++i) {
    waits[i] = m_nodes[i].after.size();
    if (waits[i] == 0) possible.push_back(i);
  }
  while (!possible.empty()) {
    const auto next = seed == 0 ? std::min_element(possible.begin(), possible.end())
                                : possible.begin() + static_cast<std::ptrdiff_t>(random() % possible.size());
    const std::size_t chosen = *next;
    possible.erase(next);
    const Node& node = m_nodes[chosen];
    times[chosen] = start + std::ssize(journal) * 1'000'000;
    Event event{times[chosen], node.source, node.make()};
    if (auto* one = std::get_if<Concluded>(&event.what)) {
      one->begun = times[static_cast<std::size_t>(node.after.front())];
      one->ended = event.at;
    }
    happened(event.what);
    journal.push_back(std::move(event));
    for (std::size_t i = 0; i < m_nodes.size(); ++i)
      for (const int before : m_nodes[i].after)
        if (before == static_cast<int>(chosen) && --waits[i] == 0) possible.push_back(i);
  }
  if (journal.size() != m_nodes.size()) throw std::logic_error("some events cause one another");
  return journal;
}

}  // namespace clusterspec::tests
