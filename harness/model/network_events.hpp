// Events of listeners and connections. See model/event.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/expectations.hpp"
#include "model/units.hpp"

namespace clusterspec {

struct Listening {
  Pid pid = 0;  // who called listen; 0 when found by polling with several holders
  SocketCookie socket = 0;
  std::uint64_t inode = 0;
  std::string address;
  int port = 0;
  bool reuse_port = false;
  int mark = 0;  // what its connections carry: SO_MARK, and TCP_MAXSEG as the client sees it
  int backlog = 0;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("pid", s.pid);
    v("socket", s.socket);
    v("inode", s.inode);
    v("address", s.address);
    v("port", s.port);
    v("reuse_port", s.reuse_port);
    v("mark", s.mark);
    v("backlog", s.backlog);
  }
};

struct ListenerSeen {
  SocketCookie socket = 0;
  std::uint64_t inode = 0;
  std::string address;
  int port = 0;
  int queued = 0;                  // accept-queue depth
  std::vector<Pid> holders;        // filled at looks only
  std::optional<bool> reuse_port;  // where it is known
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("socket", s.socket);
    v("inode", s.inode);
    v("address", s.address);
    v("port", s.port);
    v("queued", s.queued);
    v("holders", s.holders);
    v("reuse_port", s.reuse_port);
  }
};

// All listening sockets at one moment. `occasion`: "ready", a look's name, "exiting PID", "end".
struct ListenersSeen {
  std::string occasion;
  std::vector<ListenerSeen> listeners;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("occasion", s.occasion);
    v("listeners", s.listeners);
  }
};

// Upper bound: the kernel reports it once the last of its requests is gone.
struct ListenerClosed {
  SocketCookie socket = 0;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("socket", s.socket);
  }
};

// A process is about to close a listener, by close(2) or by its end, with connections of the probe that
// nobody has accepted: the kernel resets them, unless another process holds the listener too.
struct ClosingQueue {
  Pid pid = 0;
  SocketCookie socket = 0;
  int queued = 0;
  int handshakes = 0;  // the client may have seen its end of it complete
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("pid", s.pid);
    v("socket", s.socket);
    v("queued", s.queued);
    v("handshakes", s.handshakes);
  }
};

// A connection of the probe has its final outcome. Times in ns since the case began; 0: did not get there.
struct Concluded {
  int connection = 0;
  std::string group;
  std::string request;
  Outcome outcome = Outcome::abandoned;
  std::int64_t begun = 0, connected = 0, sent = 0, first_byte = 0, ended = 0;
  int status = 0;                // HTTP, of the last answer
  std::int64_t bytes = 0;        // of the bodies of all answers
  int answers = 0;               // complete ones
  bool close_announced = false;  // by the last answer (RFC 9112, 9.6)
  SocketCookie listener = 0;     // whose queue it was in
  Pid pid = 0;                   // the process that held it
  int errno_value = 0;
  std::string detail;  // e.g. what was malformed
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("connection", s.connection);
    v("group", s.group);
    v("request", s.request);
    v("outcome", s.outcome);
    v("begun", s.begun);
    v("connected", s.connected);
    v("sent", s.sent);
    v("first_byte", s.first_byte);
    v("ended", s.ended);
    v("status", s.status);
    v("bytes", s.bytes);
    v("answers", s.answers);
    v("close_announced", s.close_announced);
    v("listener", s.listener);
    v("pid", s.pid);
    v("errno", s.errno_value);
    v("detail", s.detail);
  }
};

struct PortProbed {
  std::string occasion;
  PortState state = PortState::silent;
  template <class S, class V>
  static void describe(S& s, V&& v) {
    v("occasion", s.occasion);
    v("state", s.state);
  }
};

}  // namespace clusterspec
