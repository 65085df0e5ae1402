#pragma once
// The line between a launcher and one of its workers: a pair of sockets (unix(7), SOCK_SEQPACKET), one byte a
// message. Over it they agree on moments that signals and wait(2) do not tell: that the worker listens, and
// that its listener may be closed. The other side may be stopped, dead, or know nothing of it: whoever waits
// for a message has a deadline, and no message is worth waiting for room.
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <system_error>
#include <tl/expected.hpp>

namespace reference_server {

enum class Message : char {
  listens = 'L',          // worker: its listener is open
  wants_to_close = 'W',   // worker: new connections should go elsewhere
  steered = 'S',          // launcher: they do
  not_steered = 'N',      // launcher: they cannot
  listener_closed = 'C',  // worker: they may come back to all
};

// The worker's end has this number in the worker, as neither arguments nor environment may tell it another.
inline constexpr int k_channel = 3;

struct ChannelEnds {
  int launchers;
  int workers;
};
// Both are close-on-exec. Errors: socketpair's.
tl::expected<ChannelEnds, std::error_code> open_channel();

class Channel : public std::enable_shared_from_this<Channel> {
 public:
  // Without a value: the other side has gone, and nothing follows.
  using Heard = std::function<void(std::optional<Message>)>;

  // Takes the descriptor.
  static std::shared_ptr<Channel> take(asio::io_context& context, int fd, Heard heard);
  // The end that the launcher gave to this process; none if k_channel is anything else.
  static std::shared_ptr<Channel> inherited(asio::io_context& context, Heard heard);

  // False: the other side has gone or takes no more.
  bool send(Message message);
  void close();

 private:
  Channel(asio::io_context& context, Heard heard) : m_descriptor(context), m_heard(std::move(heard)) {}
  void wait();
  void read();

  asio::posix::stream_descriptor m_descriptor;
  Heard m_heard;
};

}  // namespace reference_server
