// Who is meant: the processes of a cluster by role, and moments of a case by name.
#pragma once

#include <string>
#include <string_view>

#include "model/error.hpp"
#include "model/names.hpp"

namespace clusterspec {

// Name of the instance that a case launches first; later ones are named by their launch step.
inline constexpr std::string_view k_first_instance = "server";

enum class Role { launcher, workers, worker, group, all, servers };

template <>
struct Names<Role> {
  static constexpr std::array table{
      std::pair{Role::launcher, "launcher"}, std::pair{Role::workers, "workers"},
      std::pair{Role::worker, "worker"},     std::pair{Role::group, "group"},
      std::pair{Role::all, "all"},           std::pair{Role::servers, "servers"}};
};

// "launcher", "workers", "worker 2", "group" (the launcher's process group, as one kill(2) of it), "all"
// (launcher and workers, each), "servers" (those of them that accept connections). "second/launcher" names
// the instance that `launch = "second"` started.
struct Target {
  Role role = Role::all;
  int ordinal = 0;  // for Role::worker: 1 is the first worker that was started
  std::string instance{k_first_instance};
  friend bool operator==(const Target&, const Target&) = default;
};
Result<Target> parse_target(std::string_view text);
std::string to_text(const Target& target);

enum class Happening {
  launched,         // the instance was started
  ready,            // every listener that the implementation states is open
  signalled,        // the harness first sent it a signal (or pressed a key)
  closed_listener,  // its listener was closed
  exited,
  concluded,  // the connections of a group have their outcome
  step,       // a step that has a name began
};

// "every worker exited", "any worker exited", "worker 2 exited", "launcher exited",
// "launcher closed its listener", "every worker closed its listener", "launched", "ready", "signalled",
// "every slow concluded" (connections of the group `slow`), "step NAME".
struct Moment {
  Happening happening = Happening::launched;
  Target of;           // for processes
  bool first = false;  // "any": the first of them; else the last
  std::string name;    // connection group or step
  friend bool operator==(const Moment&, const Moment&) = default;
};
Result<Moment> parse_moment(std::string_view text);
std::string to_text(const Moment& moment);

}  // namespace clusterspec
