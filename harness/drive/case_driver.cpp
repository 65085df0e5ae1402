#include "drive/case_driver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "drive/step_text.hpp"
#include "linux/process.hpp"
#include "linux/procfs.hpp"
#include "linux/tcp.hpp"
#include "model/cluster.hpp"

namespace clusterspec {

CaseDriver::CaseDriver(const Case& one, const CellOptions& options, Loop& loop, Recorder& recorder,
                       const NetworkNamespace* client_side)
    : m_case(one),
      m_options(options),
      m_loop(loop),
      m_recorder(recorder),
      m_client_side(client_side),
      m_processes(loop, recorder),
      m_guard(loop) {}

CaseDriver::~CaseDriver() {
  if (m_remove_directory) remove_directory(m_directory);
}

Result<void> CaseDriver::prepare() {
  if (auto guarded = m_guard.start(); !guarded) return guarded;
  m_files = raise_file_limit();
  const bool shared = m_options.isolation == Isolation::none;
  if (shared) {
    const auto port = free_port(m_host);
    if (!port) return tl::unexpected(port.error());
    m_port = *port;
  }
  auto listeners = ListenerWatch::open(m_loop, m_recorder, m_processes, shared ? m_port : 0);
  if (!listeners) return tl::unexpected(listeners.error());
  m_listeners = std::move(*listeners);
  if (m_options.notification) {
    const auto drain = [this] { catch_up(); };
    const auto closing = [this](Pid pid, const std::vector<SocketCookie>& sockets) {
      look_into_queues(pid, sockets);
    };
    m_calls = std::make_unique<CallObserver>(
        m_loop, m_recorder, m_processes, *m_listeners, m_gates,
        CallObserver::Surroundings{drain, closing, m_case.implementation->dialect.shares_listener});
  } else {
    m_polling = std::make_unique<PollingObserver>(m_loop, m_recorder, m_processes, *m_listeners);
  }
  // Where it is not permitted some resets are told less exactly.
  if (!shared && m_case.scenario.link.loss == 0)
    if (auto resets = ResetWatch::open(
            m_loop, m_client_side, m_port, [this] { return m_recorder.since_begin(); }, m_options.closer))
      m_resets = std::move(*resets);
  m_probe = std::make_unique<Probe>(m_loop, surroundings_of_probe());
  return {};
}

Connection::Surroundings CaseDriver::surroundings_of_probe() {
  Connection::Surroundings around;
  around.now = [this] { return m_recorder.since_begin(); };
  around.holder = [this](int client) { return holder_of(client); };
  around.listening = [this](SocketCookie listener) { return m_listeners->listening(listener); };
  if (m_resets)
    around.reset_by = [this](int client, std::int64_t begun) { return m_resets->of(client, begun); };
  around.looked_at_close = [this](SocketCookie listener) { return m_looked_at_close.contains(listener); };
  // A quarter is left for those that run, and for all else.
  constexpr std::uint64_t k_most = std::numeric_limits<int>::max();
  around.crowded_from = static_cast<int>(std::min(m_files.hard, k_most) / 4 * 3);
  around.concluded = [this](const Concluded& concluded) {
    // What the server did before its client saw the end of it comes first.
    catch_up();
    m_recorder.record(Source::probe, concluded);
  };
  return around;
}

Result<void> CaseDriver::run_steps() {
  if (!m_case.scenario.launches_itself)
    if (const auto started = act(m_case.scenario.launch); !started) return tl::unexpected(started.error());
  for (std::size_t i = 0; i < m_case.scenario.steps.size(); ++i) {
    const Step& step = m_case.scenario.steps[i];
    m_messages_before = std::exchange(m_messages_as_step_begins, m_messages);
    m_recorder.record(Source::driver, StepBegun{static_cast<int>(i), step_text(step)});
    m_missing.clear();
    const Done done = std::visit([this](const auto& action) { return act(action); }, step.action);
    if (!done) return tl::unexpected(done.error());
    const bool runaway = stopped_runaway();
    if (runaway) m_missing = to_text(*m_guard.excess());
    const bool whole = *done && !runaway;
    m_recorder.record(Source::driver,
                      StepEnded{static_cast<int>(i), whole, whole ? std::string() : m_missing});
    if (!whole) return {};
  }
  return {};
}

void CaseDriver::on_event(const Event& event, std::size_t bytes) {
  m_guard.count(event, bytes);
  const auto* output = std::get_if<Output>(&event.what);
  if (!output) return;
  if (output->stream == Stream::err && !output->text.empty()) ++m_messages;
  for (const auto& [kind, name] : Names<LineKind>::table) {
    const auto& pattern = pattern_of(m_case.implementation->log, kind);
    if (!pattern) continue;
    if (const auto match = match_line(*pattern, output->text))
      m_lines.push_back(
          {kind, output->writer, match->pid ? m_recorder.cluster().pid_of_named(*match->pid) : 0});
  }
}

std::int64_t CaseDriver::deadline(Duration within) const {
  return now_ns() + static_cast<std::int64_t>(static_cast<double>(within.count()) * m_options.time_scale);
}

bool CaseDriver::wait(const std::function<bool()>& condition, Duration within) {
  return wait_until(condition, deadline(within));
}

bool CaseDriver::wait_until(const std::function<bool()>& condition, std::int64_t until) {
  m_loop.run_until([&] { return m_guard.excess() || condition(); }, until);
  return !stopped_runaway() && condition();
}

bool CaseDriver::stopped_runaway() {
  if (!m_guard.excess() || m_runaway) return m_runaway;
  m_runaway = true;
  const Excess& excess = *m_guard.excess();
  m_recorder.record(Source::procfs, Runaway{excess.of, excess.count, excess.limit, freeze_descendants()});
  return true;
}

void CaseDriver::drain_outputs() {
  for (const auto& instance : m_instances) {
    if (instance->out) instance->out->drain();
    if (instance->err) instance->err->drain();
  }
}

// What was printed and who has ended by now. Asked for at each connection, where there is next to never
// anything.
void CaseDriver::catch_up() {
  std::vector<int> outputs;
  for (const auto& instance : m_instances)
    for (const auto* reader : {instance->out.get(), instance->err.get()})
      if (reader) outputs.push_back(reader->fd());
  if (!m_processes.anything_new(std::move(outputs))) return;
  drain_outputs();
  m_processes.sweep();
}

bool CaseDriver::launcher_ended(const std::string& instance) const {
  const ProcessState* launcher = m_recorder.cluster().launcher(instance);
  return launcher && !launcher->alive();
}

bool CaseDriver::gone(const std::string& instance) const {
  const auto all = m_recorder.cluster().of(Target{Role::all, 0, instance});
  return std::none_of(all.begin(), all.end(), [](const ProcessState* process) { return process->alive(); });
}

void CaseDriver::look_at_all(const std::string& occasion) {
  drain_outputs();
  m_processes.sweep();
  if (m_polling) m_polling->look_now();
  m_processes.look(occasion);
  m_listeners->look(occasion, true);
}

}  // namespace clusterspec
