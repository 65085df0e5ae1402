#pragma once
// The server of one process: its listener and the connections it has accepted. Passive: it serves once it has
// a listener, and closes when told to. Not movable, handlers refer to it.
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <optional>

#include "reference_server/connection.hpp"
#include "reference_server/listener.hpp"
#include "reference_server/listener_closing.hpp"
#include "reference_server/policy.hpp"

namespace reference_server {

class Server final : public ConnectionOwner {
 public:
  Server(asio::io_context& context, const Policy& policy, const Identity& identity);

  // Takes the listener; accepts from it unless told only to hold it.
  void serve(Listener listener, Part part);

  // Serves on, and lets no connection be kept alive from now on.
  void end_keep_alive();

  // Accepts what the kernel has queued, closes the listener, finishes the requests in flight, closes the
  // other connections at once. A lossless close of the listener takes a while, in which it accepts.
  struct Closing {
    std::function<void()> closed;           // all of it; called once, possibly before `close` returns
    std::function<void()> listener_closed;  // before that
    ListenerClosing::AskToSteer steering;   // who takes the new connections; empty: nobody
  };
  void close(Closing how);
  // Closes the listener and all connections at once, after `close`.
  void cut();

  // The group's new connections come to this process's listener only, if it was the port's first. False: it
  // has none.
  bool steer_here();
  void steer_no_more();

  int requests_in_flight() const;
  bool has_open_listener() const { return m_listener && m_listener->is_open(); }

 private:
  void wait_for_connections();
  bool accepts() const;
  // Up to `most` connections. False: there are no descriptors left.
  bool accept_some(int most);
  void accept_later();
  void connection_ended(Connection& connection) override;
  void close_listener();
  void close_listener_without_loss();
  void close_connections();
  void finish_connections();
  void check_closed();

  asio::io_context& m_context;
  const Policy& m_policy;
  const Identity& m_identity;
  std::optional<Listener> m_listener;
  std::list<std::shared_ptr<Connection>> m_connections;  // oldest first
  asio::steady_timer m_retry;
  std::function<void()> m_closed;
  std::function<void()> m_listener_closed;
  std::optional<ListenerClosing> m_closing;  // of the listener
  std::chrono::steady_clock::time_point m_starved_until;
  bool m_starved = false;       // accepting waits for a descriptor
  bool m_last_accepts = false;  // only the closing accepts
  bool m_keep_alive_over = false;
};

}  // namespace reference_server
