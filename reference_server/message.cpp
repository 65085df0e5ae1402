#include "reference_server/message.hpp"

#include <poll.h>
#include <unistd.h>

#include <string>

namespace reference_server {

void complain(std::string_view program, std::string_view text) {
  std::string line(program);
  line += ": ";
  line += text;
  line += '\n';
  // A reader that has stopped must not stop the server: what does not fit is dropped, as there is nobody to
  // tell. A pipe that is ready takes PIPE_BUF bytes.
  pollfd entry{STDERR_FILENO, POLLOUT, 0};
  if (poll(&entry, 1, 0) != 1) return;
  [[maybe_unused]] const auto written = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace reference_server
