// new-settings: writes a clusterspec.toml to go on from.
#pragma once

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace clusterspec {

class NewSettings {
 public:
  explicit NewSettings(CLI::App& app);

  // The exit code, if it was asked for. 2: the file is there already, or what it was to name is not.
  std::optional<int> run() const;

 private:
  CLI::App* m_app;
  std::string m_implementation, m_suite, m_output, m_scenarios;
};

}  // namespace clusterspec
