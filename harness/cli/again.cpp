#include "cli/again.hpp"

#include <fmt/format.h>

#include "capsule/same_failure.hpp"
#include "cli/capsules.hpp"
#include "cli/sources.hpp"
#include "drive/machine.hpp"
#include "linux/procfs.hpp"
#include "linux/stream.hpp"
#include "plan/plan.hpp"
#include "reports/command_line.hpp"
#include "reports/text.hpp"

namespace clusterspec {
namespace {

// What is run is told from what runs it: the list in the manifest is only a record.
std::string launch_text(const std::string& executable, const Implementation& implementation,
                        const Launch& launch) {
  std::vector<std::string> words;
  const Endpoint endpoint{"127.0.0.1", 3000, "DIRECTORY"};
  const auto environment = compose_environment(implementation, launch, endpoint);
  if (!environment.empty()) words.emplace_back("env");
  words.insert(words.end(), environment.begin(), environment.end());
  words.push_back(executable);
  const auto arguments = compose_arguments(implementation, launch, endpoint);
  words.insert(words.end(), arguments.list.begin(), arguments.list.end());
  return command_line(words);
}

}  // namespace

Loaded<std::unique_ptr<Again>> Again::open(const std::string& file, const std::string& executable,
                                           std::optional<int> stress) {
  const auto one = [](const Error& error) { return tl::unexpected(std::vector{error}); };
  const auto source = read_source(file);
  if (!source) return one(source.error());
  auto capsule = read_capsule(source->text, file);
  if (!capsule) return one(capsule.error());
  auto held = case_of(*capsule, file);
  if (!held) return tl::unexpected(held.error());
  std::unique_ptr<Again> again(new Again);
  again->m_capsule = std::move(*capsule);
  again->m_held = std::move(*held);
  again->m_file = file;
  if (const auto found = again->find_executable(executable); !found) return one(found.error());
  again->m_options.busy = stress.value_or(again->m_capsule.manifest.settings.stress);
  again->explore();
  return again;
}

Result<void> Again::find_executable(const std::string& asked_for) {
  const RecordedServer& recorded = m_capsule.manifest.server;
  std::string& found = m_options.cell.executable;
  if (!asked_for.empty()) {
    found = find_program(asked_for, {});
    if (found.empty())
      return failure(ErrorKind::usage, fmt::format("the program \"{}\" is not there, or cannot be executed",
                                                   printable(asked_for)));
  } else {
    if (recorded.executable.starts_with('/')) found = find_program(recorded.executable, {});
    const Implementation& implementation = *m_held.one.implementation;
    if (found.empty() && !implementation.build && implementation.executable.find('/') == std::string::npos)
      if (const auto program = find_program_of(implementation)) found = program->path;
    if (found.empty())
      return failure(ErrorKind::usage,
                     fmt::format("the program \"{}\" that was recorded is not here, or cannot be executed",
                                 printable(recorded.executable)),
                     "name the one to run: --executable PATH");
    if (found != recorded.executable)
      m_notes.push_back(
          fmt::format("{} is not here; another program of that name is run", recorded.executable));
  }
  if (hash_of_file(found) != recorded.hash)
    m_notes.emplace_back("the program differs from the one that was recorded");
  return {};
}

void Again::explore() {
  const Manifest& manifest = m_capsule.manifest;
  const RunSettings& settings = manifest.settings;
  Wanted wanted{settings.isolation != name_of(Isolation::none), settings.observation != "polling"};
  wanted.add(m_held.one.scenario);
  const MachineFacts facts = explore_machine(wanted);
  m_machine = facts.machine;
  CellOptions& cell = m_options.cell;
  cell.isolation = facts.isolation;
  cell.notification = facts.machine.notification;
  cell.time_scale = settings.time_scale;
  cell.host = host_description();
  cell.notes = facts.machine.notes;
  const auto compare = [&](const std::string& what, const std::string& was, const std::string& is) {
    if (was != is)
      m_notes.push_back(fmt::format("{} was {}, here {}", what, was, is.empty() ? "unknown" : is));
  };
  compare("the host", manifest.host, cell.host);
  compare("isolation", settings.isolation, std::string(name_of(cell.isolation)));
  compare("observation", settings.observation, cell.notification ? "notification" : "polling");
  const auto here = kernel_settings();
  for (const auto& [name, value] : manifest.kernel)
    compare(name, value, here.contains(name) ? here.at(name) : std::string());
  if (m_options.busy > 0) m_notes.push_back(stress_note(m_options.busy));
  m_scheduler = std::make_unique<Scheduler>(
      m_options, Scheduler::Callbacks{[](const Case&) {}, [] {},
                                      [this](CaseResult& result, const std::string& journal) {
                                        m_ran = Ran{std::move(result), journal};
                                      }});
}

std::string Again::announcement() const {
  const Manifest& manifest = m_capsule.manifest;
  const Case& one = m_held.one;
  std::string text =
      fmt::format("Capsule   {}\nCase      {}\nRecorded  {}\n", one_line(m_file), one_line(one.id),
                  one_line(outcome_text(manifest.verdict, manifest.findings)));
  const auto runs = [&](const Launch& launch) {
    text += "Runs      " + launch_text(executable(), *one.implementation, launch) + '\n';
  };
  if (!one.scenario.launches_itself) runs(one.scenario.launch);
  for (const Step& step : one.scenario.steps)
    if (const auto* launch = std::get_if<Launch>(&step.action)) runs(*launch);
  for (const std::string& note : m_notes) text += "Note      " + one_line(note) + '\n';
  return text;
}

Case Again::with(const Scenario& scenario) const {
  auto cases = plan_cases({scenario}, m_held.one.implementation, m_held.catalogue, {}, m_machine);
  return std::move(cases.front());
}

Result<std::optional<Again::Ran>> Again::run(const Case& one) {
  m_ran.reset();
  const auto whole = m_scheduler->run({one}, 0);
  if (!whole) return tl::unexpected(whole.error());
  if (!*whole) return std::optional<Ran>();
  return std::move(m_ran);
}

}  // namespace clusterspec
