#include "linux/prepare_to_fork.hpp"

#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "linux/stream.hpp"

namespace clusterspec {
namespace {

struct Variable {
  const char* name;
  const char* value;
  bool set() const { return ::getenv(name) != nullptr; }
  bool ours() const { return set() && std::string_view(::getenv(name)) == value; }
};
constexpr std::array k_variables = {Variable{"GLIBC_TUNABLES", "glibc.malloc.tcache_count=0"},
                                    Variable{"LD_BIND_NOW", "clusterspec"}};  // any value will do

}  // namespace

void prepare_to_fork(char** arguments) {
  if (std::none_of(k_variables.begin(), k_variables.end(), [](const Variable& v) { return v.set(); })) {
    for (const Variable& variable : k_variables) ::setenv(variable.name, variable.value, 1);
    ::execv(own_executable().c_str(), arguments);  // by its name, which ps(1) shows
    // It works without, only slower.
  }
  if (std::all_of(k_variables.begin(), k_variables.end(), [](const Variable& v) { return v.ours(); }))
    for (const Variable& variable : k_variables) ::unsetenv(variable.name);
  ::mallopt(M_MXFAST, 0);
  ::mallopt(M_TRIM_THRESHOLD, 64 << 20);
}

}  // namespace clusterspec
