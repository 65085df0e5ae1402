// Which calls are kept waiting or made to fail. Decides only; CallObserver acts on the decision.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "linux/seccomp.hpp"
#include "model/cluster.hpp"

namespace clusterspec {

// The errno of "EADDRINUSE" and its like; nothing for a name that a scenario may not inject.
std::optional<int> injectable_error(std::string_view name);

class Gates {
 public:
  struct Decision {
    const std::string* gate = nullptr;  // keep it there
    int error = 0;                      // make it fail
    std::string error_name;
  };
  void hold(const Hold& hold) { m_holds.push_back({hold, true}); }
  void inject(const Inject& inject) { m_injections.push_back({inject, inject.times}); }
  void open(const std::string& gate);
  bool closed(const std::string& gate) const;
  std::vector<std::string> closed_gates() const;

  Decision decide(Call call, Pid pid, const Cluster& cluster);

 private:
  struct Gate {
    Hold hold;
    bool closed = true;
  };
  struct Injection {
    Inject inject;
    int left = 0;
  };
  std::vector<Gate> m_holds;
  std::vector<Injection> m_injections;
};

}  // namespace clusterspec
