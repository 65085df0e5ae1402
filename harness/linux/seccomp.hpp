// Seccomp user notification (seccomp_unotify(2)): selected calls of a process and all its descendants stand
// still until we answer. So they are recorded exactly and in order, and any of them can be kept waiting or
// made to fail.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "linux/fd.hpp"
#include "model/units.hpp"

namespace clusterspec {

enum class WatchedCall {
  execve,
  execveat,
  bind,
  listen,
  exit_group,
  kill,
  tkill,
  tgkill,
  pidfd_send_signal,
  rt_sigqueueinfo,
  rt_tgsigqueueinfo,
  // Frequent, and therefore watched only on demand: each costs the server 13 to 23 us.
  accept,
  accept4,
  close,
  shutdown,
  fork,
  vfork,
  clone,
  clone3,
  write,
  writev,
  pwritev2,
  sendto,
  set_robust_list,  // glibc's first call in a forked process, and in a thread
};

// Which calls are reported: the rare ones always, of the frequent ones those that are named.
class NotificationFilter {
 public:
  explicit NotificationFilter(const std::vector<WatchedCall>& frequent = {});

  // In a child between fork and exec: installs it and gives the descriptor to which calls are reported; -1
  // and errno where the kernel refuses. Async-signal-safe. Needs Linux 5.19 (WAIT_KILLABLE_RECV): before that
  // a signal that comes while a call stands still would make it fail with EINTR, so watching would change the
  // server.
  int install() const;

 private:
  std::vector<std::uint64_t> m_code;  // struct sock_filter of bpf(4), 8 bytes each
};

// Tries it in a child of its own.
bool notification_allowed();

struct Notification {
  std::uint64_t id = 0;
  Pid thread = 0;  // the kernel reports the calling thread
  WatchedCall call = WatchedCall::execve;
  std::array<std::uint64_t, 6> arguments{};
};

// The next one of a filter's descriptor (seccomp_unotify(2)); waits for it. Nothing if its caller was killed
// meanwhile.
std::optional<Notification> receive_notification(int notifications);

class NotificationReceiver;

// The calls of a filter: received at once by a thread of its own (linux/notification_receiver.hpp), taken and
// answered by whoever holds this.
class Notifications {
 public:
  static Result<Notifications> open(Fd fd);
  Notifications();  // of nobody
  ~Notifications();
  Notifications(Notifications&&) noexcept;
  Notifications& operator=(Notifications&&) noexcept;

  int fd() const;  // readable when there is a call to receive; hung up when nobody with the filter lives

  // The next call; nothing if its caller was killed meanwhile, or nobody lives. Call only when the descriptor
  // is readable.
  std::optional<Notification> receive();
  void let_happen(std::uint64_t id);
  void answer(std::uint64_t id, std::int64_t value, int error);  // instead of the call; error: errno or 0
  // Still standing there: what was read from its memory belongs to it.
  bool valid(std::uint64_t id) const;

 private:
  explicit Notifications(std::unique_ptr<NotificationReceiver> receiver);
  std::unique_ptr<NotificationReceiver> m_receiver;
};

// One of the fork family that starts a process and not a thread. The caller must still stand there.
bool starts_process(const Notification& notification, Pid caller);

// Strings in the memory of a process that stands still. Bounded, the list in all its bytes too: its pointers
// may name the same long string again and again. A faulty pointer gives what could be read.
std::string read_string(Pid pid, std::uint64_t address, std::size_t limit = 131072);
std::vector<std::string> read_string_list(Pid pid, std::uint64_t address, std::size_t limit = 2 << 20);

}  // namespace clusterspec
