#include "linux/seccomp.hpp"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "linux/notification_receiver.hpp"
#include "linux/process.hpp"
#include "linux/tcp.hpp"

namespace clusterspec {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t k_architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t k_architecture = AUDIT_ARCH_AARCH64;
#else
#error "seccomp: this architecture's AUDIT_ARCH value is missing"
#endif

struct Watchable {
  long number;
  WatchedCall call;
  bool frequent;
};

constexpr Watchable k_watchable[] = {
    {SYS_execve, WatchedCall::execve, false},
    {SYS_execveat, WatchedCall::execveat, false},
    {SYS_bind, WatchedCall::bind, false},
    {SYS_listen, WatchedCall::listen, false},
    {SYS_exit_group, WatchedCall::exit_group, false},
    {SYS_kill, WatchedCall::kill, false},
    {SYS_tkill, WatchedCall::tkill, false},
    {SYS_tgkill, WatchedCall::tgkill, false},
    {SYS_pidfd_send_signal, WatchedCall::pidfd_send_signal, false},
    {SYS_rt_sigqueueinfo, WatchedCall::rt_sigqueueinfo, false},
    {SYS_rt_tgsigqueueinfo, WatchedCall::rt_tgsigqueueinfo, false},
    {SYS_accept, WatchedCall::accept, true},
    {SYS_accept4, WatchedCall::accept4, true},
    {SYS_close, WatchedCall::close, true},
    {SYS_shutdown, WatchedCall::shutdown, true},
#ifdef SYS_fork  // newer architectures have clone alone
    {SYS_fork, WatchedCall::fork, true},
    {SYS_vfork, WatchedCall::vfork, true},
#endif
    {SYS_clone, WatchedCall::clone, true},
    {SYS_clone3, WatchedCall::clone3, true},
    {SYS_write, WatchedCall::write, true},
    {SYS_writev, WatchedCall::writev, true},
    {SYS_pwritev2, WatchedCall::pwritev2, true},
    {SYS_sendto, WatchedCall::sendto, true},
    {SYS_set_robust_list, WatchedCall::set_robust_list, true},
};

std::uint64_t instruction(sock_filter one) { return std::bit_cast<std::uint64_t>(one); }

}  // namespace

NotificationFilter::NotificationFilter(const std::vector<WatchedCall>& frequent) {
  std::vector<long> numbers;
  for (const Watchable& one : k_watchable)
    if (!one.frequent || std::find(frequent.begin(), frequent.end(), one.call) != frequent.end())
      numbers.push_back(one.number);
  // Load arch, wrong arch -> allow, load number, one comparison a call, then allow, then notify.
  const auto calls = static_cast<std::uint8_t>(numbers.size());
  m_code = {instruction(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch))),
            instruction(
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k_architecture, 0, static_cast<std::uint8_t>(calls + 1))),
            instruction(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)))};
  for (std::uint8_t i = 0; i < calls; ++i)
    m_code.push_back(instruction(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(numbers[i]),
                                          static_cast<std::uint8_t>(calls - i), 0)));
  m_code.push_back(instruction(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)));
  m_code.push_back(instruction(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF)));
}

int NotificationFilter::install() const {
  static_assert(sizeof(sock_filter) == sizeof(std::uint64_t));
  const sock_fprog program{
      static_cast<unsigned short>(m_code.size()),
      const_cast<sock_filter*>(reinterpret_cast<const sock_filter*>(m_code.data()))};  // NOLINT
  constexpr unsigned flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
  long fd = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
  if (fd < 0 && errno == EACCES) {
    // Without CAP_SYS_ADMIN the kernel wants the promise that exec gains no privileges.
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
    fd = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
  }
  return static_cast<int>(fd);
}

namespace {

// What the observer does besides listening for notifications: it reads a caller's memory and works on copies
// of its descriptors. Both fall under ptrace(2)'s access checks, and containers may refuse them.
bool may_observe(pid_t child, const char* memory, int descriptor) {
  char byte = 0;
  iovec local{&byte, 1}, remote{const_cast<char*>(memory), 1};
  if (::process_vm_readv(child, &local, 1, &remote, 1, 0) != 1) return false;
  const Fd pidfd = open_pidfd(child);
  return pidfd && copy_descriptor(pidfd.get(), descriptor);
}

}  // namespace

bool notification_allowed() {
  auto report = make_pipe();
  if (!report) return false;
  char allowed = 0;
  const NotificationFilter filter;
  const pid_t pid = ::fork();
  if (pid == 0) {
    allowed = filter.install() >= 0 ? 1 : 0;
    (void)!::write(report->write.get(), &allowed, 1);
    // Its own exit would wait for an answer that nobody gives: the parent kills it.
    for (;;) ::pause();
  }
  const bool told = pid > 0 && ::read(report->read.get(), &allowed, 1) == 1;
  const bool able = told && allowed == 1 && may_observe(pid, &allowed, report->write.get());
  if (pid > 0) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
  return able;
}

std::optional<Notification> receive_notification(int notifications) {
  seccomp_notif raw{};
  if (::ioctl(notifications, SECCOMP_IOCTL_NOTIF_RECV, &raw) != 0) return std::nullopt;
  Notification notification;
  notification.id = raw.id;
  notification.thread = static_cast<Pid>(raw.pid);
  for (const Watchable& one : k_watchable)
    if (one.number == raw.data.nr) notification.call = one.call;
  std::copy(std::begin(raw.data.args), std::end(raw.data.args), notification.arguments.begin());
  return notification;
}

Notifications::Notifications() = default;
Notifications::Notifications(std::unique_ptr<NotificationReceiver> receiver)
    : m_receiver(std::move(receiver)) {}
Notifications::~Notifications() = default;
Notifications::Notifications(Notifications&&) noexcept = default;
Notifications& Notifications::operator=(Notifications&&) noexcept = default;

Result<Notifications> Notifications::open(Fd fd) {
  auto receiver = NotificationReceiver::start(std::move(fd));
  if (!receiver) return tl::unexpected(receiver.error());
  return Notifications(std::move(*receiver));
}

int Notifications::fd() const { return m_receiver ? m_receiver->fd() : -1; }

std::optional<Notification> Notifications::receive() {
  auto notification = m_receiver->take();
  if (notification && !valid(notification->id)) notification.reset();
  return notification;
}

void Notifications::let_happen(std::uint64_t id) {
  seccomp_notif_resp response{};
  response.id = id;
  response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  // Fails only if the caller is gone, which its pidfd reports.
  (void)::ioctl(m_receiver->notifications(), SECCOMP_IOCTL_NOTIF_SEND, &response);
}

void Notifications::answer(std::uint64_t id, std::int64_t value, int error) {
  seccomp_notif_resp response{};
  response.id = id;
  response.val = value;
  response.error = -error;
  (void)::ioctl(m_receiver->notifications(), SECCOMP_IOCTL_NOTIF_SEND, &response);
}

bool Notifications::valid(std::uint64_t id) const {
  return ::ioctl(m_receiver->notifications(), SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

namespace {

// The first 8 bytes there; 0 if they cannot be read.
std::uint64_t read_word(Pid pid, std::uint64_t address) {
  std::uint64_t word = 0;
  const iovec local{&word, sizeof word};
  const iovec remote{reinterpret_cast<void*>(address), sizeof word};  // NOLINT: an address in another process
  return ::process_vm_readv(pid, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(sizeof word) ? word : 0;
}

}  // namespace

bool starts_process(const Notification& notification, Pid caller) {
  switch (notification.call) {
    case WatchedCall::fork:
    case WatchedCall::vfork:
      return true;
    case WatchedCall::clone:
      return (notification.arguments[0] & CLONE_THREAD) == 0;
    case WatchedCall::clone3:  // the flags come first in what its argument points to
      return (read_word(caller, notification.arguments[0]) & CLONE_THREAD) == 0;
    default:
      return false;
  }
}

std::string read_string(Pid pid, std::uint64_t address, std::size_t limit) {
  std::string text;
  while (text.size() < limit) {
    char piece[512];
    // Never across a page: the next one may not exist, and a read that touches it would fail as a whole.
    const std::size_t in_page = 4096 - address % 4096;
    const std::size_t want = std::min({sizeof piece, in_page, limit - text.size()});
    const iovec local{piece, want};
    const iovec remote{reinterpret_cast<void*>(address), want};  // NOLINT: an address in another process
    const ssize_t got = ::process_vm_readv(pid, &local, 1, &remote, 1, 0);
    if (got <= 0) break;
    const auto length = static_cast<std::size_t>(got);
    if (const void* end = std::memchr(piece, 0, length)) {
      text.append(piece, static_cast<std::size_t>(static_cast<const char*>(end) - piece));
      break;
    }
    text.append(piece, length);
    address += length;
  }
  return text;
}

std::vector<std::string> read_string_list(Pid pid, std::uint64_t address, std::size_t limit) {
  std::vector<std::string> list;
  std::size_t used = 0;
  while (used < limit) {
    const std::uint64_t pointer = read_word(pid, address);
    if (pointer == 0) break;
    list.push_back(read_string(pid, pointer, std::min<std::size_t>(131072, limit - used)));
    used += list.back().size() + sizeof pointer;
    address += sizeof pointer;
  }
  return list;
}

}  // namespace clusterspec
