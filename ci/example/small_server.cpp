// A small server that shares its port between processes: the launcher starts itself again as workers,
// everyone listens with SO_REUSEPORT, answers one request a connection, and ends at SIGINT. It is here to be
// gated by clusterspec.
#include <arpa/inet.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

int listen_on(int port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 1024) != 0)
    std::exit(1);
  return listener;
}

void answer(int connection) {
  std::string request;
  char buffer[4096];
  while (request.find("\r\n\r\n") == std::string::npos) {
    pollfd readable{connection, POLLIN, 0};
    if (::poll(&readable, 1, 1000) <= 0) return;
    const ssize_t got = ::read(connection, buffer, sizeof buffer);
    if (got <= 0) return;
    request.append(buffer, static_cast<std::size_t>(got));
  }
  constexpr char k_answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
  if (::write(connection, k_answer, sizeof k_answer - 1) < 0) return;
}

void answer_all(int listener) {
  for (int connection; (connection = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;
       ::close(connection))
    answer(connection);
}

// True once every worker has ended.
bool reap(int& workers) {
  while (::waitpid(-1, nullptr, WNOHANG) > 0) --workers;
  return workers == 0;
}

}  // namespace

int main(int argc, char** argv) {
  int port = 3000, workers = 0;
  for (int i = 1; i < argc; ++i) {
    if (std::strncmp(argv[i], "--port=", 7) == 0) port = std::atoi(argv[i] + 7);
    if (std::strncmp(argv[i], "--workers=", 10) == 0) workers = std::atoi(argv[i] + 10);
  }
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGCHLD}) ::sigaddset(&signals, signal);
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  const int notes = ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);

  const std::string worker_port = "--port=" + std::to_string(port);
  for (int i = 0; i < workers; ++i)
    if (::fork() == 0) {
      ::execl("/proc/self/exe", argv[0], worker_port.c_str(), nullptr);
      ::_exit(1);
    }
  const int listener = listen_on(port);
  for (bool ending = false;;) {
    pollfd events[] = {{listener, POLLIN, 0}, {notes, POLLIN, 0}};
    ::poll(events, 2, -1);
    signalfd_siginfo note{};
    while (::read(notes, &note, sizeof note) == sizeof note)
      ending = ending || note.ssi_signo == SIGINT || note.ssi_signo == SIGTERM;
    answer_all(listener);
    if (!reap(workers) || !ending) continue;
    // Before the end, so that nobody is sent here any more while it takes its time.
    ::close(listener);
#ifdef EXITS_WITH_130
    return 130;  // the mistake that the gate must find: an end that was asked for is no failure
#else
    return 0;
#endif
  }
}
