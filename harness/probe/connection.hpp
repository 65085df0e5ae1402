// One connection of the probe, from connect to its outcome.
#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <string>

#include "linux/keeper.hpp"
#include "linux/loop.hpp"
#include "linux/network_namespace.hpp"
#include "linux/reset_watch.hpp"
#include "linux/tcp.hpp"
#include "model/event.hpp"
#include "probe/response.hpp"

namespace clusterspec {

// What all connections of a group have in common.
struct ConnectionPlan {
  std::string group, request;  // names, for the journal
  std::string host;
  int port = 0;
  const NetworkNamespace* network = nullptr;  // where the client stands; null: beside the server
  std::string bytes;                  // the request, or several pipelined; empty: nothing is ever sent
  int requests = 1;                   // that `bytes` holds
  bool head = false;                  // HEAD: the response has no body
  bool keep_alive = false;            // stay open after the answer
  bool repeat = false;                // keep_alive, and `bytes` again after each answer, until `finish`
  int read_rate = 0, write_rate = 0;  // bytes a second; 0: as fast as it goes
  Duration hung_after = std::chrono::seconds(10);
};

enum class Phase { connecting, connected, sent, answered, concluded };

// How far the server's end of a connection had come when it was last looked at.
enum class ServerEnd { unknown, handshake, queued, accepted };

// Which process holds the server's end.
struct Holder {
  SocketCookie listener = 0;
  Pid pid = 0;
};

class Connection {
 public:
  struct Surroundings {
    std::function<std::int64_t()> now;            // ns since the case began
    std::function<Holder(int client)> holder;     // asked once connected, and again until it is known
    std::function<bool(SocketCookie)> listening;  // is this listener open now?
    // What the segment says that reset a connection begun then; and whether its listener was closed by a
    // process that stood still and was looked at. Without them neither is known.
    std::function<ResetBy(int client, std::int64_t begun)> reset_by;
    std::function<bool(SocketCookie)> looked_at_close;
    // Who keeps a connection that waits while more descriptors than `crowded_from` are in use. Null: nobody
    // does.
    std::function<Keeper*()> keeper;
    int crowded_from = std::numeric_limits<int>::max();
    std::function<void(Connection&)> progressed;  // the phase has changed
    std::function<void(const Concluded&)> concluded;
  };

  // Sends as soon as it is connected, unless `wait_to_send`.
  Connection(Loop& loop, const Surroundings& surroundings, std::shared_ptr<const ConnectionPlan> plan,
             int number, bool wait_to_send);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void begin();
  void send();
  void abandon();  // closes it; its outcome is `abandoned`, or `answered` if it was
  void finish();   // of a repeated one: closes it after the answer that is under way
  // `unread`: bytes that have reached the server's end and that its process has not read. `holder`: the
  // listener that it came to, where that is known.
  void note(ServerEnd end, std::uint32_t unread, const Holder& holder) {
    m_server_end = end;
    m_unread = unread;
    if (holder.listener == 0) return;
    m_facts.listener = holder.listener;
    m_facts.pid = holder.pid;
  }

  // Its keeper gives it back.
  void returned(Fd fd);

  Phase phase() const { return m_phase; }
  // Connected, and has been told to send nothing yet.
  bool waits_to_send() const { return m_wait_to_send && !m_sending && m_phase == Phase::connected; }
  int number() const { return m_facts.connection; }
  // Where its server's end is found (inet_diag).
  std::optional<EndpointPair> server_end_address() const;
  ServerEnd server_end() const { return m_server_end; }
  bool known_accepted() const { return m_server_end == ServerEnd::accepted; }
  std::uint32_t unread() const { return m_unread; }
  Holder holder();
  const std::string& group() const { return m_plan->group; }
  Outcome outcome() const { return m_facts.outcome; }

 private:
  void on_event(std::uint32_t events);
  void handle(std::uint32_t events);
  void on_connected(std::int64_t at);
  void begin_request();
  void write_more();
  static constexpr int k_most_pieces = 16;
  // Whether the peer's end of the stream had come when the loop told of it.
  enum class StreamEnd { unknown, there, not_there };
  void read_more(int pieces = k_most_pieces, StreamEnd end = StreamEnd::unknown);
  void read_slowly();
  void want(std::uint32_t events);
  void give_to_keeper();
  void fetch();
  void take(std::string_view bytes);
  void on_answered();
  void on_end();
  void on_error(int code);
  void on_silence();
  void advance(Phase phase);
  void conclude(Outcome outcome, std::string detail = {});
  void restart_timer();
  void await_silence();
  Outcome answer_outcome() const;
  Outcome reset_outcome() const;
  bool waits_for_answer() const { return m_asked > m_facts.answers; }
  bool answered() const { return m_phase == Phase::answered && !waits_for_answer(); }

  Loop& m_loop;
  const Surroundings& m_around;
  std::shared_ptr<const ConnectionPlan> m_plan;
  bool m_wait_to_send;
  Fd m_fd;
  Keeper* m_kept_by = nullptr;  // who has it instead
  std::optional<EndpointPair> m_server_end_address;
  Phase m_phase = Phase::connecting;
  std::uint32_t m_wanted = 0;                     // events
  std::size_t m_written = 0, m_sent_already = 0;  // bytes; the latter before it was known to be connected
  int m_asked = 0;                                // requests sent or begun
  int m_write_error = 0;
  bool m_sending = false, m_reading_paused = false, m_finishing = false;
  ServerEnd m_server_end = ServerEnd::unknown;
  std::uint32_t m_unread = 0;
  ResponseReader m_response;
  int m_answers_before = 0;  // of the rounds before this one
  std::int64_t m_bytes_before = 0;
  Concluded m_facts;
  Loop::TimerId m_timer = 0, m_pace = 0;
  std::int64_t m_silent_at = 0, m_timer_at = 0;  // monotonic ns
  bool m_handling = false, m_sooner = false;
};

}  // namespace clusterspec
