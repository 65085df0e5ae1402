#include "linux/orphans.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "linux/process.hpp"
#include "linux/stream.hpp"

namespace clusterspec {
namespace {

constexpr int k_report_within_ms = 5000;

// Nothing but its lifeline and its report stays open, above all not the other end of the lifeline.
[[noreturn]] void be_orphaned(int lifeline, int report) {
  ::dup2(lifeline, 0);
  ::dup2(report, 1);
  ::syscall(SYS_close_range, 2U, ~0U, 0U);
  char byte = 0;
  if (::write(1, &byte, 1) == 1) (void)!::read(0, &byte, 1);  // until its end is closed
  ::_exit(Orphans::k_code);
}

// Who enters a pid namespace is not in it, its children are (setns(2)): so the parent of the orphans is one
// of those, and ends.
[[noreturn]] void leave_them(int inside, int count, int lifeline, int report) {
  if (::setns(inside, CLONE_NEWPID) != 0) ::_exit(errno);
  const pid_t parent = ::fork();
  if (parent < 0) ::_exit(errno);
  if (parent == 0) {
    for (; count > 0; --count) {
      const pid_t child = ::fork();
      if (child == 0) be_orphaned(lifeline, report);
      if (child < 0) ::_exit(errno);
    }
    ::_exit(0);
  }
  const int status = wait_for_child(parent);
  ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD);
}

}  // namespace

Result<Orphans> Orphans::leave(Pid inside, int count) {
  const std::string path = fmt::format("/proc/{}/ns/pid", inside);
  const Fd space(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!space) return system_failure("opening " + path);
  auto lifeline = make_pipe();
  if (!lifeline) return tl::unexpected(lifeline.error());
  auto report = make_socket_pair(true);
  if (!report) return tl::unexpected(report.error());
  const pid_t helper = ::fork();
  if (helper == 0) leave_them(space.get(), count, lifeline->read.get(), report->theirs.get());
  if (helper < 0) return system_failure("fork");
  const int status = wait_for_child(helper);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    errno = WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
    return system_failure(fmt::format("leaving orphans in the pid namespace of process {}", inside));
  }
  // Each writes a byte when it gets to run, and the kernel says who it is.
  std::vector<Pid> pids;
  while (static_cast<int>(pids.size()) < count) {
    char byte = 0;
    pollfd entry{report->ours.get(), POLLIN, 0};
    if (::poll(&entry, 1, k_report_within_ms) != 1)
      return failure(ErrorKind::harness, fmt::format("{} of {} orphans came", pids.size(), count));
    const Piece piece = receive_piece(report->ours.get(), &byte, 1);
    if (piece.size == 1) pids.push_back(piece.writer);
  }
  return Orphans(std::move(lifeline->write), std::move(pids));
}

}  // namespace clusterspec
