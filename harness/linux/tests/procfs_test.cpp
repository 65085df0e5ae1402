#include "linux/procfs.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <thread>

#include "linux/tcp.hpp"
#include "linux/tests/children.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

// A child that has done `first`, and stays until it is killed.
class Staying {
 public:
  explicit Staying(const std::function<void()>& first)
      : m_ready(pipe_or_fail()), m_child([&] {
          first();
          if (::write(m_ready.write.get(), "r", 1) == 1) ::pause();
          return 0;
        }) {
    REQUIRE(wait_readable(m_ready.read.get()));
  }
  Child& child() { return m_child; }
  Pid pid() const { return m_child.pid(); }

 private:
  Pipe m_ready;
  Child m_child;
};

constexpr Pid k_nobody = 0x3ffffff;  // beyond any pid_max

}  // namespace

TEST_CASE("A command name with parentheses and spaces does not shift the fields of stat") {
  Staying staying([] { ::prctl(PR_SET_NAME, ") (Z 1 2 3"); });
  const auto stat = read_stat(staying.pid());
  REQUIRE(stat);
  CHECK(stat->command == ") (Z 1 2 3");
  CHECK(stat->parent == own_pid());
  CHECK(stat->group == ::getpgrp());
  CHECK(stat->session == ::getsid(0));
  CHECK(stat->state != 'Z');
}

TEST_CASE("A zombie shows as one and is not described") {
  Child child([] { return 0; });
  REQUIRE(child.has_ended_in_time());
  const auto stat = read_stat(child.pid());
  REQUIRE(stat);
  CHECK(stat->state == 'Z');
  CHECK_FALSE(describe_process(child.pid()));
}

TEST_CASE("A process that is gone gives nothing") {
  CHECK_FALSE(read_stat(k_nobody));
  CHECK_FALSE(describe_process(k_nobody));
  CHECK(descendants_of(k_nobody).empty());
  CHECK(sockets_of(k_nobody).empty());
  CHECK(descriptors_of_socket(k_nobody, 1).empty());
  CHECK(process_of_thread(k_nobody) == k_nobody);
  CHECK_FALSE(can_execute(k_nobody, "bin/sh"));
}

TEST_CASE("A description names descriptors 0 to 2, and leaves out one that is closed") {
  Staying staying([] {
    const int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, 1);
    ::close(0);
  });
  const auto described = describe_process(staying.pid());
  REQUIRE(described);
  CHECK(described->pid == staying.pid());
  CHECK(described->descriptors.count("0") == 0);
  CHECK(described->descriptors.at("1") == "/dev/null");
  CHECK(described->descriptors.count("2") == 1);
  CHECK(described->directory == current_directory());
}

TEST_CASE("Descendants are found with their parents first, zombies too") {
  const Pipe report = pipe_or_fail();
  Staying staying([&] {
    const pid_t zombie = ::fork();
    if (zombie == 0) ::_exit(0);
    const pid_t living = ::fork();
    if (living == 0) {
      const pid_t last = ::fork();
      if (last != 0) (void)!::write(report.write.get(), &last, sizeof last);
      ::pause();
    }
    (void)!::write(report.write.get(), &zombie, sizeof zombie);
  });
  pid_t two[2] = {};
  for (pid_t& pid : two) {
    REQUIRE(wait_readable(report.read.get()));
    REQUIRE(::read(report.read.get(), &pid, sizeof pid) == sizeof pid);
  }
  const auto found = descendants_of(staying.pid());
  REQUIRE(found.size() == 3);
  for (const pid_t pid : two)
    CHECK(std::any_of(found.begin(), found.end(), [&](const ProcessSeen& p) { return p.pid == pid; }));
  for (auto it = found.begin(); it != found.end(); ++it) {
    const bool parent_known =
        it->parent == staying.pid() ||
        std::any_of(found.begin(), it, [&](const ProcessSeen& p) { return p.pid == it->parent; });
    CHECK(parent_known);
  }
  // What pauses must not outlive the test.
  for (const ProcessSeen& process : found) send_signal(process.pid, Signal{9});
}

TEST_CASE("A thread is traced back to its process") {
  Pid thread = 0, process = 0;
  std::thread([&] {
    thread = static_cast<Pid>(::syscall(SYS_gettid));
    process = process_of_thread(thread);
  }).join();
  CHECK(thread != own_pid());
  CHECK(process == own_pid());
}

TEST_CASE("A pidfd is traced back to the process it refers to") {
  Staying staying([] {});
  CHECK(process_of_pidfd(own_pid(), staying.child().pidfd()) == staying.pid());
  CHECK(process_of_pidfd(own_pid(), 0) == 0);
}

TEST_CASE("Holders of a socket are those with a descriptor for it, inherited ones too") {
  const auto port = free_port("127.0.0.1");
  REQUIRE(port);
  const auto socket = occupy_port("127.0.0.1", *port, false);
  REQUIRE(socket);
  const std::uint64_t inode = listener_facts(socket->get()).inode;
  REQUIRE(inode != 0);
  Staying heir([] {});
  Staying stranger([&] { ::close(socket->get()); });
  CHECK(socket_holders(inode, {own_pid(), heir.pid(), stranger.pid(), k_nobody}) ==
        std::vector<Pid>{own_pid(), heir.pid()});
  CHECK(descriptors_of_socket(own_pid(), inode) == std::vector<int>{socket->get()});
}

TEST_CASE("What can be executed is seen as the process sees it") {
  Staying in_bin([] { (void)!::chdir("/bin"); });
  CHECK(can_execute(in_bin.pid(), "/bin/sh"));
  CHECK(can_execute(in_bin.pid(), "sh"));
  CHECK(can_execute(in_bin.pid(), "./sh"));
  CHECK_FALSE(can_execute(in_bin.pid(), "/bin/no-such-program"));
  CHECK_FALSE(can_execute(in_bin.pid(), "no-such-program"));
  CHECK_FALSE(can_execute(in_bin.pid(), "/etc/passwd"));
  // execve of a directory fails with EACCES, whatever its mode says.
  CHECK_FALSE(can_execute(in_bin.pid(), "/usr"));
}
