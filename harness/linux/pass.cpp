#include "linux/pass.hpp"

#include <errno.h>
#include <sys/socket.h>

#include <cstring>

namespace clusterspec {
namespace {

// One word and room for one descriptor, as sendmsg(2) and recvmsg(2) take them.
struct Envelope {
  std::uint64_t word = 0;
  iovec data{&word, sizeof word};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};

  Envelope() {
    message.msg_iov = &data;
    message.msg_iovlen = 1;
  }
  void open_for_descriptor() {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
  }
};

}  // namespace

int pass(int socket, std::uint64_t word, int fd, bool may_wait) {
  Envelope envelope;
  envelope.word = word;
  if (fd >= 0) {
    envelope.open_for_descriptor();
    cmsghdr* header = CMSG_FIRSTHDR(&envelope.message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  }
  const int flags = MSG_NOSIGNAL | (may_wait ? 0 : MSG_DONTWAIT);
  ssize_t sent = 0;
  do sent = ::sendmsg(socket, &envelope.message, flags);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? -errno : 0;
}

std::optional<Passed> receive_passed(int socket, bool may_wait) {
  Envelope envelope;
  envelope.open_for_descriptor();
  const int flags = MSG_CMSG_CLOEXEC | (may_wait ? MSG_WAITALL : MSG_DONTWAIT);
  ssize_t got = 0;
  do got = ::recvmsg(socket, &envelope.message, flags);
  while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(sizeof envelope.word)) return std::nullopt;
  Passed passed{envelope.word, Fd()};
  const cmsghdr* header = CMSG_FIRSTHDR(&envelope.message);
  if (!header || header->cmsg_type != SCM_RIGHTS) return passed;
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
  passed.fd = Fd(fd);
  return passed;
}

}  // namespace clusterspec
