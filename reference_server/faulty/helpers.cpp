#include "reference_server/faulty/helpers.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <iterator>
#include <vector>

#include "reference_server/faulty/altered_decisions.hpp"
#include "reference_server/faulty/altered_start.hpp"

namespace faulty_server {
namespace {

using namespace reference_server;

constexpr int k_not_executed = 127;
constexpr int k_end_within_ms = 5000;
constexpr int k_most_descriptors = 1024;

sockaddr_storage s_address{};
socklen_t s_address_size = 0;
bool s_last_gone = false;

bool listens(int fd) {
  int yes = 0;
  socklen_t size = sizeof yes;
  return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &size) == 0 && yes != 0;
}

bool runs_this_program(pid_t pid) {
  struct stat own {};
  struct stat other {};
  return stat("/proc/self/exe", &own) == 0 &&
         stat(("/proc/" + std::to_string(pid) + "/exe").c_str(), &other) == 0 && own.st_dev == other.st_dev &&
         own.st_ino == other.st_ino;
}

std::vector<pid_t> other_processes_of_this_program() {
  std::vector<pid_t> found;
  DIR* const directory = opendir("/proc");
  if (directory == nullptr) return found;
  while (const dirent* entry = readdir(directory)) {
    const auto pid = static_cast<pid_t>(std::atoi(entry->d_name));
    if (pid > 0 && pid != getpid() && runs_this_program(pid)) found.push_back(pid);
  }
  closedir(directory);
  return found;
}

void wait_for_end(pid_t pid) {
  const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (pidfd < 0) return;
  pollfd entry{pidfd, POLLIN, 0};
  poll(&entry, 1, k_end_within_ms);
  close(pidfd);
}

// If that is how a worker has ended, ends the others too; they have all ended when the first is told.
std::optional<WorkerEnd> take_the_others(std::span<const pid_t> living, int signal, bool (*if_ended)(int)) {
  static std::deque<WorkerEnd> s_more;
  if (!s_more.empty()) {
    const auto end = s_more.front();
    s_more.pop_front();
    return end;
  }
  const auto end = documented_policy().next_ended(living);
  if (!end || !if_ended(end->status)) return end;
  for (const pid_t pid : living) {
    int status = 0;
    if (pid == end->pid) continue;
    kill(pid, signal);
    if (waitpid(pid, &status, 0) == pid) s_more.push_back({pid, status});
  }
  return end;
}

}  // namespace

std::function<tl::expected<pid_t, std::error_code>(const Launch&)> start_marking_second() {
  return [](const Launch& launch) {
    static int s_started = 0;
    if (++s_started != 2) return documented_policy().start_worker(launch);
    return start_marked(launch);
  };
}

tl::expected<pid_t, std::error_code> start_marked(const Launch& launch) {
  return start_with([] { signal(SIGWINCH, SIG_IGN); })(launch);
}

bool is_marked() {
  struct sigaction now {};
  sigaction(SIGWINCH, nullptr, &now);
  return now.sa_handler == SIG_IGN;
}

bool is_pending(int signal) {
  sigset_t pending;
  return sigpending(&pending) == 0 && sigismember(&pending, signal) == 1;
}

void close_accepted_if(Policy& policy, bool (*is_refused)()) {
  policy.accept_fate = [is_refused](int) { return is_refused() ? AcceptFate::closed : AcceptFate::served; };
}

Part wait_behind_another(Role role) {
  // A launcher has started no worker yet: whoever runs this program belongs to another instance.
  const bool second = role != Role::worker && !other_processes_of_this_program().empty();
  return second ? Part::listens_only : Part::listens_and_accepts;
}

void end_other_instances() {
  const auto others = other_processes_of_this_program();
  for (const pid_t pid : others) kill(pid, SIGINT);
  for (const pid_t pid : others) wait_for_end(pid);
}

void favour_own_listener() {
  // socket(7), SO_ATTACH_REUSEPORT_CBPF: the program's result is the index of the listener.
  sock_filter program[] = {
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<__u32>(SKF_AD_OFF + SKF_AD_RANDOM)},
      {BPF_ALU | BPF_AND | BPF_K, 0, 0, 15},
      {BPF_JMP | BPF_JGE | BPF_K, 0, 1, 8},
      {BPF_RET | BPF_K, 0, 0, 0},
      {BPF_RET | BPF_A, 0, 0, 0},
  };
  const sock_fprog filter{std::size(program), program};
  for (int fd = STDERR_FILENO + 1; fd < k_most_descriptors; ++fd)
    if (listens(fd)) setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &filter, sizeof filter);
}

void start_helper(bool executed) {
  const pid_t pid = fork();
  if (pid == 0) {
    if (executed) {
      close(STDOUT_FILENO);
      execl("/proc/self/exe", "faulty_server", "--version", static_cast<char*>(nullptr));
    }
    _exit(0);
  }
  if (pid > 0) waitpid(pid, nullptr, 0);
}

tl::expected<std::string, std::error_code> copy_of_executable() {
  static const int s_copy = [] {
    const int copy = memfd_create("copy", MFD_CLOEXEC);
    const int own = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    while (sendfile(copy, own, nullptr, 1 << 30) > 0) {
    }
    close(own);
    return copy;
  }();
  return "/proc/self/fd/" + std::to_string(s_copy);
}

tl::expected<pid_t, std::error_code> start_through_env(const Launch& launch) {
  Launch through = launch;
  through.path = "/usr/bin/env";
  through.arguments.insert(through.arguments.begin(), "env");
  return documented_policy().start_worker(through);
}

void open_pipe_as_input() {
  int ends[2];
  if (pipe(ends) != 0 || dup2(ends[0], STDIN_FILENO) < 0) _exit(k_not_executed);
  close(ends[0]);
  close(ends[1]);
}

void drop_error_output() {
  const int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
  dup2(fd, STDERR_FILENO);
  close(fd);
}

std::string announce_on_error_output(pid_t pid) {
  const auto line = documented_policy().started_line(pid) + "\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, line.data(), line.size());
  return {};
}

tl::expected<int, std::string> largest_count(std::span<const std::string_view> given) {
  auto largest = last_count(given);
  for (std::size_t i = 0; largest && i < given.size(); ++i) {
    const auto one = last_count(given.subspan(i, 1));
    if (!one) return one;
    largest = std::max(*largest, *one);
  }
  return largest;
}

std::optional<WorkerEnd> reap_one_behind(std::span<const pid_t> living) {
  static pid_t s_behind = 0;
  const auto end = look_without_reaping(living);
  if (!end) return end;
  if (s_behind > 0) waitpid(s_behind, nullptr, 0);
  s_behind = end->pid;
  return end;
}

std::optional<WorkerEnd> kill_the_others(std::span<const pid_t> living) {
  return take_the_others(living, SIGKILL, [](int status) { return WIFSIGNALED(status); });
}

std::optional<WorkerEnd> end_the_others(std::span<const pid_t> living) {
  return take_the_others(living, SIGINT, [](int status) { return status == 0; });
}

std::optional<WorkerEnd> miss_while_announcing(std::span<const pid_t> living) {
  static bool announced_failure = false;
  if (std::exchange(announced_failure, false)) {
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    return std::nullopt;
  }
  const auto end = documented_policy().next_ended(living);
  announced_failure = end && end->status != 0;
  return end;
}

std::optional<WorkerEnd> notice_last(std::span<const pid_t> living) {
  const auto end = documented_policy().next_ended(living);
  s_last_gone = end && living.size() == 1;
  return end;
}

bool is_last_gone() { return s_last_gone; }

void note_listening_address() {
  for (int fd = STDERR_FILENO + 1; fd < k_most_descriptors; ++fd) {
    if (!listens(fd)) continue;
    s_address_size = sizeof s_address;
    getsockname(fd, reinterpret_cast<sockaddr*>(&s_address), &s_address_size);
  }
}

void listen_once_more(bool answering) {
  constexpr std::string_view k_answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
  constexpr int k_some = 20, k_wait_ms = 60, k_unattended_ms = 4000;
  const int on = 1;
  const int fd = socket(s_address.ss_family, SOCK_STREAM, 0);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&s_address), s_address_size) != 0 || listen(fd, 64) != 0)
    return;
  pollfd waiting{fd, POLLIN, 0};
  for (int clients = 0; clients < k_some && poll(&waiting, 1, k_wait_ms) == 1; ++clients) {
    if (!answering) {
      poll(nullptr, 0, k_unattended_ms);
      break;
    }
    const int client = accept(fd, nullptr, nullptr);
    char request[1024];
    // Read before the end: unread bytes would turn the close into a reset.
    [[maybe_unused]] const auto got = read(client, request, sizeof request);
    [[maybe_unused]] const auto put = write(client, k_answer.data(), k_answer.size());
    close(client);
  }
  close(fd);
}

void leave_exclusive_listener() {
  int ready[2];
  std::signal(SIGHUP, SIG_IGN);  // of a terminal that goes away with the launcher
  if (s_address_size == 0 || pipe(ready) != 0 || fork() != 0) {
    // Not before the other one holds the port: then nobody can see it free.
    char nothing = 0;
    close(ready[1]);
    [[maybe_unused]] const auto end = read(ready[0], &nothing, 1);
    return;
  }
  for (int fd = 0; fd < k_most_descriptors; ++fd) {
    if (fd != ready[1]) close(fd);
  }
  const int on = 1;
  const int fd = socket(s_address.ss_family, SOCK_STREAM, 0);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);  // of connections in TIME_WAIT
  if (bind(fd, reinterpret_cast<const sockaddr*>(&s_address), s_address_size) != 0 || listen(fd, 8) != 0)
    _exit(1);
  close(ready[1]);
  live_on();
}

}  // namespace faulty_server
