#include "reference_server/connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace reference_server {
namespace {

using namespace std::chrono_literals;

// Answers are gathered up to this size before they are sent, and a body is produced in parts of it.
constexpr std::size_t k_out_bytes = 64 * 1024;

// While finishing, a peer that makes no progress on its request or its answer for so long is given up.
constexpr auto k_stalled = 30s;

// For so long a closed connection is read on until the peer closes too, lest its unread bytes make the kernel
// reset the connection and destroy the answer.
constexpr auto k_linger = 1s;

// The kernel reports no event when the last byte is acknowledged (at once, or after the peer's delayed ACK of
// 40 ms), so it is asked again after these times: the first, twice that, and so on up to the longest.
constexpr Connection::Clock::duration k_first_look = 1ms;
constexpr Connection::Clock::duration k_longest_look = 8ms;

// All sent has been received by the peer's kernel, the FIN included. A reset can destroy nothing any more.
bool is_acknowledged(int fd) {
  tcp_info info{};
  socklen_t size = sizeof info;
  return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 && info.tcpi_state != TCP_FIN_WAIT1;
}

}  // namespace

Connection::Connection(AcceptedSocket socket, const Identity& identity, ConnectionOwner& owner)
    : m_socket(std::move(socket)),
      m_timer(m_socket.executor()),
      m_owner(owner),
      m_writer(identity),
      m_accepted(Clock::now()) {}

bool Connection::request_in_flight() const {
  return !m_closing &&
         (m_writer.active() || m_sent < m_out.size() || has_input() || m_parser.within_request());
}

void Connection::finish(Clock::duration first_byte_within) {
  m_finishing = true;
  m_first_byte_within = first_byte_within;
  // An idle connection can close now, and a wait on the peer gets its limit.
  if ((m_waits == Waits::for_bytes || m_waits == Waits::for_room) && !m_closing) resume(false);
}

void Connection::end_keep_alive() {
  m_keep_alive_over = true;
  if (m_heard && m_waits == Waits::for_bytes && !request_in_flight() && !m_closing) resume(false);
}

void Connection::drop() { end(); }

void Connection::advance() {
  auto keep = shared_from_this();
  while (!m_ended) {
    if (m_closing) return linger_step();
    if (!(m_writer.active() ? answer_step() : read_step())) return;
  }
}

bool Connection::answer_step() {
  const auto pause = m_writer.take_pause();
  if (pause.count() > 0) {
    // What was answered before must not wait for it. If there is no room now there may be some then.
    flush();
    if (!m_ended) wait_for(Waits::for_time, pause);
    return false;
  }
  if (m_out.size() - m_sent >= k_out_bytes && !flush()) {
    wait_for_room();
    return false;
  }
  if (!m_writer.head_written()) {
    // While finishing, the last answer says so; whether it is the last is known from what has come already.
    const bool last = m_finishing || m_keep_alive_over;
    if (last && !m_close_after && !has_input()) m_close_after = receive() != Received::bytes;
    m_writer.write_head(m_out, {m_close_after, m_http_1_0});
  } else {
    const auto held = m_out.size() - m_sent;
    m_writer.write_part(m_out, held < k_out_bytes ? k_out_bytes - held : 1);
  }
  return true;
}

bool Connection::read_step() {
  if (!m_close_after && has_input() && m_out.size() - m_sent < k_out_bytes) {
    parse();
    return true;
  }
  if (!flush()) {
    wait_for_room();
    return false;
  }
  if (m_close_after) {
    begin_close();
    return true;
  }
  if (has_input()) return true;
  switch (receive()) {
    case Received::bytes:
      return true;
    case Received::end:
      begin_close();
      return true;
    case Received::nothing:
      break;
  }
  if (m_keep_alive_over && m_heard && !m_parser.within_request()) {
    begin_close();
    return true;
  }
  std::optional<Clock::duration> limit;
  if (m_finishing) {
    const auto age = Clock::now() - m_accepted;
    if (m_parser.within_request()) {
      limit = k_stalled;
    } else if (!m_heard && age < m_first_byte_within) {
      limit = m_first_byte_within - age;
    }
    if (!limit || m_late) {
      begin_close();
      return true;
    }
  }
  wait_for(Waits::for_bytes, limit);
  return false;
}

void Connection::parse() {
  const auto fed = m_parser.feed({m_in.data() + m_in_begin, m_in_end - m_in_begin});
  m_in_begin += fed.consumed;
  switch (fed.outcome) {
    case RequestParser::Outcome::need_more:
      return;
    case RequestParser::Outcome::wants_continue:
      m_out += "HTTP/1.1 100 Continue\r\n\r\n";
      return;
    case RequestParser::Outcome::failed:
      m_close_after = true;
      m_unread_input = true;
      m_writer.start(failure(m_parser.status()));
      return;
    case RequestParser::Outcome::complete:
      break;
  }
  const auto request = m_parser.request();
  m_close_after = !request.keep_alive;
  m_http_1_0 = request.is_http_1_0;
  m_writer.start(route(request, m_writer.identity()));
}

// Sends what is held. False: not all of it, or the connection has ended.
bool Connection::flush() {
  while (m_sent < m_out.size()) {
    const auto sent = ::send(m_socket.descriptor(), m_out.data() + m_sent, m_out.size() - m_sent,
                             MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      m_sent += static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN) {
      if (m_late) end();
      if (m_sent > k_out_bytes / 2) {
        m_out.erase(0, m_sent);
        m_sent = 0;
      }
      return false;
    } else if (errno != EINTR) {
      end();
      return false;
    }
  }
  m_out.clear();
  m_sent = 0;
  return true;
}

Connection::Received Connection::receive() {
  if (m_peer_done) return Received::end;
  while (true) {
    const auto got = ::recv(m_socket.descriptor(), m_in.data(), m_in.size(), MSG_DONTWAIT);
    if (got > 0) {
      m_in_begin = 0;
      m_in_end = static_cast<std::size_t>(got);
      m_heard = true;
      m_late = false;
      return Received::bytes;
    }
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return Received::nothing;
    m_peer_done = true;
    return Received::end;
  }
}

void Connection::wait_for_room() {
  if (m_ended) return;
  wait_for(Waits::for_room, m_finishing ? std::optional<Clock::duration>(k_stalled) : std::nullopt);
}

void Connection::wait_for(Waits what, std::optional<Clock::duration> limit) {
  m_waits = what;
  const auto turn = ++m_turn;
  m_late = false;
  if (what != Waits::for_time) {
    const auto direction = what == Waits::for_bytes ? AcceptedSocket::k_bytes : AcceptedSocket::k_room;
    const auto handler = [self = shared_from_this(), turn](const asio::error_code&) {
      if (turn == self->m_turn) self->resume(false);
    };
    if (!m_socket.wait(direction, handler)) return end();
  }
  if (limit) {
    m_timer_armed = true;
    m_timer.expires_after(*limit);
    m_timer.async_wait([self = shared_from_this(), turn](const asio::error_code&) {
      if (turn == self->m_turn) self->resume(true);
    });
  }
}

void Connection::resume(bool late) {
  const bool was_for_time = m_waits == Waits::for_time;
  ++m_turn;
  m_waits = Waits::for_nothing;
  if (std::exchange(m_timer_armed, false) && !late) m_timer.cancel();
  if (late && !was_for_time) m_socket.cancel();
  m_late = late && !was_for_time;
  advance();
}

void Connection::begin_close() {
  m_closing = true;
  if (m_reset_at_end) {
    const linger at_once{1, 0};  // socket(7), SO_LINGER: what is not sent is lost, and the peer gets a reset
    setsockopt(m_socket.descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    return end();
  }
  ::shutdown(m_socket.descriptor(), SHUT_WR);
  m_linger_until = Clock::now() + k_linger;
  m_next_look = k_first_look;
}

void Connection::linger_step() {
  while (true) {
    switch (receive()) {
      case Received::bytes:
        // Reading on for ever is what a peer that never stops would like.
        m_unread_input = true;
        if (Clock::now() < m_linger_until) continue;
        return end();
      case Received::end:
        return end();
      case Received::nothing: {
        const auto now = Clock::now();
        if (now >= m_linger_until) return end();
        if (m_unread_input) return wait_for(Waits::for_bytes, m_linger_until - now);
        if (is_acknowledged(m_socket.descriptor())) return end();
        const auto limit = std::min(m_next_look, Clock::duration(m_linger_until - now));
        m_next_look = std::min(m_next_look * 2, k_longest_look);
        return wait_for(Waits::for_bytes, limit);
      }
    }
  }
}

void Connection::end() {
  if (std::exchange(m_ended, true)) return;
  ++m_turn;
  m_waits = Waits::for_nothing;
  m_timer.cancel();
  m_socket.close();
  m_owner.connection_ended(*this);
}

}  // namespace reference_server
