#pragma once
// The process's own listening socket on the shared port (document, Overview: `reuse_port: true`; socket(7),
// SO_REUSEPORT). It is close-on-exec: a listener that two processes hold queues connections nobody accepts.
#include <asio/ip/tcp.hpp>
#include <functional>
#include <string>
#include <tl/expected.hpp>

#include "reference_server/options.hpp"

namespace reference_server {

class Listener {
 public:
  // Error: a sentence naming the address.
  static tl::expected<Listener, std::string> open(asio::io_context& context, const Endpoint& endpoint,
                                                  bool shared);

  enum class Accepted { connection, nothing, no_descriptors };
  // Never waits. no_descriptors: this process or the machine has none left (EMFILE, ENFILE, ENOMEM, ENOBUFS).
  Accepted accept(asio::ip::tcp::socket& into);
  // Calls back once when a connection may be waiting, or when cancelled.
  void wait(std::function<void()> then);
  void close();
  bool is_open() const { return m_acceptor.is_open(); }

 private:
  explicit Listener(asio::ip::tcp::acceptor acceptor) : m_acceptor(std::move(acceptor)) {}

  asio::ip::tcp::acceptor m_acceptor;
};

}  // namespace reference_server
