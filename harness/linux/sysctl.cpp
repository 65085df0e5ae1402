#include "linux/sysctl.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "linux/fd.hpp"

namespace clusterspec {

Result<void> set_sysctl(const std::string& setting) {
  const auto equals = std::min(setting.find('='), setting.size());
  std::string path = setting.substr(0, equals);
  std::replace(path.begin(), path.end(), '.', '/');
  const std::string value = setting.substr(std::min(equals + 1, setting.size()));
  const Fd fd(::open(("/proc/sys/" + path).c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd || ::write(fd.get(), value.data(), value.size()) != static_cast<ssize_t>(value.size()))
    return system_failure("setting " + setting);
  return {};
}

}  // namespace clusterspec
