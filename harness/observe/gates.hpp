// Which calls are kept waiting or made to fail. Decides only; CallObserver acts on the decision.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "linux/seccomp.hpp"
#include "model/cluster.hpp"

namespace clusterspec {

int errno_of(CallError error);

class Gates {
 public:
  struct Decision {
    const std::string* gate = nullptr;  // keep it there
    std::optional<CallError> error;     // make it fail
  };
  void hold(const Hold& hold) { m_holds.push_back({hold, true}); }
  void inject(const Inject& inject) { m_injections.push_back({inject, inject.times}); }
  bool any() const { return !m_holds.empty() || !m_injections.empty(); }
  bool any_at(Call call) const;
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
