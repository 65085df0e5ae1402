#pragma once
// The process's own listening socket on the shared port (document, Overview: `reuse_port: true`; socket(7),
// SO_REUSEPORT). It is close-on-exec: a listener that two processes hold queues connections nobody accepts.
#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <tl/expected.hpp>

#include "reference_server/options.hpp"

namespace reference_server {

class Listener {
 public:
  struct Traits {
    bool shared;
    bool ipv6_only;  // of an IPv6 address
  };
  // Error: a sentence naming the address.
  static tl::expected<Listener, std::string> open(asio::io_context& context, const Endpoint& endpoint,
                                                  Traits traits);

  enum class Accepted { connection, nothing, no_descriptors };
  // Never waits. no_descriptors: this process or the machine has none left (EMFILE, ENFILE, ENOMEM, ENOBUFS).
  // The connection's descriptor does not block, and is the caller's to close.
  Accepted accept(int& descriptor);
  // Calls back once when a connection may be waiting, or when cancelled.
  void wait(std::function<void()> then);
  void close();

  // All new connections of the port go to its first listener that still is, until told otherwise: a program
  // for the whole group of the port, which outlives the listener that set it. False: the kernel refuses.
  bool steer_to_first();
  void steer_no_more();
  // Connections that begin from now on are not answered, those under way are finished.
  bool drop_new_handshakes();

  std::uint16_t port() const;
  bool is_v6() const;
  bool is_open() const { return m_acceptor.is_open(); }

 private:
  explicit Listener(asio::ip::tcp::acceptor acceptor) : m_acceptor(std::move(acceptor)) {}

  asio::ip::tcp::acceptor m_acceptor;
};

}  // namespace reference_server
