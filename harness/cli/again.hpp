// A capsule's case on this machine, to be run again.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capsule/capsule.hpp"
#include "drive/scheduler.hpp"
#include "load/load.hpp"

namespace clusterspec {

class Again {
 public:
  // `executable` empty: the recorded one, else where this machine has a program of that name. Runs nothing of
  // the capsule.
  static Loaded<std::unique_ptr<Again>> open(const std::string& file, const std::string& executable,
                                             std::optional<int> stress);

  const Capsule& capsule() const { return m_capsule; }
  const CapsuleCase& held() const { return m_held; }
  const std::string& executable() const { return m_options.cell.executable; }

  // Which case it is, what is run, and what is not as it was. Several lines, safe for a terminal.
  std::string announcement() const;

  // Another scenario in the place of the capsule's.
  Case with(const Scenario& scenario) const;

  struct Ran {
    CaseResult result;
    std::string journal;
  };
  // Nothing: interrupted.
  Result<std::optional<Ran>> run(const Case& one);

 private:
  Again() = default;
  Result<void> find_executable(const std::string& asked_for);
  void explore();

  Capsule m_capsule;
  CapsuleCase m_held;
  std::string m_file;
  std::vector<std::string> m_notes;
  Machine m_machine;
  RunOptions m_options;
  std::unique_ptr<Scheduler> m_scheduler;
  std::optional<Ran> m_ran;
};

}  // namespace clusterspec
