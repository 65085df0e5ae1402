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

}  // namespace clusterspec
