// Where the time of a case went: its journal has the times of what happened to the server, the rest is noted
// by the cell and by the scheduler.
#pragma once

#include <cstdint>

#include "linux/cpu_time.hpp"
#include "model/event.hpp"
#include "model/timings.hpp"

namespace clusterspec {

// Of one cell, in memory that it shares with the scheduler. Monotonic ns; 0: it did not come that far.
struct CellMarks {
  std::int64_t began = 0;     // its journal
  std::int64_t isolated = 0;  // its namespaces, kernel settings and link are there
  std::int64_t prepared = 0;  // its observers are
  std::int64_t drained = 0;   // all was looked at for the last time
  std::int64_t ended = 0;     // nothing of the server is left
  CpuTime cpu;
};

// Of the scheduler, monotonic ns.
struct CaseMarks {
  std::int64_t started = 0, noticed = 0, judged = 0, reported = 0;
};

CaseTimings timings_of(const Journal& journal, const CellMarks& cell, const CaseMarks& scheduler);
// `reported` is known only after the journal is gone.
void add_reporting(CaseTimings& timings, const CaseMarks& scheduler);

}  // namespace clusterspec
