// The help in other shapes: a manual page and the completions of shells, made from the same texts as --help.
#pragma once

#include <optional>
#include <string>
#include <utility>

namespace CLI {
class App;
}

namespace clusterspec {

inline constexpr const char* k_about =
    "Conformance harness for servers that share one port between several processes.";
inline constexpr std::pair<int, const char*> k_exit_codes[] = {
    {0, "all passed"},
    {1, "a case failed"},
    {2, "usage or a faulty file"},
    {3, "no case ever became ready"},
    {4, "a pattern or a tag selects nothing"},
    {5, "cases of the plan are missing"},
    {77, "all skipped"},
    {99, "fault of the harness"},
    {130, "interrupted"},
};
// What --help begins with.
std::string about_text();

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
