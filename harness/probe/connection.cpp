#include "probe/connection.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "linux/readiness.hpp"
#include "linux/tcp.hpp"

namespace clusterspec {
namespace {

// An answer is complete before its connection ends; a reset in between is still a loss, and shows only to who
// waits.
constexpr Duration k_end_after_answer = std::chrono::seconds(1);

}  // namespace

Connection::Connection(Loop& loop, const Surroundings& surroundings,
                       std::shared_ptr<const ConnectionPlan> plan, int number, bool wait_to_send)
    : m_loop(loop),
      m_around(surroundings),
      m_plan(std::move(plan)),
      m_wait_to_send(wait_to_send),
      m_response(m_plan->head) {
  m_facts.connection = number;
  m_facts.group = m_plan->group;
  m_facts.request = m_plan->request;
}

Connection::~Connection() {
  m_loop.cancel(m_timer);
  if (m_fd) m_loop.forget(m_fd.get());
}

void Connection::begin() {
  m_facts.begun = m_around.now();
  Connecting connecting = [&] {
    const NetworkNamespace::Visit visit(m_plan->network);
    return start_connect(m_plan->host, m_plan->port);
  }();
  m_fd = std::move(connecting.fd);
  if (connecting.errno_value) return on_error(connecting.errno_value);
  m_loop.watch(m_fd.get(), k_writable, [this](std::uint32_t events) { on_event(events); });
  restart_timer();
}

void Connection::restart_timer() {
  m_loop.cancel(m_timer);
  // An idle connection may stay silent for as long as the case likes.
  const bool idle =
      waits_to_send() || (m_plan->bytes.empty() ? m_phase >= Phase::connected
                                                : m_phase == Phase::answered && m_plan->keep_alive);
  if (idle || m_phase == Phase::concluded) return;
  const Duration delay = m_phase == Phase::answered ? k_end_after_answer : m_plan->hung_after;
  m_timer = m_loop.after(delay, [this] { on_silence(); });
}

void Connection::on_event(std::uint32_t events) {
  if (m_phase == Phase::connecting) {
    if (const int code = pending_error(m_fd.get())) return on_error(code);
    return on_connected();
  }
  if (is_readable(events)) {
    read_more();
    if (m_phase == Phase::concluded) return;
  }
  if (m_sending) write_more();
}

void Connection::on_connected() {
  m_facts.connected = m_around.now();
  m_loop.modify(m_fd.get(), k_readable);
  (void)holder();
  advance(Phase::connected);
  if (!m_wait_to_send && m_phase == Phase::connected) send();
}

Holder Connection::holder() {
  if (m_facts.pid == 0 && m_fd && m_phase != Phase::concluded) {
    const Holder found = m_around.holder(m_fd.get());
    m_facts.pid = found.pid;
    m_facts.listener = found.listener;
  }
  return {m_facts.listener, m_facts.pid};
}

void Connection::send() {
  if (m_plan->bytes.empty() || m_phase != Phase::connected) return;
  m_sending = true;
  write_more();
}

void Connection::write_more() {
  while (m_written < m_plan->bytes.size()) {
    const long sent =
        send_some(m_fd.get(), m_plan->bytes.data() + m_written, m_plan->bytes.size() - m_written);
    if (sent == -EAGAIN) return m_loop.modify(m_fd.get(), k_readable | k_writable);
    if (sent < 0) {
      // The server may have answered before it stopped reading: what it said comes first.
      m_sending = false;
      m_loop.modify(m_fd.get(), k_readable);
      read_more();
      if (m_phase != Phase::concluded && !m_response.begun()) on_error(static_cast<int>(-sent));
      return;
    }
    m_written += static_cast<std::size_t>(sent);
    restart_timer();
  }
  m_sending = false;
  m_facts.sent = m_around.now();
  m_loop.modify(m_fd.get(), k_readable);
  advance(Phase::sent);
}

void Connection::read_more() {
  std::array<char, 65536> buffer;
  for (int pieces = 0; pieces < 16 && m_phase != Phase::concluded; ++pieces) {
    const long got = receive_some(m_fd.get(), buffer.data(), buffer.size());
    if (got == -EAGAIN || got == -EINTR) return;
    if (got == 0) return on_end();
    if (got < 0) return on_error(static_cast<int>(-got));
    take({buffer.data(), static_cast<std::size_t>(got)});
  }
}

void Connection::take(std::string_view bytes) {
  if (m_facts.first_byte == 0) m_facts.first_byte = m_around.now();
  (void)holder();
  const bool well_formed = m_response.feed(bytes);
  m_facts.status = m_response.status();
  m_facts.bytes = m_response.body_bytes();
  if (!well_formed) return conclude(Outcome::malformed, m_response.error());
  if (m_response.complete() && m_phase != Phase::answered) {
    m_facts.ended = m_around.now();
    advance(Phase::answered);
  }
  restart_timer();
}

Outcome Connection::answer_outcome() const {
  return m_facts.status >= 200 && m_facts.status < 400 ? Outcome::answered : Outcome::malformed;
}

void Connection::on_end() {
  if (m_phase == Phase::answered)
    return conclude(m_plan->keep_alive ? Outcome::closed_idle : answer_outcome());
  if (m_plan->bytes.empty()) return conclude(Outcome::closed_idle);
  if (!m_response.begun()) return conclude(Outcome::closed_unanswered);
  const bool complete = m_response.finish();
  m_facts.status = m_response.status();
  conclude(complete ? answer_outcome() : Outcome::truncated);
}

void Connection::on_error(int code) {
  m_facts.errno_value = code;
  if (code == ECONNREFUSED) return conclude(Outcome::refused);
  if (code == ETIMEDOUT) return conclude(Outcome::hung, "the kernel gave up");
  if (m_phase == Phase::answered) return conclude(Outcome::reset_accepted, "after the complete answer");
  if (m_response.begun()) return conclude(Outcome::truncated, std::strerror(code));
  conclude(m_accepted ? Outcome::reset_accepted : Outcome::reset, std::strerror(code));
}

void Connection::on_silence() {
  if (m_phase == Phase::answered) return conclude(answer_outcome(), "the server did not close it");
  conclude(Outcome::hung, fmt::format("no byte for {}", to_text(m_plan->hung_after)));
}

void Connection::abandon() {
  if (m_phase == Phase::concluded) return;
  // Whatever the server has said by now counts; only then is it our doing.
  if (m_phase != Phase::connecting) read_more();
  if (m_phase == Phase::concluded) return;
  conclude(m_phase == Phase::answered && !m_plan->keep_alive ? answer_outcome() : Outcome::abandoned);
}

void Connection::advance(Phase phase) {
  // An answer can overtake the end of a long request.
  if (phase <= m_phase) return;
  m_phase = phase;
  restart_timer();
  m_around.progressed(*this);
}

void Connection::conclude(Outcome outcome, std::string detail) {
  if (m_phase == Phase::concluded) return;
  (void)holder();
  if (outcome == Outcome::malformed && detail.empty()) detail = fmt::format("HTTP status {}", m_facts.status);
  m_facts.outcome = outcome;
  m_facts.detail = std::move(detail);
  if (m_phase != Phase::answered || m_plan->keep_alive) m_facts.ended = m_around.now();
  m_loop.cancel(m_timer);
  if (m_fd) m_loop.forget(m_fd.get());
  m_fd.reset();
  m_phase = Phase::concluded;
  m_around.concluded(m_facts);
  m_around.progressed(*this);
}

}  // namespace clusterspec
