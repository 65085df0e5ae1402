#include "linux/heap.hpp"

#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include <string_view>

namespace clusterspec {
namespace {

constexpr const char* k_variable = "GLIBC_TUNABLES";
constexpr const char* k_without_cache = "glibc.malloc.tcache_count=0";

}  // namespace

void keep_heap_together(char** arguments) {
  const char* set = ::getenv(k_variable);
  if (!set && ::setenv(k_variable, k_without_cache, 1) == 0) {
    ::execv("/proc/self/exe", arguments);
    ::unsetenv(k_variable);  // it works without, only slower
  } else if (set && std::string_view(set) == k_without_cache) {
    ::unsetenv(k_variable);
  }
  ::mallopt(M_MXFAST, 0);
  ::mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

}  // namespace clusterspec
