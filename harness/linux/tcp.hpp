// TCP sockets as the probe and the observer need them (tcp(7), socket(7)).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "linux/fd.hpp"
#include "linux/inet_diag.hpp"
#include "model/units.hpp"

namespace clusterspec {

// `host` is an address of IPv4 or IPv6 in all of these; any of the former is reached at 127.0.0.1.

// A client's socket with a connect under way, non-blocking. errno_value: 0, or why it failed at once.
struct Connecting {
  Fd fd;
  int errno_value = 0;
};
// `little_room`: what its reader has not taken yet soon keeps the sender waiting.
Connecting start_connect(const std::string& host, int port, bool little_room = false);

int pending_error(int fd);  // SO_ERROR

int local_port(int fd);  // also of a connection that has failed; 0: none

// The pair as the server's end sees it.
std::optional<EndpointPair> server_end_of(int client);

// What a listener's connections carry, so that its client can name it: TCP_MAXSEG on the listener shows in
// the client's TCP_INFO as snd_mss. `mark` counts from 1. Also sets SO_MARK where that is permitted.
void mark_listener(int listener, int mark);
// The mark of the listener that this established client connection reached; 0: none.
int mark_reached(int client);

struct ListenerFacts {
  SocketCookie cookie = 0;
  std::uint64_t inode = 0;
  std::string address;
  int port = 0;
  bool reuse_port = false;
  bool stream_over_ip = false;  // else nothing here means anything
};
ListenerFacts listener_facts(int listener);

bool is_listener(int fd);  // a TCP socket that listens
// accept(2) would fail at once with EAGAIN: nothing is queued, and the socket does not wait.
bool accept_finds_nothing(int listener);

// A copy of a descriptor of another process (pidfd_getfd(2)).
Fd copy_descriptor(int pidfd, int number);

// Whether that may be done to a process that we start: it falls under ptrace(2)'s access check, and the
// filters of containers refuse it.
bool copying_allowed();

// listen(2) on a copy of another process's socket: 0 or errno. Done by us, the caller's listen has happened
// exactly when we say so.
int listen_on(int socket, int backlog);

// A bound and listening socket of our own; with or without SO_REUSEPORT. Empty: the kernel does not give it
// the port, as it is somebody's already (EADDRINUSE).
Result<Fd> occupy_port(const std::string& host, int port, bool reuse_port, bool other_user = false);

// ::1 is there.
bool has_ipv6();

// A port that was free at this moment.
Result<int> free_port(const std::string& host);

// One read or write of a non-blocking socket: bytes, 0 for the end of the stream, or -errno (-EAGAIN: later).
long receive_some(int fd, char* data, std::size_t size);
long send_some(int fd, const char* data, std::size_t size);

}  // namespace clusterspec
