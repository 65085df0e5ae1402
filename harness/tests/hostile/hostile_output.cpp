// What is printed, and what a process is called.
#include <sys/prctl.h>
#include <unistd.h>

#include <string>

#include "hostile.hpp"

namespace hostile {
namespace {

using namespace std::string_literals;

// Clears a terminal, sets its title, asks it to answer; breaks UTF-8, XML 1.0, JSON, YAML, Markdown; turns
// text around.
const std::string k_poison =
    "\x1b[2J\x1b]0;title\x07\x1b[6n \x9b"
    "31m \xc2\x9b \xff\xfe \xc0\xaf \xed\xa0\x80 \x00 \x01\x08\x0b\x0c\x1f\x7f \xef\xbf\xbe \xef\xbf\xbf "
    "\xe2\x80\xae "
    "]]> <!-- & \" ' ``` | \r --- ... \\ %s"s;

void write_all(int fd, const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t written = ::write(fd, text.data() + at, text.size() - at);
    if (written <= 0) return;
    at += static_cast<std::size_t>(written);
  }
}

void print(std::size_t bytes, const std::string& piece) {
  for (std::size_t sent = 0; sent < bytes && may_go_on(); sent += piece.size()) write_all(1, piece);
  stay();
}

void print_poison(const Server& server) {
  if (!server.arguments[4]) {
    // Once more with a command line that poisons too.
    std::string name = k_poison.substr(0, k_poison.find('\0'));
    char* arguments[] = {server.arguments[0], server.arguments[1], server.arguments[2],
                         server.arguments[3], name.data(),         nullptr};
    ::execv("/proc/self/exe", arguments);
  }
  ::prctl(PR_SET_NAME, "\x1b[31m\xff\x01]]>");
  write_all(1, k_poison + "\n" + k_poison);
  write_all(2, k_poison + "\n");
  if (counted_fork() == 0) stay();
  stay();
}

}  // namespace

const std::vector<Mode> k_output_modes{
    {"prints-a-gigabyte", [](const Server&) { print(1 << 30, std::string(65536, 'x')); }},
    {"prints-lines", [](const Server&) { print(64 << 20, std::string(99, '\xff') + "\n"); }},
    {"prints-poison", print_poison},
};

}  // namespace hostile
