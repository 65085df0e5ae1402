#include "linux/cpu_time.hpp"

#include <sys/resource.h>

namespace clusterspec {
namespace {

Duration used_by(int who) {
  rusage used{};
  if (::getrusage(who, &used) != 0) return {};
  const auto of = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return of(used.ru_utime) + of(used.ru_stime);
}

}  // namespace

CpuTime cpu_time() { return {used_by(RUSAGE_SELF), used_by(RUSAGE_CHILDREN)}; }

}  // namespace clusterspec
