// Where the time of one case went, by the monotonic clock.
#pragma once

#include <string>
#include <vector>

#include "model/units.hpp"

namespace clusterspec {

struct CaseTimings {
  // One follows the other without a gap, from the decision to start the case to the last report that was told
  // of its end. A step's name is "step N: TEXT", counted from 1, as journals tell it.
  struct Part {
    std::string name;
    Duration took{};
  };
  std::string case_id;
  int repetition = 0;  // as CaseResult has it
  std::vector<Part> parts;
  Duration server{};  // from the first launch to the last exit, whatever parts that is in
  // Processor time, of user and system: of the cell itself, and of all that the cell started and reaped.
  Duration cell_cpu{}, server_cpu{};

  Duration whole() const {
    Duration sum{};
    for (const Part& part : parts) sum += part.took;
    return sum;
  }
};

}  // namespace clusterspec
