// What this machine allows, found by trying it once in a process of its own.
#pragma once

#include "linux/isolation.hpp"
#include "model/case.hpp"

namespace clusterspec {

struct MachineFacts {
  Isolation isolation = Isolation::none;  // the strongest that works
  Machine machine;
};

// `want_isolation` and `want_notification` false: treated as refused, with the note that it was asked for.
// `want_link` false: nobody needs one, and it is not tried.
MachineFacts explore_machine(bool want_isolation, bool want_notification, bool want_link);

}  // namespace clusterspec
