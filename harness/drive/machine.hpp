// What this machine allows, found by trying it once in a process of its own.
#pragma once

#include <set>
#include <string>

#include "linux/isolation.hpp"
#include "model/case.hpp"

namespace clusterspec {

struct MachineFacts {
  Isolation isolation = Isolation::none;  // the strongest that works
  Machine machine;
};

struct Wanted {
  // False: treated as refused, with the note that it was asked for.
  bool isolation = true, notification = true;
  // What nobody needs is not tried.
  bool link = false;
  std::set<std::string> sysctl{};

  void add(const Scenario& scenario);
};

MachineFacts explore_machine(const Wanted& wanted);

}  // namespace clusterspec
