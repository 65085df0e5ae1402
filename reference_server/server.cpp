#include "reference_server/server.hpp"

#include <asio/post.hpp>
#include <chrono>
#include <utility>
#include <vector>

namespace reference_server {
namespace {

using namespace std::chrono_literals;

// Accepted in one go; more would keep the connections that exist waiting.
constexpr int k_batch = 64;

// More than any queue holds (net.core.somaxconn), and an end in any case.
constexpr int k_everything = 65536;

// Without descriptors accepting goes on when a connection ends, or after this: what holds them may be another
// process.
constexpr auto k_retry = 100ms;

// A lossless close waits so long for descriptors to accept the last connections with.
constexpr auto k_starved_at_end = 2s;

}  // namespace

Server::Server(asio::io_context& context, const Policy& policy, const Identity& identity)
    : m_context(context), m_policy(policy), m_identity(identity), m_retry(context) {}

void Server::serve(Listener listener, Part part) {
  m_listener.emplace(std::move(listener));
  if (part == Part::listens_and_accepts) wait_for_connections();
}

void Server::wait_for_connections() {
  m_listener->wait([this] {
    if (!accepts()) return;
    if (accept_some(k_batch)) {
      wait_for_connections();
    } else if (m_policy.when_starved() == StarvedFate::accepts_later) {
      accept_later();
    }
  });
}

// While a lossless close readies the listener it accepts as ever.
bool Server::accepts() const { return has_open_listener() && (!m_closed || m_closing) && !m_last_accepts; }

bool Server::accept_some(int most) {
  std::vector<std::shared_ptr<Connection>> fresh;
  bool descriptors_left = true;
  for (bool more = true; more && most > 0; --most) {
    int descriptor = -1;
    const auto accepted = m_listener->accept(descriptor);
    descriptors_left = accepted != Listener::Accepted::no_descriptors;
    more = accepted == Listener::Accepted::connection;
    if (!more) continue;
    AcceptedSocket socket(m_context, descriptor);
    if (m_policy.accept_fate(descriptor) == AcceptFate::closed) continue;
    auto connection = std::make_shared<Connection>(std::move(socket), m_identity, *this);
    connection->m_place = m_connections.insert(m_connections.end(), connection);
    fresh.push_back(std::move(connection));
  }
  // Served only now: accepting alone is faster than any client connects, so that the queue does come to an
  // end.
  for (const auto& connection : fresh) {
    if (m_keep_alive_over) connection->end_keep_alive();
    connection->start();
    if (m_closing) connection->finish(m_policy.first_byte_within);
  }
  return descriptors_left;
}

void Server::accept_later() {
  m_starved = true;
  m_retry.expires_after(k_retry);
  m_retry.async_wait([this](const asio::error_code&) {
    // Also when cancelled, which is how a connection's end comes here.
    if (!std::exchange(m_starved, false) || !accepts()) return;
    wait_for_connections();
  });
}

void Server::connection_ended(Connection& connection) {
  // The list may hold the last reference, and the caller is still inside the connection.
  asio::post(m_context, [keep = connection.shared_from_this()] {});
  m_connections.erase(connection.m_place);
  if (m_starved) m_retry.cancel();
  check_closed();
}

int Server::requests_in_flight() const {
  int count = 0;
  for (const auto& connection : m_connections) count += connection->request_in_flight() ? 1 : 0;
  return count;
}

void Server::end_keep_alive() {
  m_keep_alive_over = true;
  const std::vector<std::shared_ptr<Connection>> connections(m_connections.begin(), m_connections.end());
  for (const auto& connection : connections) connection->end_keep_alive();
}

bool Server::steer_here() { return has_open_listener() && m_listener->steer_to_first(); }

void Server::steer_no_more() {
  if (has_open_listener()) m_listener->steer_no_more();
}

void Server::close(Closing how) {
  m_closed = std::move(how.closed);
  m_listener_closed = std::move(how.listener_closed);
  if (m_listener && m_policy.listener_close == ListenerClose::lossless &&
      m_policy.queue_fate == QueueFate::served) {
    close_connections();
    m_closing.emplace(m_context, *m_listener, m_policy, [this] {
      m_last_accepts = true;
      m_starved_until = std::chrono::steady_clock::now() + k_starved_at_end;
      close_listener_without_loss();
    });
    return m_closing->start(how.steering);
  }
  m_retry.cancel();
  // What the kernel has completed is a connection to its client: closing the listener would reset it.
  const bool serve_queue = m_listener && m_policy.queue_fate == QueueFate::served;
  const bool all_accepted = !serve_queue || accept_some(k_everything);
  close_connections();
  if (!all_accepted) {
    // Descriptors were short; the idle connections have just given theirs back.
    accept_some(k_everything);
    finish_connections();
  }
  close_listener();
  check_closed();
}

void Server::close_listener() {
  if (!has_open_listener()) return;
  m_listener->close();
  if (m_listener_closed) m_listener_closed();
}

void Server::close_listener_without_loss() {
  // Cut in the meantime.
  if (!has_open_listener() || !m_closing) return;
  if (!accept_some(k_everything) && std::chrono::steady_clock::now() < m_starved_until) {
    m_starved = true;  // a connection that ends gives a descriptor back and ends the wait
    m_retry.expires_after(k_retry);
    return m_retry.async_wait([this](const asio::error_code&) { close_listener_without_loss(); });
  }
  close_listener();
  m_closing.reset();
  check_closed();
}

void Server::cut() {
  m_closing.reset();
  m_retry.cancel();
  close_listener();
  const std::vector<std::shared_ptr<Connection>> connections(m_connections.begin(), m_connections.end());
  for (const auto& connection : connections) connection->drop();
  check_closed();
}

void Server::close_connections() {
  const std::vector<std::shared_ptr<Connection>> connections(m_connections.begin(), m_connections.end());
  int in_flight_after = requests_in_flight();
  for (const auto& connection : connections) {
    if (!connection->request_in_flight()) continue;
    --in_flight_after;
    switch (m_policy.on_close({connection->response_bytes_left(), in_flight_after})) {
      case RequestFate::finish:
        break;
      case RequestFate::finish_and_reset:
        connection->reset_at_end();
        break;
      case RequestFate::drop:
        connection->drop();
        break;
    }
  }
  finish_connections();
}

void Server::finish_connections() {
  const std::vector<std::shared_ptr<Connection>> connections(m_connections.begin(), m_connections.end());
  const IdleFate idle_fate = m_policy.idle_fate();
  // One without a request reads once more, and closes unless something has come.
  for (const auto& connection : connections) {
    const bool idle = !connection->request_in_flight();
    if (idle && idle_fate == IdleFate::waited_for) continue;
    if (idle && idle_fate == IdleFate::closed_unread) {
      connection->drop();
      continue;
    }
    if (idle && idle_fate == IdleFate::reset && connection->heard()) connection->reset_at_end();
    connection->finish(m_policy.first_byte_within);
  }
}

void Server::check_closed() {
  if (!m_closed || !m_connections.empty() || (m_listener && m_listener->is_open())) return;
  std::exchange(m_closed, nullptr)();
}

}  // namespace reference_server
