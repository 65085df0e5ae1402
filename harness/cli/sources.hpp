// Where scenarios, implementations and the catalogue are found, and all of them loaded.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "drive/build.hpp"
#include "load/load.hpp"
#include "model/case.hpp"

namespace clusterspec {

// --scenarios, else beside the source tree this binary was built in, else where an installation puts them.
Result<std::string> scenarios_directory(const std::string& asked_for);

// The catalogue of that directory, alone.
Loaded<Catalogue> load_catalogue_of(const std::string& directory);

struct Library {
  std::string directory;
  Catalogue catalogue;
  std::vector<Scenario> scenarios;  // one for each combination; in the order of their names
};
Loaded<Library> load_library(const std::string& directory);

// What a suite is for where nobody says which server is meant.
std::string subject_of_suite(const std::string& suite);

// Every file below scenarios/implementations, in the order of their paths.
std::vector<std::string> implementation_files(const std::string& directory);

// A path to a TOML file, or the name of one below scenarios/implementations without .toml.
Loaded<std::shared_ptr<const Implementation>> load_named_implementation(const std::string& name,
                                                                        const std::string& directory);

// A server given on the command line: it is taken to speak the document's dialect.
Loaded<std::shared_ptr<const Implementation>> ad_hoc_implementation(const std::vector<std::string>& command);

// Absolute path of the implementation's program, which is built first if it says how; or that it is not
// installed, and how to install it.
Result<BuiltProgram> find_program_of(const Implementation& implementation);

std::vector<std::string> toml_files_below(const std::string& directory);

}  // namespace clusterspec
