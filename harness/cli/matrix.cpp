// implementations, and matrix: many implementations at once.
#include "reports/matrix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/results.hpp"
#include "cli/session.hpp"
#include "drive/version.hpp"
#include "linux/process.hpp"
#include "linux/procfs.hpp"
#include "linux/stream.hpp"
#include "reports/command_line.hpp"

namespace clusterspec {
namespace {

using Implementations = std::vector<std::shared_ptr<const Implementation>>;

// All that are known, or those named.
Loaded<Implementations> implementations_of(const std::vector<std::string>& names,
                                           const std::string& directory) {
  Implementations all;
  std::vector<Error> errors;
  for (const std::string& name : names.empty() ? implementation_files(directory) : names) {
    auto loaded = load_named_implementation(name, directory);
    if (loaded)
      all.push_back(std::move(*loaded));
    else
      errors.insert(errors.end(), loaded.error().begin(), loaded.error().end());
  }
  if (!errors.empty()) return tl::unexpected(errors);
  return all;
}

// The subject of a suite is what that suite is written for, and means nothing to the other.
std::string suite_for(const std::string& implementation, const std::string& asked_for) {
  if (asked_for != "all") return asked_for;
  for (const auto& [suite, name] : Names<Suite>::table)
    if (subject_of_suite(std::string(name)) == implementation) return std::string(name);
  return asked_for;
}

// From the folder that the page stands in.
void name_from(const std::string& folder, std::string& file) {
  if (!file.empty()) file = std::filesystem::path(file).lexically_relative(folder).string();
}

std::string progress(const MatrixColumn& column) {
  if (!column.absent.empty())
    return fmt::format("{:<20} {}\n", column.run.implementation, printable(column.absent));
  const RunResult& run = column.run;
  const auto known = std::count_if(run.cases.begin(), run.cases.end(),
                                   [](const CaseResult& one) { return !one.known.empty(); });
  std::string text = fmt::format(
      "{:<20} {:>3} passed, {:>2} failed, {:>2} known, {:>3} skipped, {} errors, {:.1f} s  {}\n",
      run.implementation, run.count(Verdict::pass), run.count(Verdict::fail) - known, known,
      run.count(Verdict::skip), run.count(Verdict::error), run.seconds, run.implementation_version);
  for (const CaseResult& one : run.cases)
    if (one.judgement.verdict == Verdict::error ||
        (one.judgement.verdict == Verdict::fail && one.known.empty()))
      text += fmt::format("  {}  {}{}\n", name_of(one.judgement.verdict), printable(one.id),
                          one.judgement.findings.empty()
                              ? ": " + printable(one.judgement.reason, 200)
                              : fmt::format("  {}: {}", one.judgement.findings.front().requirement,
                                            printable(one.judgement.findings.front().actual, 200)));
  for (const std::string& one : run.unexpected) text += "  met  " + printable(one) + "\n";
  return text;
}

// The gravest of all: an interruption, a fault of ours, a failure; nothing was run; all is well.
int exit_code_of(const ConformanceMatrix& matrix) {
  bool any = false, failed = false, fault = false;
  for (const MatrixColumn& column : matrix.columns) {
    if (column.run.interrupted) return 130;
    const int code = column.absent.empty() ? exit_code(column.run) : 77;
    any = any || (code != 77 && code != 4);
    fault = fault || code == 99;
    failed = failed || code == 1 || code == 3;
  }
  return fault ? 99 : failed ? 1 : any ? 0 : 77;
}

}  // namespace

int implementations_command(const std::string& scenarios) {
  const auto directory = scenarios_directory(scenarios);
  if (!directory) return complain(directory.error());
  const auto all = implementations_of({}, *directory);
  if (!all) return complain(all.error());
  for (const auto& one : *all) {
    std::string state;
    if (one->build) {
      // To build all of them for a list would take minutes.
      state = "built at its first run";
      if (!one->install.empty()) state += ", with: " + one->install;
    } else if (const auto program = find_program_of(*one); !program) {
      state = program.error().message;
    } else if (!program->absent.empty()) {
      state = program->absent;
    } else {
      state = program_version(*one, program->path);
    }
    print(fmt::format("{:<20} {}\n{:<20} {}\n", one->name, one->summary, "", printable(state)));
  }
  return 0;
}

int matrix_command(const MatrixArguments& arguments) {
  const auto directory = scenarios_directory(arguments.run.scenarios);
  if (!directory) return complain(directory.error());
  const auto all = implementations_of(arguments.implementations, *directory);
  if (!all) return complain(all.error());
  const std::string folder = arguments.run.results;
  const auto began = now_ns();
  ConformanceMatrix matrix;
  bool faulty = false;
  matrix.version = CLUSTERSPEC_VERSION;
  matrix.command = command_line(arguments.words);
  matrix.host = host_description();
  matrix.settings = kernel_settings();
  for (const auto& implementation : *all) {
    RunArguments run = arguments.run;
    run.implementation = implementation->file;
    run.suite = suite_for(implementation->name, arguments.run.suite);
    const auto prepared = prepare(run);
    MatrixColumn column;
    column.summary = implementation->summary;
    if (!prepared) {
      // What the others do was not in vain.
      complain(prepared.error());
      faulty = true;
      column.run.implementation = implementation->name;
      column.absent = prepared.error().front().message;
      matrix.columns.push_back(std::move(column));
      continue;
    }
    matrix.catalogue = prepared->library.catalogue;
    RunResult facts = facts_of(*prepared, run);
    if (matrix.started.empty()) matrix.started = facts.started;
    if (prepared->executable.empty() && !prepared->cases.empty())
      column.absent = prepared->cases.front().skip.value_or("it is not there");
    if (column.absent.empty()) {
      auto gate = GateRun::open({}, prepared->library.catalogue);
      if (!gate) return complain(gate.error());
      Session session =
          run_cases(*prepared, run, std::move(facts), *gate, {[](const Case&) {}, [] {}, [](const auto&) {}});
      if (session.fault) return complain(*session.fault);
      column.run = std::move(session.run);
    } else {
      column.run = std::move(facts);
    }
    for (CaseResult& one : column.run.cases) {
      Journal().swap(one.journal);
      name_from(folder, one.journal_file);
      name_from(folder, one.capsule_file);
    }
    print(progress(column));
    matrix.columns.push_back(std::move(column));
    if (matrix.columns.back().run.interrupted) break;
  }
  matrix.seconds = static_cast<double>(now_ns() - began) / 1e9;
  const std::pair<const char*, std::string> files[] = {{"matrix.html", matrix_page(matrix)},
                                                       {"matrix.json", matrix_json(matrix)},
                                                       {"matrix.md", matrix_markdown(matrix)}};
  for (const auto& [name, text] : files)
    if (const auto written = write_file(folder + "/" + name, text, 0644); !written)
      return complain(written.error());
  print(fmt::format("\n{}/matrix.html, matrix.json and matrix.md were written; {:.0f} s\n", folder,
                    matrix.seconds));
  return faulty ? k_usage_error : exit_code_of(matrix);
}

}  // namespace clusterspec
