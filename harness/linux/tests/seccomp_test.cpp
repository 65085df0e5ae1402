#include "linux/seccomp.hpp"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>

#include "linux/inet_diag.hpp"
#include "linux/procfs.hpp"
#include "linux/tests/children.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

bool possible() {
  if (notification_allowed()) return true;
  WARN("seccomp notification is not possible here");
  return false;
}

int bind_anywhere(int socket) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

void report_errno(int fd, int result) {
  const int value = result == 0 ? 0 : errno;
  (void)!::write(fd, &value, sizeof value);
}

int reported_errno(const Pipe& pipe) {
  int value = -1;
  REQUIRE(wait_readable(pipe.read.get()));
  REQUIRE(::read(pipe.read.get(), &value, sizeof value) == sizeof value);
  return value;
}

bool is_listening(std::uint64_t inode) {
  auto diag = InetDiag::open();
  REQUIRE(diag);
  const auto all = diag->listeners();
  return std::any_of(all.begin(), all.end(), [&](const ListenerSeen& seen) { return seen.inode == inode; });
}

// The calls up to the end of the process, each let happen.
std::vector<WatchedCall> all_calls(WatchedChild& watched) {
  std::vector<WatchedCall> calls;
  while (const auto n = watched.next()) {
    calls.push_back(n->call);
    watched.notifications().let_happen(n->id);
    if (n->call == WatchedCall::exit_group) break;
  }
  return calls;
}

volatile sig_atomic_t g_signals = 0;
void count_signal(int) { g_signals = g_signals + 1; }

}  // namespace

TEST_CASE("Watched calls are reported in the order in which they are made") {
  if (!possible()) return;
  const Pid us = own_pid();
  WatchedChild watched([us] {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    bind_anywhere(socket);
    ::listen(socket, 4);
    ::kill(us, 0);
    ::execl("/nowhere/no-such-program", "name", "argument", nullptr);
    return 7;
  });
  CHECK(all_calls(watched) == std::vector{WatchedCall::bind, WatchedCall::listen, WatchedCall::kill,
                                          WatchedCall::execve, WatchedCall::exit_group});
  CHECK(watched.child().wait() == 7 << 8);
}

TEST_CASE("A call does not happen until it is answered") {
  if (!possible()) return;
  const Pipe report = pipe_or_fail();
  WatchedChild watched([&] {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    report_errno(report.write.get(), bind_anywhere(socket));
    report_errno(report.write.get(), ::listen(socket, 4));
    return 0;
  });
  auto bind = watched.next();
  REQUIRE(bind);
  watched.notifications().let_happen(bind->id);
  CHECK(reported_errno(report) == 0);

  const auto listen = watched.next();
  REQUIRE(listen);
  REQUIRE(listen->call == WatchedCall::listen);
  CHECK(listen->arguments[1] == 4);
  const auto inodes = sockets_of(watched.child().pid());
  REQUIRE(inodes.size() == 1);
  CHECK_FALSE(is_listening(inodes.front()));
  CHECK(watched.notifications().valid(listen->id));
  watched.notifications().let_happen(listen->id);
  CHECK(reported_errno(report) == 0);
  CHECK(is_listening(inodes.front()));
  all_calls(watched);
}

TEST_CASE("A call can be made to fail, and can be answered without happening") {
  if (!possible()) return;
  const Pipe report = pipe_or_fail();
  WatchedChild watched([&] {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    report_errno(report.write.get(), bind_anywhere(socket));
    report_errno(report.write.get(), ::listen(socket, 4));
    ::pause();
    return 0;
  });
  const auto bind = watched.next();
  REQUIRE(bind);
  watched.notifications().answer(bind->id, -1, EADDRINUSE);
  CHECK(reported_errno(report) == EADDRINUSE);
  const auto listen = watched.next();
  REQUIRE(listen);
  watched.notifications().answer(listen->id, 0, 0);
  CHECK(reported_errno(report) == 0);
  const auto inodes = sockets_of(watched.child().pid());
  REQUIRE(inodes.size() == 1);
  CHECK_FALSE(is_listening(inodes.front()));
}

TEST_CASE("A signal that comes while a call is held does not break the call") {
  if (!possible()) return;
  const Pipe report = pipe_or_fail();
  WatchedChild watched([&] {
    struct sigaction action {};
    action.sa_handler = count_signal;  // without SA_RESTART: an interrupted call would fail with EINTR
    ::sigaction(SIGUSR1, &action, nullptr);
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    report_errno(report.write.get(), bind_anywhere(socket));
    return g_signals;
  });
  const auto bind = watched.next();
  REQUIRE(bind);
  const auto state = [&] { return read_stat(watched.child().pid()).value_or(ProcessStat{}).state; };
  watched.child().kill(SIGUSR1);
  // 'D': the signal has woken it, and it went back to wait where only a fatal one reaches it.
  REQUIRE(eventually([&] { return state() == 'D'; }));
  CHECK(watched.notifications().valid(bind->id));
  watched.notifications().let_happen(bind->id);
  CHECK(reported_errno(report) == 0);
  const auto exit = watched.next();
  REQUIRE(exit);
  CHECK(exit->call == WatchedCall::exit_group);
  CHECK(exit->arguments[0] == 1);  // the handler ran once, afterwards
  watched.notifications().let_happen(exit->id);
  CHECK(watched.child().wait() == 1 << 8);
}

TEST_CASE("A signal that comes before anybody has asked for the call does not break it either") {
  if (!possible()) return;
  const Pipe report = pipe_or_fail();
  WatchedChild watched([&] {
    struct sigaction action {};
    action.sa_handler = count_signal;
    ::sigaction(SIGUSR1, &action, nullptr);
    report_errno(report.write.get(), bind_anywhere(::socket(AF_INET, SOCK_STREAM, 0)));
    return 0;
  });
  REQUIRE(wait_readable(watched.notifications().fd()));
  watched.child().kill(SIGUSR1);
  REQUIRE(eventually([&] { return read_stat(watched.child().pid()).value_or(ProcessStat{}).state == 'D'; }));
  const auto bind = watched.next();
  REQUIRE(bind);
  watched.notifications().let_happen(bind->id);
  CHECK(reported_errno(report) == 0);
  all_calls(watched);
}

TEST_CASE("A call whose caller was killed before anybody asked for it is not told") {
  if (!possible()) return;
  WatchedChild watched([] { return bind_anywhere(::socket(AF_INET, SOCK_STREAM, 0)); });
  REQUIRE(wait_readable(watched.notifications().fd()));
  watched.child().kill(SIGKILL);
  CHECK(watched.child().wait() == SIGKILL);
  CHECK_FALSE(watched.next());
}

TEST_CASE("A process that is killed while it is held is gone, and answering it does no harm") {
  if (!possible()) return;
  WatchedChild watched([] {
    bind_anywhere(::socket(AF_INET, SOCK_STREAM, 0));
    return 0;
  });
  const auto bind = watched.next();
  REQUIRE(bind);
  watched.child().kill(SIGKILL);
  CHECK(watched.child().wait() == SIGKILL);
  CHECK_FALSE(watched.notifications().valid(bind->id));
  watched.notifications().let_happen(bind->id);
  watched.notifications().answer(bind->id, -1, EACCES);
}

TEST_CASE("Descendants are watched too, each by its own pid") {
  if (!possible()) return;
  WatchedChild watched([] {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(5);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
  });
  const auto first = watched.next();
  REQUIRE(first);
  CHECK(first->call == WatchedCall::exit_group);
  CHECK(first->thread != watched.child().pid());
  CHECK(first->arguments[0] == 5);
  const auto stat = read_stat(first->thread);
  REQUIRE(stat);
  CHECK(stat->parent == watched.child().pid());
  watched.notifications().let_happen(first->id);
  all_calls(watched);
  CHECK(watched.child().wait() == 5 << 8);
}

TEST_CASE("Strings of another process are read to their end, to the limit, or as far as they can be") {
  const long page = ::sysconf(_SC_PAGESIZE);
  const auto size = static_cast<std::size_t>(page);
  auto* memory = static_cast<char*>(
      ::mmap(nullptr, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  REQUIRE(memory != MAP_FAILED);
  const auto address = [](const void* at) { return reinterpret_cast<std::uint64_t>(at); };
  const Pid us = own_pid();

  std::memset(memory, 'a', 2 * size - 1);
  CHECK(read_string(us, address(memory)) == std::string(2 * size - 1, 'a'));
  CHECK(read_string(us, address(memory), 10) == "aaaaaaaaaa");
  std::memcpy(memory + size - 4, "abcdefg", 8);  // over the border of two pages
  CHECK(read_string(us, address(memory + size - 4)) == "abcdefg");

  const char* list[] = {"one", "", "three", nullptr};
  CHECK(read_string_list(us, address(list)) == std::vector<std::string>{"one", "", "three"});
  // The limit is of bytes, pointers with them.
  CHECK(read_string_list(us, address(list), 12) == std::vector<std::string>{"one", ""});
  const std::vector<const char*> again(5000, memory);  // one long string, again and again
  std::size_t bytes = 0;
  for (const std::string& text : read_string_list(us, address(again.data()))) bytes += text.size();
  CHECK(bytes > 1'000'000);
  CHECK(bytes <= 2 << 20);

  REQUIRE(::mprotect(memory + size, size, PROT_NONE) == 0);
  CHECK(read_string(us, address(memory + size - 4)) == "abcd");
  CHECK(read_string(us, 1).empty());
  CHECK(read_string_list(us, 1).empty());
  ::munmap(memory, 2 * size);
}
