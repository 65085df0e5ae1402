// Starting a server: arguments, environment, standard streams, observation.
#include <fmt/format.h>

#include <algorithm>

#include "drive/case_driver.hpp"
#include "linux/process.hpp"
#include "linux/stream.hpp"
#include "plan/plan.hpp"

namespace clusterspec {
namespace {

void set_variable(std::vector<std::string>& environment, const std::string& assignment) {
  const std::string name = assignment.substr(0, assignment.find('=') + 1);
  for (std::string& existing : environment) {
    if (!existing.starts_with(name)) continue;
    existing = assignment;
    return;
  }
  environment.push_back(assignment);
}

bool needs_directory(const Implementation& it) {
  const auto named = [](const std::string& text) { return text.find("{dir}") != std::string::npos; };
  return !it.files.empty() || named(it.directory) ||
         std::any_of(it.arguments.begin(), it.arguments.end(), named) ||
         std::any_of(it.environment.begin(), it.environment.end(),
                     [&](const auto& variable) { return named(variable.second); });
}

}  // namespace

Result<void> CaseDriver::attach_output(Instance& instance, Fd& out, Fd& err) {
  for (auto [theirs, reader, stream] :
       {std::tuple{&out, &instance.out, Stream::out}, std::tuple{&err, &instance.err, Stream::err}}) {
    auto pair = make_socket_pair(true);
    if (!pair) return tl::unexpected(pair.error());
    *theirs = std::move(pair->theirs);
    *reader = std::make_unique<OutputReader>(m_loop, m_recorder, std::move(pair->ours), stream);
  }
  return {};
}

CaseDriver::Done CaseDriver::act(const Launch& step) { return start_instance(step); }

// {dir}, once for all instances, and the copy of the executable there.
Result<void> CaseDriver::make_directory(const Launch& launch) {
  const bool copied = has_step<Replace>(m_case.scenario);
  if (m_executable.empty()) m_executable = m_options.executable;
  if (!m_directory.empty() || !(copied || launch.other_directory || needs_directory(*m_case.implementation)))
    return {};
  auto directory = make_case_directory(m_options.isolation);
  if (!directory) return tl::unexpected(directory.error());
  m_directory = *directory;
  m_remove_directory = m_options.isolation == Isolation::none;
  if (!copied) return {};
  m_executable = m_directory + m_executable.substr(m_executable.rfind('/'));
  return copy_program(m_options.executable, m_executable);
}

Result<void> CaseDriver::write_files(const Launch& launch, const Endpoint& endpoint) {
  for (const auto& [path, file] : m_case.implementation->files)
    if (auto written = write_file(m_directory + "/" + path, fill_in(file.text, launch, endpoint),
                                  permissions_of(file).value_or(0644));
        !written)
      return written;
  return {};
}

CaseDriver::Done CaseDriver::start_instance(const Launch& launch) {
  const Implementation& implementation = *m_case.implementation;
  if (auto made = make_directory(launch); !made) return tl::unexpected(made.error());
  const Endpoint endpoint{m_host, m_port, m_directory};
  const Arguments arguments = compose_arguments(implementation, launch, endpoint);
  if (auto written = write_files(launch, endpoint); !written) return tl::unexpected(written.error());

  auto instance = std::make_unique<Instance>();
  instance->name = launch.instance;
  SpawnRequest request;
  request.executable = m_executable;
  request.arguments.push_back(launch.argv0.empty() ? m_executable : launch.argv0);
  request.arguments.insert(request.arguments.end(), arguments.list.begin(), arguments.list.end());
  request.environment = own_environment();
  for (const std::string& assignment : compose_environment(implementation, launch, endpoint))
    set_variable(request.environment, assignment);
  if (launch.other_directory)
    request.directory = m_directory;
  else if (!implementation.directory.empty())
    request.directory = fill_in(implementation.directory, launch, endpoint);

  Fd input, out, err;
  if (launch.terminal) {
    auto terminal = open_terminal();
    if (!terminal) return tl::unexpected(terminal.error());
    instance->terminal = std::move(*terminal);
    request.input = instance->terminal->slave.get();
    request.terminal = true;
  } else if (launch.input) {
    auto pipe = make_pipe();
    if (!pipe) return tl::unexpected(pipe.error());
    input = std::move(pipe->read);
    instance->input = std::move(pipe->write);
    request.input = input.get();
  } else {
    auto null = open_null();
    if (!null) return tl::unexpected(null.error());
    input = std::move(*null);
    request.input = input.get();
  }
  if (auto attached = attach_output(*instance, out, err); !attached) return tl::unexpected(attached.error());
  request.output = out.get();
  request.error = err.get();
  if (has_step<SpoilOutput>(m_case.scenario)) instance->output = duplicate(out);
  request.ignored = launch.ignored;
  request.first_process = launch.first_process;
  if (launch.first_process) m_processes.nested();
  request.files = launch.files ? static_cast<std::uint64_t>(*launch.files) : m_files.soft;
  if (*request.files > m_files.hard)
    return failure(
        ErrorKind::harness,
        fmt::format("a server with {} descriptors is asked for, and {} are allowed here (ulimit -Hn)",
                    *request.files, m_files.hard));
  const NotificationFilter filter(frequent_calls(m_case.scenario, implementation.dialect));
  if (m_calls) request.watched = &filter;

  auto spawned = spawn(request);
  if (!spawned) return tl::unexpected(spawned.error());
  if (request.watched && !spawned->notifications)
    return failure(ErrorKind::harness, "the server could not be watched: seccomp notification was refused");
  instance->pid = spawned->pid;
  if (instance->terminal) instance->terminal->slave.reset();

  Launched launched;
  launched.instance = launch.instance;
  launched.pid = spawned->pid;
  launched.executable = m_executable;
  launched.arguments = request.arguments;
  for (const int index : arguments.clustering)
    launched.clustering.push_back(index + 1);  // argv[0] comes before
  const int workers = requested_workers(launch);
  const auto expected_workers = evaluate_count(implementation.dialect.worker_count, workers);
  const auto expected_listeners = evaluate_count(implementation.dialect.listener_count, workers);
  if (!expected_workers) return tl::unexpected(expected_workers.error());
  if (!expected_listeners) return tl::unexpected(expected_listeners.error());
  launched.workers = *expected_workers;
  launched.listeners = *expected_listeners;
  launched.address = launch.defaults ? "0.0.0.0" : launch.host.empty() ? m_host : launch.host;
  launched.port = launch.defaults ? 3000 : m_port;
  if (!implementation.dialect.launcher_serves) launched.launcher_serves = false;
  if (implementation.dialect.forks) launched.forks = true;
  if (!implementation.dialect.helpers.empty()) launched.helpers = implementation.dialect.helpers;
  m_instances.push_back(std::move(instance));
  const int launched_workers = std::max(0, launched.workers);
  m_recorder.record(Source::driver, std::move(launched));
  m_processes.track(spawned->pid);
  m_guard.expect(1 + launched_workers);
  m_processes.at_most(static_cast<std::size_t>(m_guard.most_processes()));
  if (m_calls)
    if (auto attached = m_calls->attach(std::move(spawned->notifications)); !attached)
      return tl::unexpected(attached.error());
  return true;
}

}  // namespace clusterspec
