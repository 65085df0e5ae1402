// How clients of a port were reset: what the segments that did it say of the server's end.
#pragma once

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "linux/fd.hpp"
#include "linux/loop.hpp"
#include "linux/network_namespace.hpp"

namespace clusterspec {

// A kernel that gives up a connection it has sends RST with ACK. Where it has none it answers a segment with
// RST alone (RFC 9293, 3.10.7.1): a client that is connected and gets that was still in its handshake at the
// server's end, and its listener is gone.
enum class ResetBy { unknown, server_end, nobody };

// A packet socket (packet(7)) that keeps RST segments of one port and nothing else. The kernel gives it a
// segment before the client's socket gets it: when that fails its reset is here.
class ResetWatch {
 public:
  // In the clients' network, which has to be a case's own; null: the caller's. Needs CAP_NET_RAW there. Not
  // over a link that loses packets: of two segments the one that tells may be lost. `now` dates them.
  // `closer`: who closes it in the end (linux/deferred_close.hpp), or -1.
  static Result<std::unique_ptr<ResetWatch>> open(Loop& loop, const NetworkNamespace* clients, int port,
                                                  std::function<std::int64_t()> now, int closer = -1);
  ~ResetWatch();
  ResetWatch(const ResetWatch&) = delete;
  ResetWatch& operator=(const ResetWatch&) = delete;

  // Of a client's socket that has failed, whose connection was begun then.
  ResetBy of(int client, std::int64_t begun);

 private:
  struct Seen {
    std::int64_t at;
    ResetBy by;
  };
  ResetWatch(Loop& loop, Fd socket, std::function<std::int64_t()> now, int closer);
  void drain();

  Loop& m_loop;
  Fd m_socket;
  std::function<std::int64_t()> m_now;
  int m_closer;
  std::unordered_map<int, std::vector<Seen>> m_seen;  // by the client's port
};

}  // namespace clusterspec
