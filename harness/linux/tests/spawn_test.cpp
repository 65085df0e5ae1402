#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "linux/census.hpp"
#include "linux/orphans.hpp"
#include "linux/process.hpp"
#include "linux/procfs.hpp"
#include "linux/stream.hpp"
#include "linux/terminal.hpp"
#include "linux/tests/children.hpp"
#include "linux/tests/in_cell.hpp"

using namespace clusterspec;
using namespace clusterspec::tests;

namespace {

// A spawned program with pipes at its three descriptors. Killed and waited for at the end.
class Program {
 public:
  explicit Program(std::vector<std::string> arguments, SpawnRequest request = {})
      : m_in(pipe_or_fail()), m_out(pipe_or_fail()), m_err(pipe_or_fail()) {
    if (request.executable.empty()) request.executable = arguments.front();
    request.arguments = std::move(arguments);
    if (request.environment.empty()) request.environment = {"PATH=/usr/bin:/bin", "LC_ALL=C"};
    if (request.input < 0) request.input = m_in.read.get();
    request.output = m_out.write.get();
    request.error = m_err.write.get();
    auto spawned = spawn(request);
    REQUIRE(spawned);
    m_spawned = std::move(*spawned);
    m_in.read.reset();
    m_out.write.reset();
    m_err.write.reset();
  }
  ~Program() {
    if (!m_status) {
      send_signal_by_pidfd(m_spawned.pidfd.get(), Signal{SIGKILL});
      wait_for_child(m_spawned.pid);
    }
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  Pid pid() const { return m_spawned.pid; }
  int out() const { return m_out.read.get(); }
  int err() const { return m_err.read.get(); }
  Fd& notifications() { return m_spawned.notifications; }
  int status() {
    if (!m_status) {
      REQUIRE(wait_readable(m_spawned.pidfd.get()));
      m_status = exit_status(m_spawned.pid, m_spawned.pidfd.get());
      reap_child(m_spawned.pid);
    }
    REQUIRE(m_status);
    return *m_status;
  }

 private:
  Pipe m_in, m_out, m_err;
  Spawned m_spawned;
  std::optional<int> m_status;
};

std::string field_of(const std::string& status, const std::string& name) {
  const std::size_t at = status.find(name + ":\t");
  if (at == std::string::npos) return "no " + name;
  const std::size_t begin = at + name.size() + 2;
  return status.substr(begin, status.find('\n', begin) - begin);
}

const std::vector<std::string> k_waits_for_input = {"/bin/sh", "-c", "echo ready; read line"};

}  // namespace

TEST_CASE("A server starts with default dispositions and nothing blocked, whatever we ignore") {
  struct Restore {
    Restore() {
      ::signal(SIGINT, SIG_IGN);
      ::signal(SIGHUP, SIG_IGN);
      ::signal(SIGPIPE, SIG_IGN);
      sigset_t set;
      ::sigemptyset(&set);
      ::sigaddset(&set, SIGTERM);
      ::sigaddset(&set, SIGUSR1);
      ::sigprocmask(SIG_BLOCK, &set, &m_mask);
    }
    ~Restore() {
      for (const int number : {SIGINT, SIGHUP, SIGPIPE}) ::signal(number, SIG_DFL);
      ::sigprocmask(SIG_SETMASK, &m_mask, nullptr);
    }
    sigset_t m_mask{};
  };
  std::string status;
  {
    const Restore changed;
    Program program({"/bin/cat", "/proc/self/status"});
    status = read_to_end(program.out());
  }
  CHECK(field_of(status, "SigIgn") == "0000000000000000");
  CHECK(field_of(status, "SigBlk") == "0000000000000000");
}

TEST_CASE("A server finds those signals ignored that it shall find so") {
  SpawnRequest request;
  request.ignored = {Signal{SIGINT}, Signal{SIGHUP}};
  Program program({"/bin/cat", "/proc/self/status"}, std::move(request));
  CHECK(field_of(read_to_end(program.out()), "SigIgn") == "0000000000000003");
}

TEST_CASE("A first process is 1 in a /proc of its own, and another here") {
  for (const Isolation isolation : k_isolated) {
    const auto status = in_cell(isolation, [] {
      SpawnRequest request;
      request.first_process = true;
      // /proc/self is 1 only if that /proc is of the same pid namespace.
      Program program({"/bin/sh", "-c", "read pid rest < /proc/self/stat; echo $$ $pid; read line"},
                      std::move(request));
      const bool first = read_line(program.out()) == "1 1";
      return first && program.pid() != 1 && innermost_pid(program.pid()) == 1 && innermost_pid(own_pid()) == 1
                 ? 0
                 : 1;
    });
    if (status) CHECK(*status == 0);
  }
}

TEST_CASE("Orphans in a first process's namespace are its children, and end when they are let go") {
  const auto status = in_cell(Isolation::namespaces, [] {
    SpawnRequest request;
    request.first_process = true;
    Program program({"/bin/sh", "-c", "read line"}, std::move(request));
    auto orphans = Orphans::leave(program.pid(), 3);
    if (!orphans || orphans->pids().size() != 3) return 1;
    std::vector<Fd> ends;
    for (const Pid pid : orphans->pids()) {
      const auto stat = read_stat(pid);
      if (!stat || stat->parent != program.pid()) return 2;
      ends.push_back(open_pidfd(pid));
      if (has_ended(ends.back().get())) return 3;
    }
    orphans->let_go();
    for (std::size_t i = 0; i < ends.size(); ++i) {
      if (!wait_readable(ends[i].get())) return 4;
      if (exit_status(orphans->pids()[i], ends[i].get()) != Orphans::k_code << 8) return 5;
    }
    return 0;
  });
  if (status) CHECK(*status == 0);
}

TEST_CASE("A server leads a session and a process group of its own") {
  Program program(k_waits_for_input);
  REQUIRE(read_line(program.out()) == "ready");
  const auto stat = read_stat(program.pid());
  REQUIRE(stat);
  CHECK(stat->session == program.pid());
  CHECK(stat->group == program.pid());
  CHECK(stat->parent == own_pid());
}

TEST_CASE("A helper stays in our session and process group, where Ctrl-C reaches it") {
  SpawnRequest request;
  request.helper = true;
  Program program(k_waits_for_input, std::move(request));
  REQUIRE(read_line(program.out()) == "ready");
  const auto stat = read_stat(program.pid());
  const auto own = read_stat(own_pid());
  REQUIRE(stat);
  REQUIRE(own);
  CHECK(stat->session == own->session);
  CHECK(stat->group == own->group);
}

TEST_CASE("A server has no descriptor but 0, 1 and 2") {
  const Fd leak(::open("/dev/null", O_RDONLY));  // without close-on-exec
  const Fd high(::fcntl(leak.get(), F_DUPFD, 500));
  Program program(k_waits_for_input);
  REQUIRE(read_line(program.out()) == "ready");
  std::set<std::string> open;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/" + std::to_string(program.pid()) + "/fd"))
    open.insert(entry.path().filename());
  CHECK(open == std::set<std::string>{"0", "1", "2"});
}

TEST_CASE("A server gets its arguments, environment and directory byte for byte") {
  SpawnRequest request;
  request.executable = "/bin/sh";
  request.environment = {"NAME=a b\n\xff", "EMPTY="};
  request.directory = "/usr";
  const std::vector<std::string> arguments = {"another name", "-c",      "echo ready; read line", "",
                                              "--",           "\xc3\x28"};
  Program program(arguments, request);
  REQUIRE(read_line(program.out()) == "ready");
  const auto described = describe_process(program.pid());
  REQUIRE(described);
  CHECK(described->arguments == arguments);
  CHECK(described->environment == request.environment);
  CHECK(described->directory == "/usr");
}

TEST_CASE("A missing program says so on its standard error and ends with 127") {
  Program program({"/nowhere/no-such-server"});
  CHECK(read_to_end(program.err()) ==
        "clusterspec: cannot execute /nowhere/no-such-server: No such file or directory\n");
  CHECK(program.status() == 127 << 8);
}

TEST_CASE("A crash leaves no core file") {
  Program program({"/bin/sh", "-c", "kill -SEGV $$"});
  CHECK(program.status() == SIGSEGV);  // without the flag 0x80: no core
}

TEST_CASE("A server on a terminal is interrupted by a typed Ctrl-C") {
  auto terminal = open_terminal();
  if (!terminal) {
    WARN("no terminal: " << terminal.error().message);
    return;
  }
  SpawnRequest request;
  request.input = terminal->slave.get();
  request.terminal = true;
  Program program({"/bin/cat"}, request);
  // What is typed comes back as cat's output: it runs, and the terminal is its input.
  for (const char byte : std::string("hello\n")) REQUIRE(type_byte(terminal->master, byte));
  REQUIRE(read_line(program.out()) == "hello");
  REQUIRE(type_byte(terminal->master, 0x03));
  CHECK(program.status() == SIGINT);
}

TEST_CASE("A typed Ctrl-C reaches every process of the foreground group") {
  auto terminal = open_terminal();
  if (!terminal) {
    WARN("no terminal: " << terminal.error().message);
    return;
  }
  SpawnRequest request;
  request.input = terminal->slave.get();
  request.terminal = true;
  Program program({"/bin/sh", "-c", "sleep 1000 & echo $!; wait"}, request);
  const Pid worker = std::stoi(read_line(program.out()));
  // A shell without job control starts `&` with SIGINT ignored: its group is what counts here.
  const auto stat = read_stat(worker);
  REQUIRE(stat);
  CHECK(stat->group == program.pid());
  const Fd pidfd = open_pidfd(worker);
  REQUIRE(type_byte(terminal->master, 0x03));
  CHECK(program.status() == SIGINT);
  // The kernel hangs up the foreground group when the leader of a session with a terminal ends.
  CHECK(wait_readable(pidfd.get()));
}

TEST_CASE("A watched server stands still in its execve until that is answered") {
  if (!notification_allowed()) {
    WARN("seccomp notification is not possible here");
    return;
  }
  SpawnRequest request;
  const NotificationFilter filter;
  request.watched = &filter;
  Program program({"/bin/echo", "hello"}, request);
  REQUIRE(program.notifications());
  auto opened = Notifications::open(std::move(program.notifications()));
  REQUIRE(opened);
  Notifications& notifications = *opened;
  REQUIRE(wait_readable(notifications.fd()));
  const auto first = notifications.receive();
  REQUIRE(first);
  CHECK(first->call == WatchedCall::execve);
  CHECK(first->thread == program.pid());
  CHECK(read_string(program.pid(), first->arguments[0]) == "/bin/echo");
  CHECK(read_string_list(program.pid(), first->arguments[1]) ==
        std::vector<std::string>{"/bin/echo", "hello"});
  notifications.let_happen(first->id);
  CHECK(read_line(program.out()) == "hello");
  REQUIRE(wait_readable(notifications.fd()));
  const auto last = notifications.receive();
  REQUIRE(last);
  CHECK(last->call == WatchedCall::exit_group);
  notifications.let_happen(last->id);
  CHECK(program.status() == 0);
}

TEST_CASE("A program is found by path, beside us, and in PATH, in this order") {
  CHECK(find_program("/bin/sh", "/nowhere") == "/bin/sh");
  CHECK(find_program("sh", "/bin") == "/bin/sh");
  CHECK(find_program("/nowhere/sh", "/bin").empty());
  CHECK(find_program("no-such-program-at-all", "/bin").empty());
  CHECK(find_program("/bin", "/bin").empty());  // a directory is no program
  const std::string in_path = find_program("sh", "/nowhere");
  CHECK(in_path.ends_with("/sh"));
}

// The thread sanitizer has a thread of its own in each process.
#ifdef __SANITIZE_THREAD__
constexpr int k_most_threads = 2;
#else
constexpr int k_most_threads = 1;
#endif

TEST_CASE("Descendants that fork without end are stopped, counted, and ended") {
  Child parent([] {
    // In a child of ours, so that only its processes are meant. Bounded: a test that fails leaves no runaway.
    adopt_orphans();
    const pid_t first = ::fork();
    if (first == 0) {
      ::setsid();
      const std::int64_t until = now_ns() + 5'000'000'000;
      for (int forks = 0; forks < 8 && now_ns() < until; ++forks) (void)::fork();
      for (;;) ::pause();
    }
    const Census census;
    while (census.count(1000).processes < 50) {
    }
    const auto all = freeze_descendants();
    const Population counted = census.count(1000);
    const std::vector<ProcessSeen> frozen = descendants_of(own_pid());
    const bool ended = kill_descendants() && census.count(1000).processes == 0;
    if (!ended) return 1;
    if (all.size() < 50 || counted.processes != static_cast<int>(all.size())) return 2;
    if (counted.threads < counted.processes || counted.threads > k_most_threads * counted.processes) return 3;
    return std::any_of(frozen.begin(), frozen.end(), [](const ProcessSeen& one) { return one.state == 'S'; })
               ? 4
               : 0;
  });
  CHECK(parent.wait().value_or(-1) >> 8 == 0);  // its exit code
}
