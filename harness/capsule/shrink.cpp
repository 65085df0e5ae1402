#include "capsule/shrink.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "load/load.hpp"

namespace clusterspec {
namespace {

class Search {
 public:
  Search(const Scenario& start, const Catalogue& catalogue, const Shrinking& by)
      : m_catalogue(catalogue), m_by(by) {
    m_result.scenario = start;
  }

  Shrunk run() {
    shrink_combination();
    bool smaller = true;
    while (smaller && !m_by.out_of_time()) {
      smaller = false;
      for (const auto generator : {fewer_expectations, fewer_steps, smaller_numbers, plainer})
        smaller = keep_what_fails(generator, false) || smaller;
      // Last, so that nothing is judged by a case whose timing was changed while anything else is to be
      // tried.
      if (!smaller) smaller = keep_what_fails(no_delay, true);
    }
    m_result.finished = !m_by.out_of_time();
    return std::move(m_result);
  }

 private:
  std::optional<Scenario> written(const Scenario& scenario) const {
    auto read = load_scenario({scenario.file, scenario_text(scenario)}, scenario.name, {}, &m_catalogue);
    return read ? std::optional(std::move(*read)) : std::nullopt;
  }

  bool try_it(const std::optional<Scenario>& smaller, const std::string& what, bool other_timing) {
    if (!smaller || !m_seen.insert(scenario_text(*smaller)).second) return false;
    ++m_result.tried;
    if (!m_by.fails(*smaller)) return false;
    if (other_timing && !m_by.fails_every_time(*smaller)) return false;
    ++m_result.kept;
    m_result.scenario = *smaller;
    m_by.kept(what);
    return true;
  }

  // First of all, since what is computed from an axis follows it. What is tried has no matrix any more: its
  // values stand where their names stood.
  void shrink_combination() {
    Scenario now = m_result.scenario;
    for (std::size_t next = 0; !m_by.out_of_time();) {
      const auto all = smaller_combinations(now.combination);
      if (next >= all.size()) return;
      auto smaller = load_scenario({now.file, now.text}, now.name, all[next], &m_catalogue);
      std::string what;
      for (const auto& [axis, value] : all[next])
        if (now.combination.at(axis) != value) what = fmt::format("{} = {}", axis, value);
      if (smaller && try_it(written(*smaller), what, false)) {
        now = std::move(*smaller);
        next = 0;
      } else {
        ++next;
      }
    }
  }

  // Goes on at the same place after each that is kept; the caller comes again until nothing is.
  bool keep_what_fails(std::vector<Candidate> (*generator)(const Scenario&), bool other_timing) {
    bool kept = false;
    auto all = generator(m_result.scenario);
    for (std::size_t next = 0; next < all.size() && !m_by.out_of_time();) {
      if (!try_it(written(all[next].scenario), all[next].what, other_timing)) {
        ++next;
        continue;
      }
      kept = true;
      all = generator(m_result.scenario);
    }
    return kept;
  }

  const Catalogue& m_catalogue;
  const Shrinking& m_by;
  Shrunk m_result;
  std::set<std::string> m_seen;
};

}  // namespace

Shrunk shrink(const Scenario& start, const Catalogue& catalogue, const Shrinking& by) {
  return Search(start, catalogue, by).run();
}

}  // namespace clusterspec
