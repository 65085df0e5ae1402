#include "reference_server/message.hpp"

#include <unistd.h>

#include <string>

namespace reference_server {

void complain(std::string_view program, std::string_view text) {
  std::string line(program);
  line += ": ";
  line += text;
  line += '\n';
  // Nobody can be told if this fails.
  [[maybe_unused]] const auto written = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace reference_server
