// hostile_server MODE PORT WORKERS
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "hostile.hpp"

namespace hostile {
namespace {

constexpr std::int64_t k_seconds = 12;
constexpr int k_forks = 6000;

// Shared by all processes of one server, over forks and executions: its descriptor stands in the environment.
struct Net {
  std::atomic<std::int64_t> until;
  std::atomic<int> forks;
};
Net* g_net = nullptr;

std::int64_t now_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

bool spread_net() {
  constexpr const char* variable = "CLUSTERSPEC_HOSTILE_NET";
  const char* known = ::getenv(variable);
  int fd = known ? std::atoi(known) : -1;
  if (!known) {
    fd = ::memfd_create("hostile", 0);
    if (fd < 0 || ::ftruncate(fd, sizeof(Net)) != 0) return false;
    ::setenv(variable, std::to_string(fd).c_str(), 1);
  }
  void* memory = ::mmap(nullptr, sizeof(Net), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) return false;
  g_net = static_cast<Net*>(memory);
  if (!known) g_net->until = now_seconds() + k_seconds;
  return true;
}

}  // namespace

bool may_go_on() { return now_seconds() < g_net->until && g_net->forks < k_forks; }

int counted_fork() {
  if (g_net->forks.fetch_add(1) >= k_forks) return -1;
  return ::fork();
}

void stay() {
  while (now_seconds() < g_net->until) ::poll(nullptr, 0, 500);
}

void ignore_signals() {
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_IGN);
}

int open_listener(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  address.sin_port = ::htons(static_cast<std::uint16_t>(port));
  if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd, 64) != 0)
    return -1;
  return fd;
}

void serve(int listener, const std::function<void(int connection)>& answer) {
  ::signal(SIGPIPE, SIG_IGN);
  while (may_go_on()) {
    pollfd poll{listener, POLLIN, 0};
    if (::poll(&poll, 1, 500) != 1) continue;
    const int connection = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    answer(connection);
    ::close(connection);
  }
}

}  // namespace hostile

int main(int argc, char** argv) {
  using namespace hostile;
  if (argc < 2 || !spread_net()) return 2;
  const Server server{argc > 2 ? std::atoi(argv[2]) : 0, argv};
  for (const auto* modes : {&k_process_modes, &k_network_modes, &k_output_modes})
    for (const Mode& mode : *modes)
      if (mode.name == argv[1]) {
        mode.play(server);
        return 0;
      }
  std::fprintf(stderr, "hostile_server: there is no mode %s\n", argv[1]);
  return 2;
}
