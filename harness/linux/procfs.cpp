#include "linux/procfs.hpp"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>

#include "linux/fd.hpp"

namespace clusterspec {
namespace {

// A process may make its command line and environment as long as its memory (PR_SET_MM, prctl(2)).
constexpr std::size_t k_most_text = 4 << 20;

std::string read_whole(const std::string& path) {
  std::string text;
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return text;
  char piece[4096];
  for (ssize_t got; text.size() < k_most_text && (got = ::read(fd.get(), piece, sizeof piece)) > 0;)
    text.append(piece, static_cast<std::size_t>(got));
  return text;
}

std::string link_target(const std::string& path) {
  char target[PATH_MAX];
  const ssize_t length = ::readlink(path.c_str(), target, sizeof target);
  return length < 0 ? std::string() : std::string(target, static_cast<std::size_t>(length));
}

std::vector<std::string> split_at_zero(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\0', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

template <class F>
void for_each_entry(const std::string& directory, F&& action) {
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(directory.c_str()), ::closedir);
  if (!dir) return;
  while (const dirent* entry = ::readdir(dir.get()))
    if (entry->d_name[0] != '.') action(entry->d_name);
}

template <class Number>
std::optional<Number> to_number(std::string_view text) {
  Number number{};
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (status != std::errc{}) return std::nullopt;
  return number;
}

template <class F>
void for_each_socket(Pid pid, F&& action) {
  const std::string directory = fmt::format("/proc/{}/fd", pid);
  for_each_entry(directory, [&](const char* name) {
    const std::string target = link_target(directory + "/" + name);
    constexpr std::string_view prefix = "socket:[";
    if (!target.starts_with(prefix)) return;
    const auto number = to_number<int>(name);
    if (const auto inode = to_number<std::uint64_t>(std::string_view(target).substr(prefix.size()));
        inode && number)
      action(*number, *inode);
  });
}

void add_children(Pid parent, std::vector<ProcessSeen>& found) {
  const std::string tasks = fmt::format("/proc/{}/task", parent);
  for_each_entry(tasks, [&](const char* thread) {
    const std::string children = read_whole(tasks + "/" + thread + "/children");
    for (std::size_t begin = 0; begin < children.size();) {
      const std::size_t end = std::min(children.find(' ', begin), children.size());
      if (const auto pid = to_number<Pid>(std::string_view(children).substr(begin, end - begin)))
        if (const auto stat = read_stat(*pid))
          found.push_back({*pid, stat->parent, stat->state, stat->command});
      begin = end + 1;
    }
  });
}

}  // namespace

std::optional<ProcessStat> read_stat(Pid pid) {
  const std::string text = read_whole(fmt::format("/proc/{}/stat", pid));
  // The command stands in parentheses and may itself hold any character: the last one closes it.
  const std::size_t open = text.find('('), close = text.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close + 2 >= text.size())
    return std::nullopt;
  ProcessStat stat;
  stat.command = text.substr(open + 1, close - open - 1);
  std::size_t field = 3;
  for (std::size_t begin = close + 2; begin < text.size(); ++field) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string_view value = std::string_view(text).substr(begin, end - begin);
    if (field == 3) stat.state = value.empty() ? '?' : value[0];
    if (field == 4) stat.parent = to_number<Pid>(value).value_or(0);
    if (field == 5) stat.group = to_number<Pid>(value).value_or(0);
    if (field == 6) stat.session = to_number<Pid>(value).value_or(0);
    if (field == 20) stat.threads = to_number<int>(value).value_or(0);
    if (field == 28) stat.image[0] = to_number<std::uint64_t>(value).value_or(0);
    if (field == 48) stat.image[1] = to_number<std::uint64_t>(value).value_or(0);
    // The kernel writes the end of the environment last.
    if (field == 51) stat.image[2] = to_number<std::uint64_t>(value).value_or(0);
    if (field == 52) stat.exit_status = to_number<int>(value).value_or(0);
    begin = end + 1;
  }
  if (stat.image[2] == 0) stat.image = {};
  return stat;
}

Pid process_of_thread(Pid thread) {
  const std::string status = read_whole(fmt::format("/proc/{}/status", thread));
  const std::size_t at = status.find("\nTgid:\t");
  if (at == std::string::npos) return thread;
  return to_number<Pid>(std::string_view(status).substr(at + 7)).value_or(thread);
}

namespace {

std::vector<std::string> arguments_of(Pid pid) {
  return split_at_zero(read_whole(fmt::format("/proc/{}/cmdline", pid)));
}

std::optional<Described> read_description(Pid pid) {
  const auto stat = read_stat(pid);
  if (!stat || stat->state == 'Z') return std::nullopt;
  const std::string base = fmt::format("/proc/{}/", pid);
  Described d;
  d.pid = pid;
  d.parent = stat->parent;
  d.group = stat->group;
  d.session = stat->session;
  d.executable = link_target(base + "exe");
  d.directory = link_target(base + "cwd");
  d.arguments = arguments_of(pid);
  d.environment = split_at_zero(read_whole(base + "environ"));
  for (const char* number : {"0", "1", "2"})
    if (std::string target = link_target(base + "fd/" + number); !target.empty())
      d.descriptors[number] = std::move(target);
  return d;
}

}  // namespace

Pid innermost_pid(Pid pid) {
  const std::string status = read_whole(fmt::format("/proc/{}/status", pid));
  const auto begin = status.find("\nNSpid:");
  if (begin == std::string::npos) return 0;
  const std::string line = status.substr(begin + 1, status.find('\n', begin + 1) - begin - 1);
  return to_number<Pid>(std::string_view(line).substr(line.find_last_of("\t ") + 1)).value_or(0);
}

std::optional<Described> describe_process(Pid pid) {
  // An execve in the middle would make one process out of two: then once more.
  constexpr int k_tries = 4;
  for (int tries = 1;; ++tries) {
    auto d = read_description(pid);
    if (!d || tries == k_tries) return d;
    if (link_target(fmt::format("/proc/{}/exe", pid)) == d->executable && arguments_of(pid) == d->arguments)
      return d;
  }
}

std::vector<ProcessSeen> children_of(Pid parent) {
  std::vector<ProcessSeen> found;
  add_children(parent, found);
  return found;
}

std::vector<ProcessSeen> descendants_of(Pid root) {
  std::vector<ProcessSeen> found;
  add_children(root, found);
  for (std::size_t i = 0; i < found.size(); ++i) add_children(found[i].pid, found);
  return found;
}

std::map<std::uint64_t, std::vector<SocketHolder>> sockets_by_inode(const std::vector<Pid>& candidates) {
  std::map<std::uint64_t, std::vector<SocketHolder>> all;
  for (const Pid pid : candidates)
    for_each_socket(pid, [&](int number, std::uint64_t inode) {
      auto& holders = all[inode];
      if (holders.empty() || holders.back().pid != pid) holders.push_back({pid, number});
    });
  return all;
}

std::vector<std::uint64_t> sockets_of(Pid pid) {
  std::vector<std::uint64_t> inodes;
  for_each_socket(pid, [&](int, std::uint64_t inode) { inodes.push_back(inode); });
  return inodes;
}

std::vector<int> descriptors_of_socket(Pid pid, std::uint64_t inode) {
  std::vector<int> numbers;
  for_each_socket(pid, [&](int number, std::uint64_t candidate) {
    if (candidate == inode) numbers.push_back(number);
  });
  return numbers;
}

std::vector<Pid> socket_holders(std::uint64_t inode, const std::vector<Pid>& candidates) {
  std::vector<Pid> holders;
  for (const Pid pid : candidates) {
    const auto inodes = sockets_of(pid);
    if (std::find(inodes.begin(), inodes.end(), inode) != inodes.end()) holders.push_back(pid);
  }
  return holders;
}

bool can_execute(Pid pid, const std::string& path) {
  constexpr std::string_view k_self = "/proc/self/";  // means the one who looks
  const std::string seen = path.starts_with(k_self)
                               ? fmt::format("/proc/{}/{}", pid, path.substr(k_self.size()))
                           : path.front() == '/' ? path
                                                 : fmt::format("/proc/{}/cwd/{}", pid, path);
  struct stat status {};
  // A directory is executable for access(2) and not for execve(2).
  return ::stat(seen.c_str(), &status) == 0 && S_ISREG(status.st_mode) && ::access(seen.c_str(), X_OK) == 0;
}

Pid process_of_pidfd(Pid holder, int descriptor) {
  const std::string text = read_whole(fmt::format("/proc/{}/fdinfo/{}", holder, descriptor));
  const std::size_t at = text.find("Pid:\t");
  return at == std::string::npos ? 0 : to_number<Pid>(std::string_view(text).substr(at + 5)).value_or(0);
}

bool is_same_file(Pid pid, int one, int other) {
  struct stat first {
  }, second{};
  return ::stat(fmt::format("/proc/{}/fd/{}", pid, one).c_str(), &first) == 0 &&
         ::stat(fmt::format("/proc/{}/fd/{}", pid, other).c_str(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

Pid own_pid() { return ::getpid(); }

Pid parent_pid() { return ::getppid(); }

std::map<std::string, std::string> kernel_settings() {
  std::map<std::string, std::string> settings;
  for (const char* name :
       {"kernel/pid_max", "kernel/sched_autogroup_enabled", "kernel/threads-max", "net/core/somaxconn",
        "net/ipv4/ip_local_port_range", "net/ipv4/tcp_abort_on_overflow", "net/ipv4/tcp_max_syn_backlog",
        "net/ipv4/tcp_migrate_req", "net/ipv4/tcp_syncookies", "vm/overcommit_memory"}) {
    std::string value = read_whole(std::string("/proc/sys/") + name);
    while (!value.empty() && value.back() == '\n') value.pop_back();
    if (!value.empty()) settings[name] = value;
  }
  return settings;
}

std::string current_directory() { return link_target("/proc/self/cwd"); }

}  // namespace clusterspec
