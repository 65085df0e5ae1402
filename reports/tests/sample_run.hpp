// A run made by hand that holds everything a report can meet, and helpers to write it.
#pragma once

#include <string>
#include <string_view>

#include "reports/report.hpp"

namespace clusterspec {

Catalogue sample_catalogue();

// A pass, a failure with findings and evidence and two more of the same kind, a failure made of nasty bytes,
// skips, a harness fault, and a pass with a finding of level may.
RunResult sample_run();

// The events of the run as the scheduler would tell them.
void tell(ReportWriter& writer, const RunResult& run);

// What a format of the table writes.
std::string written(std::string_view format, const RunResult& run);

// What the console writes; its clock goes on by 100 ms whenever it is read.
std::string shown(ConsoleStyle style, const RunResult& run);

// A file of the source tree.
std::string read_file(const std::string& path);

// Bytes as a hostile server would choose them: markup, terminal escapes, invalid UTF-8, a noncharacter,
// reordering.
std::string nasty();

}  // namespace clusterspec
