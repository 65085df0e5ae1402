#include "cli/sources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "linux/stream.hpp"
#include "load/toml_writer.hpp"

namespace clusterspec {
namespace {

namespace fs = std::filesystem;

void append(std::vector<Error>& all, std::vector<Error> more) {
  for (Error& error : more) all.push_back(std::move(error));
}

std::string not_installed(const Implementation& implementation, const std::string& why) {
  return fmt::format("{} is not installed: {}{}", implementation.name, printable(why),
                     implementation.install.empty() ? "" : "; install it: " + implementation.install);
}

}  // namespace

Result<std::string> scenarios_directory(const std::string& asked_for) {
  std::error_code ignored;
  std::vector<fs::path> candidates;
  if (!asked_for.empty()) {
    candidates.emplace_back(asked_for);
  } else {
    const fs::path here = fs::path(own_executable()).parent_path();
    // Installed; built in build/PRESET of a checkout; from the checkout's top.
    candidates = {here / "../share/clusterspec/scenarios", here / "../../scenarios", fs::path("scenarios")};
  }
  for (const fs::path& candidate : candidates)
    if (fs::is_regular_file(candidate / "requirements.toml", ignored))
      return fs::weakly_canonical(candidate, ignored).string();
  return failure(ErrorKind::usage,
                 asked_for.empty() ? "the scenarios are not where this binary expects them"
                                   : fmt::format("{} holds no requirements.toml", asked_for),
                 "give their directory with --scenarios DIR");
}

std::vector<std::string> toml_files_below(const std::string& directory) {
  std::vector<std::string> files;
  std::error_code status;
  for (fs::recursive_directory_iterator it(directory, status), end; !status && it != end;
       it.increment(status))
    if (it->is_regular_file() && it->path().extension() == ".toml") files.push_back(it->path().string());
  std::sort(files.begin(), files.end());
  return files;
}

Loaded<Catalogue> load_catalogue_of(const std::string& directory) {
  const auto source = read_source(directory + "/requirements.toml");
  if (!source) return tl::unexpected(std::vector{source.error()});
  return load_catalogue(*source);
}

Loaded<Library> load_library(const std::string& directory) {
  std::vector<Error> errors;
  Library library;
  library.directory = directory;
  auto catalogue = load_catalogue_of(directory);
  if (!catalogue) return tl::unexpected(catalogue.error());
  library.catalogue = std::move(*catalogue);
  for (const auto& [suite, name] : Names<Suite>::table) {
    for (const std::string& file : toml_files_below(directory + "/" + std::string(name))) {
      const auto source = read_source(file);
      if (!source) {
        errors.push_back(source.error());
        continue;
      }
      const std::string scenario_name = file.substr(directory.size() + 1, file.size() - directory.size() - 6);
      auto scenarios = load_combinations(*source, scenario_name, &library.catalogue);
      if (scenarios)
        std::move(scenarios->begin(), scenarios->end(), std::back_inserter(library.scenarios));
      else
        append(errors, scenarios.error());
    }
  }
  if (!errors.empty()) return tl::unexpected(errors);
  return library;
}

std::string subject_of_suite(const std::string& suite) {
  return suite == name_of(Suite::production) ? "reference-production" : "reference";
}

std::vector<std::string> implementation_files(const std::string& directory) {
  return toml_files_below(directory + "/implementations");
}

Loaded<std::shared_ptr<const Implementation>> load_named_implementation(const std::string& name,
                                                                        const std::string& directory) {
  std::string file = name;
  if (!name.ends_with(".toml")) {
    std::string known;
    file.clear();
    for (const std::string& candidate : implementation_files(directory)) {
      const std::string stem = fs::path(candidate).stem().string();
      if (stem == name) file = candidate;
      known += (known.empty() ? "" : ", ") + stem;
    }
    if (file.empty()) {
      return tl::unexpected(
          std::vector{Error{ErrorKind::usage,
                            fmt::format("there is no implementation \"{}\"", printable(name)),
                            {},
                            {},
                            "known: " + known + "; or give the path of a TOML file"}});
    }
  }
  const auto source = read_source(file);
  if (!source) return tl::unexpected(std::vector{source.error()});
  auto implementation = load_implementation(*source);
  if (!implementation) return tl::unexpected(implementation.error());
  return std::make_shared<const Implementation>(std::move(*implementation));
}

Loaded<std::shared_ptr<const Implementation>> ad_hoc_implementation(const std::vector<std::string>& command) {
  std::string text = "name = \"command\"\nsummary = \"given on the command line\"\n";
  text += fmt::format("executable = {}\narguments = [", toml_text(command.front()));
  for (std::size_t i = 1; i < command.size(); ++i) text += (i > 1 ? ", " : "") + toml_text(command[i]);
  text +=
      "]\n\n[log]\nstarted = \" > worker {pid} started\"\nstopped = \" < worker {pid} stopped\"\n"
      "failed = \" ! worker process {pid} failed with {status}\"\nterminating = \" > terminating "
      "gracefully\"\n\n"
      "[requests.quick]\npath = \"/\"\n";
  auto implementation = load_implementation(SourceText{"command line", text});
  if (!implementation) return tl::unexpected(implementation.error());
  return std::make_shared<const Implementation>(std::move(*implementation));
}

Result<BuiltProgram> find_program_of(const Implementation& implementation) {
  std::error_code unreadable;
  for (const std::string& file : implementation.needs_files)
    if (!fs::exists(file, unreadable))
      return BuiltProgram{{}, not_installed(implementation, file + " is not there")};
  if (implementation.build) return built_program(implementation);
  std::string name = implementation.executable;
  const fs::path here = fs::path(own_executable()).parent_path();
  // A path in an implementation file is meant from that file's folder.
  if (name.find('/') != std::string::npos && name.front() != '/' && implementation.file.ends_with(".toml"))
    name = (fs::path(implementation.file).parent_path() / name).string();
  std::string found = find_program(name, here.string());
  // Where an installation keeps the servers that come with clusterspec: no program of theirs is for PATH.
  if (found.empty())
    found = find_program(name, (here / "../libexec/clusterspec").lexically_normal().string());
  // A program of a package, unlike one that somebody has just named.
  if (found.empty() && !implementation.install.empty() && name.find('/') == std::string::npos)
    return BuiltProgram{{},
                        not_installed(implementation, fmt::format("there is no \"{}\"", printable(name)))};
  if (found.empty())
    return failure(ErrorKind::usage,
                   fmt::format("the program \"{}\" of {} is not there, or cannot be executed",
                               printable(name), implementation.name),
                   implementation.install.empty() ? "build or install it, or give its full path"
                                                  : "install it: " + implementation.install);
  return BuiltProgram{std::move(found), {}};
}

}  // namespace clusterspec
