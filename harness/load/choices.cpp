#include "load/choices.hpp"

#include "model/units.hpp"

namespace clusterspec {

const std::vector<std::string>& target_choices() {
  static const std::vector<std::string> k_choices{"launcher", "workers", "worker 1", "worker 2",
                                                  "group",    "all",     "servers"};
  return k_choices;
}

const std::vector<std::string>& moment_choices() {
  static const std::vector<std::string> k_choices{"launched",
                                                  "ready",
                                                  "signalled",
                                                  "launcher exited",
                                                  "every worker exited",
                                                  "any worker exited",
                                                  "launcher closed its listener",
                                                  "every worker closed its listener",
                                                  "any worker closed its listener"};
  return k_choices;
}

const std::vector<std::string>& signal_choices() {
  static const std::vector<std::string> k_choices = [] {
    std::vector<std::string> names;
    for (int number = 1; number < 32; ++number) {
      const std::string name = to_text(Signal{number});
      if (name.starts_with("SIG")) names.push_back(name.substr(3));
    }
    return names;
  }();
  return k_choices;
}

}  // namespace clusterspec
