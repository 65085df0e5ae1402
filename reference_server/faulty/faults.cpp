#include "reference_server/faulty/faults.hpp"

#include <algorithm>
#include <vector>

#include "reference_server/faulty/fault_tables.hpp"

namespace faulty_server {

std::span<const Fault> faults() {
  static const std::vector<Fault> s_faults = [] {
    std::vector<Fault> all;
    for (const auto part : {starting_faults(), tracking_faults(), ending_faults(), production_faults(),
                            production_ending_faults(), surroundings_faults(), deployment_faults()})
      all.insert(all.end(), part.begin(), part.end());
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
