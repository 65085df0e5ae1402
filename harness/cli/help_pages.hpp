// The help in other shapes: a manual page and the completions of shells, made from the same texts as --help.
#pragma once

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace clusterspec {

class HelpPages {
 public:
  // After all other commands: what is added later is not in the pages.
  explicit HelpPages(CLI::App& app);

  // The exit code, if one of these pages was asked for.
  std::optional<int> run() const;

 private:
  CLI::App *m_app, *m_manual_app, *m_completion_app;
  std::string m_shell;
};

}  // namespace clusterspec
