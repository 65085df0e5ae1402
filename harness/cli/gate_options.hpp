// The options of `run` for a CI gate, and clusterspec.toml.
#pragma once

#include "cli/commands.hpp"
#include "load/load.hpp"

namespace CLI {
class App;
}

namespace clusterspec {

void add_gate_options(CLI::App& run_app, RunArguments& arguments);

// What the command line leaves open comes from the settings file: --config FILE, or clusterspec.toml of the
// current folder if there is one. Paths in it are meant from its folder.
Loaded<void> apply_settings(const CLI::App& run_app, RunArguments& arguments);

// What --report does not take, of all profiles.
std::vector<Error> faulty_reports(const SettingsFile& settings);

// The error, and if it has no place of its own, that of the setting which it is about: `key`, and of a list
// the `text` in it.
Error placed(Error error, const SaidAt& said_at, const std::string& key, const std::string& text = {});
std::vector<Error> placed(std::vector<Error> errors, const SaidAt& said_at, const std::string& key);

}  // namespace clusterspec
