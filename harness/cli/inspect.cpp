// list, check and judge: everything that starts no server.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/commands.hpp"
#include "cli/saved_journal.hpp"
#include "cli/selection.hpp"
#include "cli/sources.hpp"
#include "linux/stream.hpp"
#include "load/did_you_mean.hpp"
#include "plan/plan.hpp"
#include "reports/report.hpp"

namespace clusterspec {
namespace {

// Everything is possible: a list names cases, not what this machine can run.
Machine any_machine() { return Machine{true, true, true, true, {}}; }

void list_requirements(const Library& library) {
  for (const Requirement& requirement : library.catalogue)
    print(fmt::format("{:<32} {:<6} {:<10} {}\n", requirement.id, name_of(requirement.level),
                      name_of(requirement.suite), requirement.text));
}

// Known violations of what is no requirement. The loader knows no catalogue.
std::vector<Error> unknown_requirements(const Implementation& implementation, const Catalogue& catalogue) {
  std::vector<Error> errors;
  std::vector<std::string> ids;
  for (const Requirement& requirement : catalogue) ids.push_back(requirement.id);
  for (const KnownViolation& known : implementation.known) {
    if (find(catalogue, known.requirement)) continue;
    const std::string& text = implementation.text;
    const std::size_t at = text.find("\"" + known.requirement + "\"");
    const auto lines =
        std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(std::min(at, text.size())), '\n');
    errors.push_back({ErrorKind::file,
                      fmt::format("there is no requirement \"{}\"", printable(known.requirement)),
                      Location{implementation.file, static_cast<int>(lines) + 1, 1},
                      {},
                      did_you_mean(known.requirement, ids) + "`clusterspec list --requirements` shows all"});
  }
  return errors;
}

// A file says by its keys what it is.
Loaded<int> check_file(const std::string& file, const Catalogue& catalogue) {
  const auto source = read_source(file);
  if (!source) return tl::unexpected(std::vector{source.error()});
  if (std::filesystem::path(file).filename() == "requirements.toml") {
    auto loaded = load_catalogue(*source);
    if (!loaded) return tl::unexpected(loaded.error());
    return 0;
  }
  if (std::filesystem::path(file).filename() == k_settings_file) {
    const auto loaded = load_settings(*source);
    if (!loaded) return tl::unexpected(loaded.error());
    if (auto faulty = faulty_reports(*loaded); !faulty.empty()) return tl::unexpected(std::move(faulty));
    return 0;
  }
  if (source->text.find("[[known]]") != std::string::npos &&
      source->text.find("executable") == std::string::npos) {
    auto loaded = load_baseline(*source, &catalogue);
    if (!loaded) return tl::unexpected(loaded.error());
    return 0;
  }
  if (source->text.find("[[expect]]") == std::string::npos &&
      source->text.find("executable") != std::string::npos) {
    auto loaded = load_implementation(*source);
    if (!loaded) return tl::unexpected(loaded.error());
    if (auto unknown = unknown_requirements(*loaded, catalogue); !unknown.empty())
      return tl::unexpected(std::move(unknown));
    return 0;
  }
  auto loaded = load_combinations(*source, std::filesystem::path(file).stem().string(), &catalogue);
  if (!loaded) return tl::unexpected(loaded.error());
  return static_cast<int>(loaded->size());
}

}  // namespace

void print(std::string_view text) { write_all(1, text); }

int complain(const std::vector<Error>& errors) {
  for (const Error& error : errors) write_all(2, "clusterspec: " + to_text(error) + "\n");
  if (errors.size() > 1) write_all(2, fmt::format("clusterspec: {} mistakes\n", errors.size()));
  const auto all = [&](ErrorKind kind) {
    return std::all_of(errors.begin(), errors.end(), [&](const Error& error) { return error.kind == kind; });
  };
  return all(ErrorKind::selection) ? k_nothing_selected : all(ErrorKind::harness) ? 99 : k_usage_error;
}

int complain(const Error& error) { return complain(std::vector{error}); }

int list_command(const ListArguments& arguments) {
  const auto directory = scenarios_directory(arguments.scenarios);
  if (!directory) return complain(directory.error());
  const auto library = load_library(*directory);
  if (!library) return complain(library.error());
  if (arguments.requirements) {
    list_requirements(*library);
    return 0;
  }
  const auto implementation = load_named_implementation(arguments.implementation, *directory);
  if (!implementation) return complain(implementation.error());
  Selection selection;
  selection.patterns = arguments.patterns;
  if (!arguments.suite.empty() && arguments.suite != "all") {
    selection.suite = from_name<Suite>(arguments.suite);
    if (!selection.suite)
      return complain(Error{ErrorKind::usage,
                            "there is no suite \"" + printable(arguments.suite) + "\"",
                            {},
                            {},
                            "suites: " + all_names<Suite>() + ", all"});
  }
  if (const auto missing = unselected(selection, *library, *implementation); !missing.empty())
    return complain(missing);
  for (const Case& one :
       plan_cases(library->scenarios, *implementation, library->catalogue, selection, any_machine()))
    print(one.id + (one.skip ? "  (skipped: " + *one.skip + ")" : "") + "\n");
  return 0;
}

int schema_command(const std::string& kind, const std::string& scenarios) {
  const auto file = from_name<TomlFile>(kind);
  if (!file)
    return complain(Error{ErrorKind::usage,
                          fmt::format("there is no kind of file \"{}\"", printable(kind)),
                          {},
                          {},
                          "kinds: " + all_names<TomlFile>()});
  const auto directory = scenarios_directory(scenarios);
  if (!directory) return complain(directory.error());
  const auto catalogue = load_catalogue_of(*directory);
  if (!catalogue) return complain(catalogue.error());
  print(json_schema(*file, *catalogue));
  return 0;
}

int check_command(const std::vector<std::string>& files, const std::string& scenarios) {
  const auto directory = scenarios_directory(scenarios);
  if (!directory) return complain(directory.error());
  const auto catalogue = load_catalogue_of(*directory);
  if (!catalogue) return complain(catalogue.error());
  std::vector<std::string> all = files;
  if (all.empty()) all = toml_files_below(*directory);
  std::vector<Error> errors;
  for (const std::string& file : all) {
    const auto checked = check_file(file, *catalogue);
    if (!checked)
      errors.insert(errors.end(), checked.error().begin(), checked.error().end());
    else
      print(*checked > 0
                ? fmt::format("{}: correct, {} {}\n", file, *checked, *checked == 1 ? "case" : "cases")
                : file + ": correct\n");
  }
  return errors.empty() ? 0 : complain(errors);
}

int judge_command(const std::vector<std::string>& journals, const std::string& scenarios) {
  Catalogue catalogue;
  // The texts of requirements make an explanation readable; the verdict does not need them.
  if (const auto directory = scenarios_directory(scenarios))
    if (const auto library = load_library(*directory)) catalogue = library->catalogue;
  RunResult run;
  for (const std::string& file : journals) {
    auto saved = judge_saved_journal(file);
    if (!saved) return complain(saved.error());
    CaseResult& result = saved->result;
    const bool passed =
        result.judgement.verdict == Verdict::pass || result.judgement.verdict == Verdict::skip;
    print(passed ? fmt::format("{}: {}\n", result.id, name_of(result.judgement.verdict))
                 : explain(result, catalogue));
    run.cases.push_back(std::move(result));
  }
  return exit_code(run);
}

}  // namespace clusterspec
