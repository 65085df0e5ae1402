#include "reference_server/faulty/faults.hpp"

#include <algorithm>
#include <vector>

#include "reference_server/faulty/fault_tables.hpp"

namespace faulty_server {

std::span<const Fault> faults() {
  static const std::vector<Fault> s_faults = [] {
    const auto starting = starting_faults();
    const auto ending = ending_faults();
    std::vector<Fault> all(starting.begin(), starting.end());
    all.insert(all.end(), ending.begin(), ending.end());
    return all;
  }();
  return s_faults;
}

const Fault* find_fault(std::string_view name) {
  const auto all = faults();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Fault& fault) { return fault.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace faulty_server
