// Processes, signals, executions.
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "hostile.hpp"

namespace hostile {
namespace {

constexpr int k_listeners = 4000, k_threads = 4000;

void execute_itself(const Server& server) { ::execv(server.arguments[0], server.arguments); }

// Nobody waits for anybody: the children and their parent go on alike.
void fork_on(const std::function<void()>& child) {
  while (may_go_on())
    if (counted_fork() == 0) child();
  stay();
}

void fork_and_execute(const Server& server) {
  fork_on([&] {
    execute_itself(server);
    ::_exit(1);
  });
}

// The same by way of /proc: whoever looks there too waits for each process that is on its way.
void fork_and_look(const Server& server) {
  fork_on([&] {
    ::execv("/proc/self/exe", server.arguments);
    ::_exit(1);
  });
}

void fork_and_exit(const Server&) {
  while (may_go_on()) {
    const int pid = counted_fork();
    if (pid == 0) ::_exit(0);
    if (pid > 0) ::waitpid(pid, nullptr, 0);
  }
  stay();
}

// The kernel refuses it in the end; until then who reads along has read one long string 200,000 times.
void execute_much(const Server&) {
  std::string text(100'000, 'x');
  std::vector<char*> arguments(200'000, text.data());
  arguments.push_back(nullptr);
  ::execv("/proc/self/exe", arguments.data());
  stay();
}

void start_threads(const Server&) {
  pthread_attr_t small;
  ::pthread_attr_init(&small);
  ::pthread_attr_setstacksize(&small, 65536);
  const auto body = [](void*) -> void* {
    stay();
    return nullptr;
  };
  pthread_t thread{};
  for (int i = 0; i < k_threads && may_go_on(); ++i)
    if (::pthread_create(&thread, &small, body, nullptr) != 0) break;
  stay();
}

// Its grandchild is of another session, hears no signal, and keeps the port open. It ends only after it has
// been reached once, so that nobody takes it for one that never was ready.
void escape(const Server& server) {
  const int listener = open_listener(server.port);
  if (counted_fork() == 0) {
    ::setsid();
    if (counted_fork() == 0) {
      ignore_signals();
      stay();
    }
    ::_exit(0);
  }
  ::wait(nullptr);
  ::accept(listener, nullptr, nullptr);
}

void be_deaf(const Server& server) {
  ignore_signals();
  serve(open_listener(server.port), [](int connection) {
    constexpr char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    (void)!::write(connection, answer, sizeof answer - 1);
    ::shutdown(connection, SHUT_WR);
    char byte = 0;
    while (::read(connection, &byte, 1) > 0) {
    }
  });
}

// In a pid namespace of its own process 1 is no stranger. Elsewhere this would end every program of the
// machine.
void kill_everybody(const Server&) {
  const char* outside = std::getenv("CLUSTERSPEC_HOSTILE_OUTSIDE");
  char inside[64] = {};
  if (!outside || ::readlink("/proc/self/ns/pid", inside, sizeof inside - 1) <= 0 ||
      std::string(outside) == inside)
    return;
  ::kill(-1, SIGKILL);
  ::kill(1, SIGKILL);
  stay();
}

void listen_without_end(const Server& server) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  for (int i = 0; i < k_listeners && may_go_on(); ++i)
    if (open_listener(i % 2 ? 0 : server.port) < 0) break;
  stay();
}

}  // namespace

const std::vector<Mode> k_process_modes{
    {"never-listens", [](const Server&) { stay(); }},
    {"exits-at-once", [](const Server&) {}},
    {"forks", [](const Server&) { fork_on([] {}); }},
    {"forks-into-sessions", [](const Server&) { fork_on([] { ::setsid(); }); }},
    {"forks-and-executes", fork_and_execute},
    {"forks-and-looks", fork_and_look},
    {"forks-and-exits", fork_and_exit},
    {"executes-itself",
     [](const Server& server) {
       if (may_go_on()) execute_itself(server);
     }},
    {"executes-much", execute_much},
    {"starts-threads", start_threads},
    {"escapes", escape},
    {"deaf", be_deaf},
    {"signals-without-end",
     [](const Server&) {
       while (may_go_on()) ::kill(0, SIGWINCH);
     }},
    {"stops-itself",
     [](const Server& server) {
       open_listener(server.port);
       ::raise(SIGSTOP);
       stay();
     }},
    {"kills-group", [](const Server&) { ::kill(0, SIGKILL); }},
    {"kills-parent",
     [](const Server&) {
       if (::getppid() != 1 || ::getpid() < 100) ::kill(::getppid(), SIGKILL);
       stay();
     }},
    {"kills-everybody", kill_everybody},
    {"closes-descriptors",
     [](const Server&) {
       ::syscall(SYS_close_range, 0U, ~0U, 0U);
       stay();
     }},
    {"traces-itself",
     [](const Server&) {
       ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
       ::raise(SIGUSR1);
       stay();
     }},
    {"listens-without-end", listen_without_end},
};

}  // namespace hostile
