// One scenario x one implementation x one combination of the matrix.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/scenario.hpp"

namespace clusterspec {

struct Case {
  std::string id;  // "documented/terminate/launcher-closes-last[workers=4]@reference"
  Scenario scenario;
  std::shared_ptr<const Implementation> implementation;
  std::map<RequirementId, Level> levels;  // of what it verifies
  std::optional<std::string> skip;        // known before running; the reason
};

// What this machine allows, found at start (linux/) or forced by options.
struct Machine {
  bool namespaces = false;
  bool notification = false;
  bool terminal = false;
  bool attribution = false;        // descriptors of servers may be copied: who serves a connection is known
  std::vector<std::string> notes;  // one line for each thing that is not possible
  std::string no_link{};           // why a cell cannot have a link with delay; empty: it can, or nobody asked
  std::map<std::string, std::string> no_sysctl{};  // setting -> why it cannot be made; only those asked for
  bool other_users = false;                        // a process of ours may become another user's
  bool ipv6 = true;                                // ::1 is there
};

}  // namespace clusterspec
