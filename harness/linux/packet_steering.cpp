#include "linux/packet_steering.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>

#include "linux/fd.hpp"
#include "linux/stream.hpp"

namespace clusterspec {
namespace {

// Words of 32 bits, the highest first: "3", "f,ffffffff".
std::string all_processors() {
  long left = ::sysconf(_SC_NPROCESSORS_CONF);
  std::string mask;
  for (; left > 0; left -= 32) {
    const unsigned word = left >= 32 ? 0xffffffffU : (1U << left) - 1U;
    mask.insert(0, fmt::format("{:08x}{}", word, mask.empty() ? "" : ","));
  }
  return mask;
}

}  // namespace

bool steer_packets() {
  // The sysfs that is there shows the network it was mounted in, which may be the machine's.
  const Fd context(static_cast<int>(::syscall(SYS_fsopen, "sysfs", FSOPEN_CLOEXEC)));
  if (!context || ::syscall(SYS_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
    return false;
  const Fd sysfs(static_cast<int>(::syscall(SYS_fsmount, context.get(), FSMOUNT_CLOEXEC, 0)));
  const Fd processors(sysfs ? ::openat(sysfs.get(), "class/net/lo/queues/rx-0/rps_cpus", O_WRONLY | O_CLOEXEC)
                            : -1);
  return processors && write_all(processors.get(), all_processors());
}

}  // namespace clusterspec
