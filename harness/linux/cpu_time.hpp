// Processor time, of user and system together (getrusage(2)).
#pragma once

#include "model/units.hpp"

namespace clusterspec {

struct CpuTime {
  Duration own{};     // of this process
  Duration reaped{};  // of its children that were waited for, and of theirs
};
CpuTime cpu_time();

}  // namespace clusterspec
