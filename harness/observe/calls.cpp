#include "observe/calls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "linux/procfs.hpp"
#include "linux/readiness.hpp"
#include "linux/tcp.hpp"

namespace clusterspec {
namespace {

// Process 1 of a namespace takes no signal from inside it that it does not ask for. Elsewhere a server that
// ends whoever started it would end the harness, and "everybody" would be every program of this machine's
// user.
bool would_hit_us(Pid target) {
  if (own_pid() == 1) return false;
  return target == -1 || target == own_pid() || target == -own_pid() || target == parent_pid() ||
         target == -parent_pid();
}

}  // namespace

CallObserver::CallObserver(Loop& loop, Recorder& recorder, ProcessWatch& processes, ListenerWatch& listeners,
                           Gates& gates, Surroundings around)
    : m_loop(loop),
      m_recorder(recorder),
      m_processes(processes),
      m_listeners(listeners),
      m_gates(gates),
      m_around(std::move(around)) {}

CallObserver::~CallObserver() {
  for (const auto& source : m_sources) m_loop.forget(source->fd());
}

Result<void> CallObserver::attach(Fd notifications) {
  auto opened = Notifications::open(std::move(notifications));
  if (!opened) return tl::unexpected(opened.error());
  m_sources.push_back(std::make_unique<Notifications>(std::move(*opened)));
  Notifications* source = m_sources.back().get();
  m_loop.watch(source->fd(), k_readable, [this, source](std::uint32_t events) { on_ready(*source, events); });
  return {};
}

void CallObserver::on_ready(Notifications& source, std::uint32_t events) {
  if (const auto notification = source.receive())
    handle(source, *notification);
  else if (is_hangup(events))
    m_loop.forget(source.fd());  // nobody with this filter lives
}

Pid CallObserver::caller(const Notification& notification) {
  const Pid thread = notification.thread;
  if (m_processes.known(thread)) return thread;
  if (const auto it = m_process_of_thread.find(thread);
      it != m_process_of_thread.end() && m_processes.known(it->second))
    return it->second;
  const Pid pid = process_of_thread(thread);
  m_process_of_thread[thread] = pid;
  if (m_processes.known(pid)) return pid;
  m_processes.appeared(pid, Source::notification);
  m_processes.track(pid);
  return pid;
}

bool CallObserver::stopped_at_gate(Notifications& source, const Notification& n, Pid pid, Call call) {
  const Gates::Decision decision = m_gates.decide(call, pid, m_recorder.cluster());
  if (decision.gate) {
    m_held.push_back({&source, n, pid, *decision.gate});
    m_recorder.record(Source::notification, HeldAt{*decision.gate, pid});
    return true;
  }
  if (decision.error) {
    m_recorder.record(Source::notification,
                      Injected{pid, std::string(name_of(call)), std::string(name_of(*decision.error))});
    source.answer(n.id, -1, errno_of(*decision.error));
    return true;
  }
  return false;
}

void CallObserver::handle(Notifications& source, const Notification& n) {
  const bool closes = n.call == WatchedCall::close || n.call == WatchedCall::shutdown;
  if (closes && !m_gates.any_at(Call::close)) {
    // Watched for the sake of connections alone: what else is known of the cluster must not depend on it, so
    // a process that shows itself here first has not appeared yet.
    const Pid pid = process_of_thread(n.thread);
    if (m_processes.known(pid)) about_to_close(n, pid);
    source.let_happen(n.id);
    return;
  }
  if (n.call == WatchedCall::set_robust_list) {
    birth(source, n);
    return;
  }
  m_around.drain();
  const Pid pid = caller(n);
  const bool executes = n.call == WatchedCall::execve || n.call == WatchedCall::execveat;
  if (executes) {
    record_execution(n, pid);
  } else {
    m_processes.describe_if_due(pid, Source::notification);
  }
  if (m_gates.any())
    if (const auto call = gated_call(n, pid, m_processes.pidfd(pid));
        call && stopped_at_gate(source, n, pid, *call))
      return;
  perform(source, n, pid);
}

// A forked worker shows itself here before it has done anything; a new thread, or an image that was just
// executed, is known already. What it is described as is seen at its next watched call: it may still exchange
// its descriptors.
void CallObserver::birth(Notifications& source, const Notification& n) {
  if (!m_processes.known(n.thread) && process_of_thread(n.thread) == n.thread) {
    m_around.drain();
    m_processes.description_due(caller(n));
  }
  source.let_happen(n.id);
}

void CallObserver::perform(Notifications& source, const Notification& n, Pid pid) {
  switch (n.call) {
    case WatchedCall::listen:
      if (perform_listen(source, n, pid)) return;
      break;
    case WatchedCall::exit_group:
      about_to_exit(pid);
      m_recorder.record(Source::notification, Exiting{pid, static_cast<int>(n.arguments[0] & 0xff)});
      break;
    case WatchedCall::close:
    case WatchedCall::shutdown:
      about_to_close(n, pid);
      break;
    default:
      if (const auto sent = sent_signal(n, pid); sent && sent->to_another && record_signal(*sent, pid)) {
        source.answer(n.id, -1, EPERM);
        return;
      }
  }
  source.let_happen(n.id);
}

void CallObserver::about_to_exit(Pid pid) {
  // It stands still: a listener that is missing here was closed before this process ended.
  m_listeners.look(fmt::format("exiting {}", pid), false);
  std::vector<SocketCookie> closing;
  for (const ListenerState& listener : m_recorder.cluster().listeners())
    if (listener.open() && (listener.facts.pid == pid || m_around.shared_listeners))
      closing.push_back(listener.facts.socket);
  if (!closing.empty()) m_around.closing(pid, closing);
}

void CallObserver::about_to_close(const Notification& n, Pid pid) {
  const Fd socket = copy_descriptor(m_processes.pidfd(pid), static_cast<int>(n.arguments[0]));
  if (socket && is_listener(socket.get())) m_around.closing(pid, {listener_facts(socket.get()).cookie});
}

void CallObserver::record_execution(const Notification& n, Pid pid) {
  Executed executed;
  executed.pid = pid;
  const bool at = n.call == WatchedCall::execveat;
  executed.path = read_string(pid, n.arguments[at ? 1 : 0]);
  executed.arguments = read_string_list(pid, n.arguments[at ? 2 : 1]);
  // A search along PATH tries names that do not exist; execveat with an empty path names a descriptor that
  // does.
  executed.possible = executed.path.empty() || can_execute(pid, executed.path);
  if (executed.possible) m_processes.description_due_after_execve(pid);
  m_recorder.record(Source::notification, std::move(executed));
}

bool CallObserver::perform_listen(Notifications& source, const Notification& n, Pid pid) {
  const Fd copy = copy_descriptor(m_processes.pidfd(pid), static_cast<int>(n.arguments[0]));
  if (!copy) return false;
  const ListenerFacts facts = listener_facts(copy.get());
  if (!facts.stream_over_ip) return false;
  // Called for it, on the same socket: so the listener is open exactly when it is recorded, and its mark is
  // set before the first connection. To let the call happen would leave a moment in which neither is known.
  const int error = listen_on(copy.get(), static_cast<int>(n.arguments[1]));
  if (error == 0) m_listeners.opened(copy.get(), pid, static_cast<int>(n.arguments[1]), Source::notification);
  source.answer(n.id, error ? -1 : 0, error);
  return true;
}

bool CallObserver::record_signal(const SentSignal& sent, Pid pid) {
  m_recorder.record(Source::notification, Signalled{pid, sent.target, sent.number, false});
  if (!would_hit_us(sent.target)) return false;
  m_recorder.record(Source::notification,
                    Note{fmt::format("{} of process {} was refused: it would have hit the harness",
                                     to_text(Signal{sent.number}), pid)});
  return true;
}

bool CallObserver::any_waits() const {
  std::vector<int> fds;
  for (const auto& source : m_sources) fds.push_back(source->fd());
  const std::vector<std::uint32_t> events = events_now(fds);
  // A hang-up: nobody is left who could wait.
  return std::any_of(events.begin(), events.end(),
                     [](std::uint32_t e) { return is_readable(e) && !is_hangup(e); });
}

int CallObserver::held_at(const std::string& gate) const {
  return static_cast<int>(
      std::count_if(m_held.begin(), m_held.end(), [&](const Held& h) { return h.gate == gate; }));
}

void CallObserver::release(const std::string& gate, bool at_deadline) {
  m_gates.open(gate);
  std::vector<Held> released;
  std::erase_if(m_held, [&](const Held& held) {
    if (held.gate != gate) return false;
    released.push_back(held);
    return true;
  });
  for (const Held& held : released) {
    if (!held.source->valid(held.notification.id)) continue;  // killed while it stood there
    m_recorder.record(Source::driver, ReleasedFrom{gate, held.pid, at_deadline});
    m_around.drain();
    perform(*held.source, held.notification, held.pid);
  }
}

}  // namespace clusterspec
