#include "probe/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "linux/readiness.hpp"
#include "linux/tcp.hpp"
#include "probe/pace.hpp"

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
      m_response(m_plan->head, m_plan->requests) {
  m_facts.connection = number;
  m_facts.group = m_plan->group;
  m_facts.request = m_plan->request;
}

Connection::~Connection() {
  m_loop.cancel(m_timer);
  m_loop.cancel(m_pace);
  if (m_kept_by) (void)m_kept_by->take_back(static_cast<std::uint64_t>(number()));
  if (m_fd) m_loop.forget(m_fd.get());
}

void Connection::begin() {
  m_facts.begun = m_around.now();
  Connecting connecting = [&] {
    const NetworkNamespace::Visit visit(m_plan->network);
    return start_connect(m_plan->host, m_plan->port, m_plan->read_rate > 0);
  }();
  m_fd = std::move(connecting.fd);
  if (connecting.errno_value) return on_error(connecting.errno_value);
  // On loopback the handshake is over when connect returns, and a request that the socket takes says so. Else
  // it is too early, and nothing was sent (send(2), EAGAIN).
  const std::string& bytes = m_plan->bytes;
  const bool sends_at_once = !m_wait_to_send && !bytes.empty() && m_plan->write_rate == 0;
  const std::int64_t now = sends_at_once ? m_around.now() : 0;
  const long sent = sends_at_once ? send_some(m_fd.get(), bytes.data(), bytes.size()) : -EAGAIN;
  if (sent < 0 && sent != -EAGAIN) return on_error(static_cast<int>(-sent));
  m_wanted = sent > 0 ? k_readable : k_writable;
  m_loop.watch(m_fd.get(), m_wanted, [this](std::uint32_t events) { on_event(events); });
  if (sent > 0) {
    m_sent_already = static_cast<std::size_t>(sent);
    on_connected(now);
  }
  restart_timer();
}

void Connection::restart_timer() {
  // An idle connection may stay silent for as long as the case likes.
  const bool idle = waits_to_send() ||
                    (m_plan->bytes.empty() ? m_phase >= Phase::connected : answered() && m_plan->keep_alive);
  if (idle || m_phase == Phase::concluded) {
    m_loop.cancel(std::exchange(m_timer, 0));
    m_sooner = false;
    return;
  }
  // Each byte puts the end off: the timer that runs finds out when it is over, unless it would be too late.
  m_silent_at = now_ns() + (answered() ? k_end_after_answer : m_plan->hung_after).count();
  if (m_timer && m_timer_at <= m_silent_at) return;
  m_sooner = m_handling;
  if (!m_handling) await_silence();
}

void Connection::await_silence() {
  m_loop.cancel(m_timer);
  m_timer_at = m_silent_at;
  m_timer = m_loop.after(Duration(std::max<std::int64_t>(0, m_silent_at - now_ns())), [this] {
    m_timer = 0;
    if (now_ns() < m_silent_at) return await_silence();
    on_silence();
  });
}

void Connection::want(std::uint32_t events) {
  if (std::exchange(m_wanted, events) != events) m_loop.modify(m_fd.get(), events);
}

void Connection::on_event(std::uint32_t events) {
  // Whatever comes of it, the timer is set once.
  m_handling = true;
  handle(events);
  m_handling = false;
  if (m_fd.get() >= m_around.crowded_from) give_to_keeper();
  if (!std::exchange(m_sooner, false) || m_phase == Phase::concluded) return;
  if (!m_timer || m_timer_at > m_silent_at) await_silence();
}

void Connection::give_to_keeper() {
  const bool only_waits = m_wanted == k_readable && !m_sending && !m_pace && m_phase != Phase::connecting;
  Keeper* keeper = only_waits && m_around.keeper ? m_around.keeper() : nullptr;
  if (!keeper) return;
  (void)holder();
  m_server_end_address = server_end_of(m_fd.get());
  m_loop.forget(m_fd.get());
  if (!keeper->keep(static_cast<std::uint64_t>(number()), m_fd)) return returned(std::move(m_fd));
  m_kept_by = keeper;
}

void Connection::returned(Fd fd) {
  m_kept_by = nullptr;
  m_fd = std::move(fd);
  if (m_fd) m_loop.watch(m_fd.get(), m_wanted, [this](std::uint32_t events) { on_event(events); });
}

void Connection::fetch() {
  if (m_kept_by) returned(m_kept_by->take_back(static_cast<std::uint64_t>(number())));
}

std::optional<EndpointPair> Connection::server_end_address() const {
  return m_kept_by ? m_server_end_address : server_end_of(m_fd.get());
}

void Connection::handle(std::uint32_t events) {
  if (m_phase == Phase::connecting) {
    // A connect that failed is told as an error (connect(2), EINPROGRESS; epoll_ctl(2), EPOLLERR).
    const int code = is_hangup(events) ? pending_error(m_fd.get()) : 0;
    if (code != 0) return on_error(code);
    return on_connected(m_around.now());
  }
  // The end of a connection is reported whether it is waited for or not.
  if (is_readable(events) && (!m_reading_paused || is_hangup(events))) {
    // A connection that stays has seldom more to say, and its end is told by another event. Of others the end
    // is next.
    const StreamEnd end = is_hangup(events)          ? StreamEnd::unknown
                          : is_end_of_stream(events) ? StreamEnd::there
                                                     : StreamEnd::not_there;
    read_more(m_plan->keep_alive && !is_hangup(events) ? 1 : k_most_pieces, end);
    if (m_phase == Phase::concluded) return;
  }
  if (m_sending && !m_pace) write_more();
}

void Connection::on_connected(std::int64_t at) {
  m_facts.connected = at;
  want(k_readable);
  (void)holder();
  advance(Phase::connected);
  if (!m_wait_to_send && m_phase == Phase::connected) send();
}

Holder Connection::holder() {
  if (m_facts.pid == 0 && m_facts.listener == 0 && m_fd && m_phase != Phase::concluded) {
    const Holder found = m_around.holder(m_fd.get());
    m_facts.pid = found.pid;
    m_facts.listener = found.listener;
  }
  return {m_facts.listener, m_facts.pid};
}

void Connection::send() {
  if (m_plan->bytes.empty() || m_phase != Phase::connected) return;
  begin_request();
}

void Connection::begin_request() {
  fetch();
  m_asked += m_plan->requests;
  m_written = std::exchange(m_sent_already, 0);
  m_sending = true;
  write_more();
}

void Connection::write_more() {
  const Pace pace(m_plan->write_rate);
  const std::string& bytes = m_plan->bytes;
  while (m_written < bytes.size()) {
    const long sent = send_some(m_fd.get(), bytes.data() + m_written, pace.piece(bytes.size() - m_written));
    if (sent == -EAGAIN) return want(k_readable | k_writable);
    if (sent < 0) {
      // The server may have answered before it stopped reading: what it said comes first. A reset is told
      // once, here: who reads after it finds an end like any other.
      m_sending = false;
      m_write_error = static_cast<int>(-sent);
      want(k_readable);
      read_more();
      if (m_phase != Phase::concluded && !m_response.begun()) on_error(static_cast<int>(-sent));
      return;
    }
    m_written += static_cast<std::size_t>(sent);
    restart_timer();
    if (!pace.limited() || m_written == bytes.size()) continue;
    want(k_readable);
    m_pace = m_loop.after(pace.pause_after(static_cast<std::size_t>(sent)), [this] {
      m_pace = 0;
      if (m_sending) write_more();
    });
    return;
  }
  m_sending = false;
  m_facts.sent = m_around.now();
  want(k_readable);
  advance(Phase::sent);
}

void Connection::read_more(int pieces, StreamEnd end) {
  if (m_plan->read_rate > 0 && !m_reading_paused) return read_slowly();
  std::array<char, 65536> buffer;
  for (; pieces > 0 && m_phase != Phase::concluded; --pieces) {
    const long got = receive_some(m_fd.get(), buffer.data(), buffer.size());
    if (got == -EAGAIN || got == -EINTR) return;
    if (got == 0) return on_end();
    if (got < 0) return on_error(static_cast<int>(-got));
    take({buffer.data(), static_cast<std::size_t>(got)});
    // A piece that leaves room was all that was there when the loop told of it.
    if (end == StreamEnd::unknown || static_cast<std::size_t>(got) == buffer.size()) continue;
    if (end == StreamEnd::not_there) return;
    if (answered()) return on_end();
  }
}

void Connection::read_slowly() {
  const Pace pace(m_plan->read_rate);
  std::array<char, 65536> buffer;
  const long got = receive_some(m_fd.get(), buffer.data(), pace.piece(buffer.size()));
  if (got == -EAGAIN || got == -EINTR) return;
  if (got == 0) return on_end();
  if (got < 0) return on_error(static_cast<int>(-got));
  take({buffer.data(), static_cast<std::size_t>(got)});
  if (m_phase == Phase::concluded || m_sending) return;
  m_reading_paused = true;
  want(0);
  m_pace = m_loop.after(pace.pause_after(static_cast<std::size_t>(got)), [this] {
    m_pace = 0;
    m_reading_paused = false;
    want(k_readable);
  });
}

void Connection::take(std::string_view bytes) {
  if (m_facts.first_byte == 0) m_facts.first_byte = m_around.now();
  (void)holder();
  const bool well_formed = m_response.feed(bytes);
  m_facts.status = m_response.status();
  m_facts.bytes = m_bytes_before + m_response.body_bytes();
  m_facts.answers = m_answers_before + m_response.answers();
  m_facts.close_announced = m_response.close_announced();
  if (!well_formed) return conclude(Outcome::malformed, m_response.error());
  restart_timer();
  if (m_response.complete() && !waits_for_answer()) on_answered();
}

void Connection::on_answered() {
  m_facts.ended = m_around.now();
  advance(Phase::answered);
  if (m_phase == Phase::concluded) return;
  const bool again = m_plan->repeat && !m_finishing && !m_facts.close_announced && !m_sending &&
                     answer_outcome() == Outcome::answered;
  if (again) {
    m_answers_before = m_facts.answers;
    m_bytes_before = m_facts.bytes;
    m_response = ResponseReader(m_plan->head, m_plan->requests);
    begin_request();
    restart_timer();
  } else if (m_finishing) {
    conclude(answer_outcome());
  }
}

Outcome Connection::answer_outcome() const {
  return m_facts.status >= 200 && m_facts.status < 400 ? Outcome::answered : Outcome::malformed;
}

// A listener that is open has reset nothing in its queue. Of one that is closed the last look at its queue
// tells, and what has reset the client: who was in the middle of its handshake then may have come further,
// and who was not there yet has come while the process stood before its close, and was accepted by nobody.
Outcome Connection::reset_outcome() const {
  if (m_server_end == ServerEnd::accepted || m_facts.answers > 0) return Outcome::reset_accepted;
  const ResetBy by = m_around.reset_by ? m_around.reset_by(m_fd.get(), m_facts.begun) : ResetBy::unknown;
  // An open listener closes nothing, but its kernel may never have made a connection of a handshake.
  const bool listening = m_facts.listener != 0 && m_around.listening && m_around.listening(m_facts.listener);
  if (listening) return by == ResetBy::nobody ? Outcome::reset_handshake : Outcome::reset_accepted;
  if (m_server_end == ServerEnd::queued) return Outcome::reset_queued;
  const bool in_handshake = m_server_end == ServerEnd::handshake;
  switch (by) {
    case ResetBy::nobody:
      return Outcome::reset_handshake;
    case ResetBy::server_end: {
      const bool looked_at = m_around.looked_at_close && m_around.looked_at_close(m_facts.listener);
      return in_handshake || looked_at ? Outcome::reset_queued : Outcome::reset;
    }
    case ResetBy::unknown:
      break;
  }
  return in_handshake ? Outcome::reset_handshake : Outcome::reset;
}

void Connection::on_end() {
  if (m_write_error == ECONNRESET && !m_response.begun()) return on_error(m_write_error);
  if (answered())
    return conclude(m_plan->keep_alive && !m_plan->repeat ? Outcome::closed_idle : answer_outcome());
  if (m_response.partial()) {
    const bool complete = m_response.finish();
    m_facts.status = m_response.status();
    m_facts.answers = m_answers_before + m_response.answers();
    m_facts.close_announced = m_response.close_announced();
    if (!complete) return conclude(Outcome::truncated);
  }
  if (m_plan->bytes.empty() || waits_to_send()) return conclude(Outcome::closed_idle);
  if (!waits_for_answer()) return conclude(answer_outcome());
  const std::string detail =
      m_facts.answers > 0 ? fmt::format("{} of {} requests answered", m_facts.answers, m_asked) : "";
  conclude(m_facts.close_announced ? Outcome::closed_announced : Outcome::closed_unanswered, detail);
}

void Connection::on_error(int code) {
  m_facts.errno_value = code;
  if (code == ECONNREFUSED) return conclude(Outcome::refused);
  if (code == ETIMEDOUT) return conclude(Outcome::hung, "the kernel gave up");
  if (answered()) return conclude(Outcome::reset_accepted, "after the complete answer");
  if (m_response.partial()) return conclude(Outcome::truncated, std::strerror(code));
  (void)holder();  // not asked yet of one that was reset before we saw that it was connected
  conclude(reset_outcome(), std::strerror(code));
}

void Connection::on_silence() {
  if (answered()) return conclude(answer_outcome(), "the server did not close it");
  conclude(Outcome::hung, fmt::format("no byte for {}", to_text(m_plan->hung_after)));
}

void Connection::abandon() {
  if (m_phase == Phase::concluded) return;
  fetch();
  // Whatever the server has said by now counts; only then is it our doing.
  m_reading_paused = true;  // all of it, however slowly it was read before
  if (m_phase != Phase::connecting) read_more();
  if (m_phase == Phase::concluded) return;
  conclude(answered() && !m_plan->keep_alive ? answer_outcome() : Outcome::abandoned);
}

void Connection::finish() { m_finishing = true; }

void Connection::advance(Phase phase) {
  // An answer can overtake the end of a long request.
  if (phase <= m_phase) return;
  m_phase = phase;
  restart_timer();
  m_around.progressed(*this);
}

void Connection::conclude(Outcome outcome, std::string detail) {
  if (m_phase == Phase::concluded) return;
  fetch();
  (void)holder();
  if (outcome == Outcome::malformed && detail.empty()) detail = fmt::format("HTTP status {}", m_facts.status);
  m_facts.outcome = outcome;
  m_facts.detail = std::move(detail);
  if (m_phase != Phase::answered || m_plan->keep_alive) m_facts.ended = m_around.now();
  m_loop.cancel(m_timer);
  m_loop.cancel(m_pace);
  if (m_fd) m_loop.forget_before_close(m_fd.get());
  m_fd.reset();
  m_phase = Phase::concluded;
  m_around.concluded(m_facts);
  m_around.progressed(*this);
}

}  // namespace clusterspec
