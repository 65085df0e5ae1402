#include "cli/new_implementation.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>

#include "cli/commands.hpp"
#include "cli/sources.hpp"
#include "drive/machine.hpp"
#include "drive/scheduler.hpp"
#include "drive/version.hpp"
#include "learn/implementation_text.hpp"
#include "linux/process.hpp"
#include "linux/stream.hpp"
#include "reports/command_line.hpp"

namespace clusterspec {
namespace {

namespace fs = std::filesystem;

constexpr int k_never_ready = 3;
constexpr std::size_t k_lines_of_a_failure = 20;

// A file beside which somebody stands now is meant wherever the implementation file is used.
std::vector<std::string> with_whole_paths(std::vector<std::string> words) {
  std::error_code ignored;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string& word = words[i];
    const bool path = i > 0 || word.find('/') != std::string::npos;
    if (path && !word.empty() && word.front() != '/' && word.front() != '-' &&
        fs::is_regular_file(word, ignored))
      word = fs::absolute(word).lexically_normal().string();
  }
  return words;
}

Loaded<std::vector<Case>> cases_of(const ServerCommand& command, const std::vector<Trial>& trials) {
  std::vector<Case> cases;
  for (const Trial& trial : trials) {
    auto one = case_of(command, trial);
    if (!one) return tl::unexpected(one.error());
    cases.push_back(std::move(*one));
  }
  return cases;
}

Result<RunOptions> options_for(const Case& one) {
  const MachineFacts machine = explore_machine(Wanted{});
  if (!machine.machine.notification)
    return failure(ErrorKind::usage,
                   "this machine does not allow seccomp notification, by which a server is watched",
                   "`clusterspec doctor` says what is allowed here");
  const auto program = find_program_of(*one.implementation);
  if (!program) return tl::unexpected(program.error());
  RunOptions options;
  options.jobs = processor_count();
  options.cell.isolation = machine.isolation;
  options.cell.executable = program->path;
  options.cell.host = host_description();
  return options;
}

// Every case, in their order; nothing: interrupted.
Result<std::optional<std::vector<Journal>>> journals_of(const std::vector<Case>& cases,
                                                        const RunOptions& options) {
  std::map<std::string, Journal> journals;
  Scheduler scheduler(options, {[](const Case&) {}, [] {},
                                [&](CaseResult& result, const std::string&) {
                                  journals[result.id] = std::move(result.journal);
                                }});
  const auto whole = scheduler.run(cases, 0);
  if (!whole) return tl::unexpected(whole.error());
  if (!*whole) return std::optional<std::vector<Journal>>();
  std::vector<Journal> ordered;
  for (const Case& one : cases) ordered.push_back(std::move(journals[one.id]));
  return std::optional(std::move(ordered));
}

std::string failure_text(const ServerCommand& command, const ServingFacts& facts, const Journal& journal) {
  std::string text =
      fmt::format("It does not serve: {}\n  {}\n", printable(facts.trouble), command_line(command.words));
  const auto lines = first_lines(journal, k_lines_of_a_failure);
  text += lines.empty() ? "It printed nothing.\n" : "It printed:\n";
  for (const std::string& line : lines) text += "  " + line + "\n";
  return text + "It is to listen on {host}:{port}, and to answer a GET of the path of --quick.\n";
}

}  // namespace

NewImplementation::NewImplementation(CLI::App& app)
    : m_app(app.add_subcommand(
          "new-implementation",
          "Run a server a few times, look at it, and write an implementation file to go on "
          "from; put `-- COMMAND…` at the end, with {port} {host} {workers} {dir}")) {
  m_app->add_option("--name", m_name, "the name that -i shall use (default: the program's)");
  m_app->add_option("--quick", m_quick, "a path that is answered at once")->capture_default_str();
  m_app->add_option(
      "--slow", m_slow,
      "a path that is answered after {delay} ms, e.g. '/slow?ms={delay}': then it is found out which "
      "signals leave a request in flight its answer");
  m_app->add_option("-o,--output", m_output, "the file to write (default: NAME.toml)");
}

bool NewImplementation::asked_for() const { return static_cast<bool>(*m_app); }

std::optional<int> NewImplementation::run(std::vector<std::string>& words) const {
  if (!asked_for()) return std::nullopt;
  if (words.empty())
    return complain(Error{ErrorKind::usage,
                          "no command was given",
                          {},
                          {},
                          "clusterspec new-implementation -- ./server --workers={workers} --port={port}"});
  ServerCommand command{m_name, with_whole_paths(std::move(words)), m_quick, m_slow};
  words.clear();
  if (command.name.empty()) command.name = fs::path(command.words.front()).stem().string();
  const std::string file = m_output.empty() ? command.name + ".toml" : m_output;
  std::error_code ignored;
  if (fs::exists(file, ignored))
    return complain(Error{ErrorKind::usage,
                          fmt::format("{} is there already", printable(file)),
                          {},
                          {},
                          "name another one: --output FILE"});

  const std::vector<Trial> trials = trials_of(command);
  const auto cases = cases_of(command, trials);
  if (!cases) return complain(cases.error());
  const auto options = options_for(cases->front());
  if (!options) return complain(options.error());
  print(fmt::format("Runs it {} times: {}\n", cases->size(), command_line(command.words)));
  auto journals = journals_of({cases->front()}, *options);
  if (!journals) return complain(journals.error());
  if (!*journals) return 130;
  std::vector<Run> runs{{trials.front(), std::move((*journals)->front())}};
  if (const ServingFacts facts = serving_facts(runs.front().journal); !facts.trouble.empty()) {
    print(failure_text(command, facts, runs.front().journal));
    return k_never_ready;
  }
  journals = journals_of(std::vector<Case>(cases->begin() + 1, cases->end()), *options);
  if (!journals) return complain(journals.error());
  if (!*journals) return 130;
  for (std::size_t i = 1; i < trials.size(); ++i) runs.push_back({trials[i], std::move((**journals)[i - 1])});

  const Conclusions found = conclude(command, runs);
  const std::string text = implementation_text(command, found);
  if (const auto loaded = load_implementation({file, text}); !loaded) return complain(loaded.error());
  if (const auto written = write_file(file, text, 0644); !written) return complain(written.error());
  print(account_text(found));
  print(fmt::format("\n{0} was written. Next: read it, then `clusterspec run -i {0}`\n", printable(file)));
  return 0;
}

}  // namespace clusterspec
