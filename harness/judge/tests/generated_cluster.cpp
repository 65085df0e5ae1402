#include "generated_cluster.hpp"

#include <random>

#include "cluster_teller.hpp"

namespace clusterspec::tests {

ClusterPlan draw_plan(std::uint32_t seed, Fault fault) {
  std::mt19937 random(seed);
  const auto between = [&](int low, int high) {
    return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
  };
  ClusterPlan plan;
  plan.fault = fault;
  plan.workers = between(fault == Fault::none ? 0 : 1, 5);
  plan.victim = plan.workers == 0 ? 0 : between(1, plan.workers);
  plan.to_each = between(0, 1) == 1;
  plan.quick = (plan.workers + 2) * between(1, 3);
  plan.slow = between(fault == Fault::connection_reset ? 1 : 0, 8);
  const bool by_status = fault == Fault::failure_code || fault == Fault::crash;
  if (plan.workers >= 2 && !by_status && between(0, 2) == 0) {
    plan.killed = between(1, plan.workers);
    if (plan.killed == plan.victim) plan.killed = plan.victim == 1 ? 2 : 1;
  }
  return plan;
}

Journal journal_of(const ClusterPlan& plan, const Telling& telling) {
  return ClusterTeller(plan, telling).journal();
}

}  // namespace clusterspec::tests
