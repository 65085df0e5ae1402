// new-implementation: runs a command a few times, and writes an implementation file to go on from.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace clusterspec {

class NewImplementation {
 public:
  explicit NewImplementation(CLI::App& app);

  bool asked_for() const;

  // The exit code, if it was asked for. `command`: the words after "--", which it takes. 2: usage; 3: it did
  // not serve, and nothing was written.
  std::optional<int> run(std::vector<std::string>& command) const;

 private:
  CLI::App* m_app;
  std::string m_name, m_quick = "/", m_slow, m_output;
};

}  // namespace clusterspec
