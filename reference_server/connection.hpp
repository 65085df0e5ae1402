#pragma once
// One connection: reads requests, answers them in order (RFC 9112, 9.3.2: pipelined ones too), closes without
// destroying what it has sent (RFC 9112, 9.6). At any moment it waits for exactly one thing: bytes, room to
// write, or time; whatever happens next, advance() goes as far as it can without waiting.
#include <array>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "reference_server/accepted_socket.hpp"
#include "reference_server/answer_writer.hpp"
#include "reference_server/request.hpp"

namespace reference_server {

class Connection;

// What a connection tells its owner.
class ConnectionOwner {
 public:
  virtual void connection_ended(Connection& connection) = 0;

 protected:
  ~ConnectionOwner() = default;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  Connection(AcceptedSocket socket, const Identity& identity, ConnectionOwner& owner);

  void start() { advance(); }
  // From now on: finish what is in flight, announce the close, close as soon as nothing is in flight. A
  // connection that has been silent is closed when its first byte has not come so long after its acceptance.
  void finish(Clock::duration first_byte_within);
  // From now on answers say that the connection closes, and it closes if it has had one already and is idle.
  void end_keep_alive();
  // The close, when it comes, does not wait until the peer has all: the kernel resets the connection.
  void reset_at_end() { m_reset_at_end = true; }
  // Closes at once, whatever is in flight.
  void drop();

  bool request_in_flight() const;
  bool heard() const { return m_heard; }
  std::uint64_t response_bytes_left() const { return m_writer.bytes_left() + (m_out.size() - m_sent); }

  // Where the owner keeps it.
  std::list<std::shared_ptr<Connection>>::iterator m_place;

 private:
  enum class Received { bytes, end, nothing };
  enum class Waits { for_bytes, for_room, for_time, for_nothing };

  void advance();
  bool answer_step();  // false: waits
  bool read_step();    // false: waits, or has ended
  void parse();
  bool flush();
  Received receive();
  void wait_for(Waits what, std::optional<Clock::duration> limit);
  void wait_for_room();
  void resume(bool late);
  void begin_close();
  void linger_step();
  void end();
  bool has_input() const { return m_in_begin < m_in_end; }

  AcceptedSocket m_socket;
  asio::steady_timer m_timer;
  ConnectionOwner& m_owner;
  RequestParser m_parser;
  AnswerWriter m_writer;
  std::array<char, 4096> m_in;  // not initialised: a connection without traffic costs no page of it
  std::size_t m_in_begin = 0;
  std::size_t m_in_end = 0;
  std::string m_out;
  std::size_t m_sent = 0;
  const Clock::time_point m_accepted;
  Clock::duration m_first_byte_within{};
  Clock::time_point m_linger_until;
  Clock::duration m_next_look{};
  std::uint64_t m_turn = 0;  // which wait is the current one: handlers of earlier waits do nothing
  Waits m_waits = Waits::for_nothing;
  bool m_timer_armed = false;
  bool m_late = false;       // the limit of a wait has passed
  bool m_heard = false;      // a byte has come
  bool m_peer_done = false;  // the peer has closed its side
  bool m_finishing = false;
  bool m_keep_alive_over = false;
  bool m_close_after = false;  // no request is read after the current answer
  bool m_http_1_0 = false;
  bool m_unread_input = false;  // closing although the peer may still be sending
  bool m_reset_at_end = false;
  bool m_closing = false;
  bool m_ended = false;
};

}  // namespace reference_server
