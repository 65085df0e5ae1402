#include "linux/stream.hpp"

#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>

namespace clusterspec {

Piece receive_piece(int fd, char* data, std::size_t size) {
  iovec into{data, size};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(ucred))] = {};
  msghdr message{};
  message.msg_iov = &into;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  Piece piece;
  piece.size = ::recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (piece.size < 0) {
    piece.size = -errno;
    return piece;
  }
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_CREDENTIALS) continue;
    ucred credentials{};
    std::memcpy(&credentials, CMSG_DATA(header), sizeof credentials);
    piece.writer = credentials.pid;
  }
  return piece;
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

long read_some(int fd, char* data, std::size_t size) {
  const ssize_t got = ::read(fd, data, size);
  return got >= 0 ? got : -errno;
}

Result<Fd> create_file(const std::string& path) {
  std::error_code ignored;
  if (const auto parent = std::filesystem::path(path).parent_path(); !parent.empty())
    std::filesystem::create_directories(parent, ignored);
  Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd) return system_failure("writing " + path);
  return fd;
}

Result<void> write_file(const std::string& path, std::string_view text, int permissions) {
  const auto file = create_file(path);
  if (!file) return tl::unexpected(file.error());
  if (!write_all(file->get(), text) || ::fchmod(file->get(), static_cast<mode_t>(permissions)) != 0)
    return system_failure("writing " + path);
  return {};
}

Result<void> copy_program(const std::string& from, const std::string& to) {
  const std::string beside = to + ".new";
  std::error_code failed;
  std::filesystem::copy_file(from, beside, std::filesystem::copy_options::overwrite_existing, failed);
  if (!failed) std::filesystem::rename(beside, to, failed);
  if (failed)
    return failure(ErrorKind::harness, fmt::format("copying {} to {}: {}", from, to, failed.message()));
  return {};
}

Result<void> remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return system_failure("removing " + path);
  return {};
}

void fill_up(int socket) {
  std::array<char, 4096> filler;
  filler.fill('.');
  // What is too much at once may still fit in part.
  for (std::size_t size = filler.size(); size > 0; size /= 2)
    while (::send(socket, filler.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {
    }
}

Result<Fd> lock_file(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0644));
  if (!fd) return system_failure("opening " + path);
  while (::flock(fd.get(), LOCK_EX) != 0)
    if (errno != EINTR) return system_failure("locking " + path);
  return fd;
}

bool is_terminal(int fd) { return ::isatty(fd) == 1; }

int terminal_columns(int fd) {
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string own_executable() {
  char path[PATH_MAX];
  const ssize_t length = ::readlink("/proc/self/exe", path, sizeof path);
  return length < 0 ? std::string() : std::string(path, static_cast<std::size_t>(length));
}

std::string find_program(const std::string& name, const std::string& beside) {
  namespace fs = std::filesystem;
  const auto runnable = [](const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
  };
  std::error_code ignored;
  if (name.find('/') != std::string::npos)
    return runnable(name) ? fs::absolute(name, ignored).string() : std::string();
  if (const fs::path path = fs::path(beside) / name; !beside.empty() && runnable(path)) return path.string();
  const char* variable = ::getenv("PATH");
  std::string_view list = variable ? variable : "/usr/local/bin:/usr/bin:/bin";
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(':'), list.size());
    if (const fs::path path = fs::path(list.substr(0, end)) / name; end > 0 && runnable(path))
      return path.string();
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return {};
}

std::string host_description() {
  utsname name{};
  ::uname(&name);
  return fmt::format("{} {} {}, {} processors", name.sysname, name.release, name.machine, processor_count());
}

int processor_count() { return static_cast<int>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN))); }

bool is_root() { return ::geteuid() == 0; }

}  // namespace clusterspec
