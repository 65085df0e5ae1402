// Descriptors through sockets, each with a word (unix(7), SCM_RIGHTS).
#pragma once

#include <cstdint>
#include <optional>

#include "linux/fd.hpp"

namespace clusterspec {

struct Passed {
  std::uint64_t word = 0;
  Fd fd;  // empty: the word came alone
};

// Of a pair of stream sockets (make_socket_pair). `fd` -1: the word alone. 0 or -errno; where it may not
// wait, -EAGAIN while there is no room.
int pass(int socket, std::uint64_t word, int fd, bool may_wait);
// Nothing: there is none now, or the other end is closed.
std::optional<Passed> receive_passed(int socket, bool may_wait);

}  // namespace clusterspec
