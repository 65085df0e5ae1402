#pragma once
// The server of one process: its listener and the connections it has accepted. Passive: it serves once it has
// a listener, and closes when told to. Not movable, handlers refer to it.
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <functional>
#include <list>
#include <memory>
#include <optional>

#include "reference_server/connection.hpp"
#include "reference_server/listener.hpp"
#include "reference_server/policy.hpp"

namespace reference_server {

class Server final : public ConnectionOwner {
 public:
  Server(asio::io_context& context, const Policy& policy, const Identity& identity);

  // Takes the listener; accepts from it unless told only to hold it.
  void serve(Listener listener, Part part);

  // Accepts what the kernel has queued, closes the listener, finishes the requests in flight, closes the
  // other connections at once; then calls `closed`, once, possibly before it returns.
  void close(std::function<void()> closed);

  int requests_in_flight() const;

 private:
  void wait_for_connections();
  // Up to `most` connections. False: there are no descriptors left.
  bool accept_some(int most);
  void accept_later();
  void connection_ended(Connection& connection) override;
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
  bool m_starved = false;  // accepting waits for a descriptor
};

}  // namespace reference_server
