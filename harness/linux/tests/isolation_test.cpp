#include "linux/isolation.hpp"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "linux/other_user.hpp"
#include "linux/packet_steering.hpp"
#include "linux/procfs.hpp"
#include "linux/stream.hpp"
#include "linux/sysctl.hpp"
#include "linux/tcp.hpp"
#include "linux/tests/in_cell.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

TEST_CASE("A cell ends with the exit code that its body returns") {
  CHECK(in_cell(Isolation::none, [] { return 42; }) == 42 << 8);
}

TEST_CASE("A cell is process 1 of its own namespace and sees nobody else") {
  for (const Isolation isolation : k_isolated) {
    const auto status = in_cell(isolation, [] {
      if (own_pid() != 1) return 2;
      int processes = 0;
      for (const auto& entry : std::filesystem::directory_iterator("/proc"))
        processes += std::isdigit(static_cast<unsigned char>(entry.path().filename().string()[0])) ? 1 : 0;
      return processes == 1 ? 0 : 3;
    });
    if (status) CHECK(*status == 0);
  }
}

TEST_CASE("A cell has a network of its own, with loopback up") {
  const auto taken = free_port("127.0.0.1");
  REQUIRE(taken);
  const auto occupied = occupy_port("127.0.0.1", *taken, false);
  REQUIRE(occupied);
  for (const Isolation isolation : k_isolated) {
    const auto status = in_cell(isolation, [&] {
      const auto listener = occupy_port("127.0.0.1", *taken, false);
      if (!listener) return 2;
      const Connecting connecting = start_connect("127.0.0.1", *taken);
      if (connecting.errno_value) return 3;
      return wait_readable(listener->get()) ? 0 : 4;
    });
    if (status) CHECK(*status == 0);
  }
}

TEST_CASE("Kernel settings of a cell's network stay in it") {
  const std::string setting = "net.ipv4.tcp_fin_timeout=";
  const auto value = [] {
    std::ifstream file("/proc/sys/net/ipv4/tcp_fin_timeout");
    std::string text;
    std::getline(file, text);
    return text;
  };
  const std::string before = value();
  for (const Isolation isolation : k_isolated) {
    const auto status = in_cell(isolation, [&] {
      if (!set_sysctl(setting + "17") || value() != "17") return 2;
      return set_sysctl("net.ipv4.no_such_setting=1") ? 3 : 0;
    });
    if (status) CHECK(*status == 0);
  }
  CHECK(value() == before);
}

TEST_CASE("Another user's socket cannot join a port") {
  if (!AsOtherUser().possible()) {
    WARN("we cannot be another user here");
    return;
  }
  const auto port = free_port("127.0.0.1");
  REQUIRE(port);
  const auto ours = occupy_port("127.0.0.1", *port, true);
  REQUIRE((ours && *ours));
  const auto also_ours = occupy_port("127.0.0.1", *port, true);
  CHECK((also_ours && *also_ours));
  const auto theirs = occupy_port("127.0.0.1", *port, true, true);
  REQUIRE(theirs);
  CHECK_FALSE(*theirs);
}

TEST_CASE("A cell has no descriptor of ours but those it is to keep") {
  const Fd leak(::fcntl(0, F_DUPFD, 700));
  const Pipe kept = pipe_or_fail(), other = pipe_or_fail();
  for (const Isolation isolation : {Isolation::none, Isolation::namespaces}) {
    const auto status =
        in_cell(isolation,
                [&] {
                  if (::fcntl(kept.write.get(), F_GETFD) < 0) return 2;
                  for (const int fd : {leak.get(), kept.read.get(), other.read.get(), other.write.get()})
                    if (::fcntl(fd, F_GETFD) >= 0) return 3;
                  return 0;
                },
                {kept.write.get()});
    if (status) CHECK(*status == 0);
  }
}

TEST_CASE("A cell is in a session of its own and adopts orphans") {
  const auto status = in_cell(Isolation::none, [] {
    if (::getsid(0) != own_pid()) return 2;
    auto pipe = make_pipe();
    if (!pipe) return 3;
    if (::fork() == 0) {
      if (::fork() != 0) ::_exit(0);
      // Its parent is gone once the kernel says so, and then it is ours.
      char go = 0;
      ::_exit(::read(pipe->read.get(), &go, 1) == 1 ? 0 : 1);
    }
    const bool adopted = eventually([] {
      for (const ProcessSeen& process : descendants_of(own_pid()))
        if (process.state != 'Z' && process.parent == own_pid() && descendants_of(own_pid()).size() == 1)
          return true;
      reap_children();
      return false;
    });
    kill_descendants();
    return adopted ? 0 : 4;
  });
  CHECK(status == 0);
}

TEST_CASE("The packets of a connection are received by one processor, whichever that is") {
  const auto status = in_cell(Isolation::namespaces, [] {
    const auto receivers = [] {
      std::string mask;
      std::ifstream("/sys/class/net/lo/queues/rx-0/rps_cpus") >> mask;
      return mask.find_first_not_of("0,") == std::string::npos ? std::string() : mask;
    };
    // A sysfs of this network, which nobody outside sees.
    if (::mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) return 98;
    if (!receivers().empty()) return 1;
    if (!steer_packets()) return 2;
    return receivers().empty() ? 3 : 0;
  });
  if (status) CHECK(*status == 0);
}

TEST_CASE("When the parent of a cell is killed the cell and all that is in it die") {
  for (const Isolation isolation : k_isolated) {
    const Pipe report = pipe_or_fail();
    Pipe alive = pipe_or_fail();
    Child parent([&] {
      auto cell = start_cell(isolation, {alive.write.get()}, [&] {
        if (!enter_isolation(isolation)) return 1;
        if (::fork() == 0) {
          for (int number = 1; number < NSIG; ++number)
            if (number != SIGALRM) ::signal(number, SIG_IGN);
          ::setsid();
        }
        ::alarm(60);  // should the claim be wrong, nothing is left for long
        if (!write_all(alive.write.get(), "x")) return 2;
        for (;;) ::pause();
      });
      const Pid pid = cell ? cell->pid : 0;
      if (::write(report.write.get(), &pid, sizeof pid) != sizeof pid) return 1;
      ::pause();
      return 0;
    });
    alive.write.reset();
    Pid cell = 0;
    REQUIRE(wait_readable(report.read.get()));
    REQUIRE(::read(report.read.get(), &cell, sizeof cell) == sizeof cell);
    if (cell == 0) {
      WARN(name_of(isolation) << " not possible here");
      continue;
    }
    const Fd pidfd = open_pidfd(cell);
    char both[2] = {};
    for (char& byte : both) {
      REQUIRE(wait_readable(alive.read.get()));
      REQUIRE(::read(alive.read.get(), &byte, 1) == 1);
    }
    parent.kill(SIGKILL);
    CHECK(parent.wait() == SIGKILL);
    // The last writer of this pipe is gone only when every process of the cell is.
    CHECK(read_to_end(alive.read.get()).empty());
    if (pidfd) CHECK(wait_readable(pidfd.get()));
  }
}

TEST_CASE("A case directory in isolation is seen by nobody else and vanishes with the cell") {
  const Pipe report = pipe_or_fail();
  const auto status = in_cell(Isolation::namespaces,
                              [&] {
                                const auto directory = make_case_directory(Isolation::namespaces);
                                if (!directory || !std::filesystem::is_empty(*directory)) return 2;
                                const auto file = create_file(*directory + "/written-by-a-test-cell");
                                if (!file || !write_all(file->get(), "x")) return 3;
                                return write_all(report.write.get(), *directory + "\n") ? 0 : 4;
                              },
                              {report.write.get()});
  if (!status) return;
  REQUIRE(*status == 0);
  const std::string directory = read_line(report.read.get());
  CHECK_FALSE(std::filesystem::exists(directory + "/written-by-a-test-cell"));
}

TEST_CASE("Without isolation a case directory is new, under TMPDIR, and can be removed with all in it") {
  std::string base = std::filesystem::temp_directory_path() / "isolation-test-XXXXXX";
  REQUIRE(::mkdtemp(base.data()));
  const char* before = ::getenv("TMPDIR");
  const std::string restore = before ? before : "";
  ::setenv("TMPDIR", base.c_str(), 1);
  const auto one = make_case_directory(Isolation::none), two = make_case_directory(Isolation::none);
  before ? ::setenv("TMPDIR", restore.c_str(), 1) : ::unsetenv("TMPDIR");
  REQUIRE(one);
  REQUIRE(two);
  CHECK(*one != *two);
  CHECK(one->starts_with(base + "/clusterspec-"));
  REQUIRE(create_file(*one + "/below/file"));
  for (const std::string& directory : {*one, *two}) remove_directory(directory);
  CHECK(std::filesystem::is_empty(base));
  std::filesystem::remove(base);
}
