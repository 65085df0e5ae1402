// reports/: results to text. A writer is told what happens and renders it; it decides nothing. Whatever a
// server printed or sent reaches the output only escaped for its format.
//
// To add a format: one .cpp, one line in formats.cpp (README.md).
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/case.hpp"
#include "model/verdict.hpp"

namespace clusterspec {

// Where a report goes. Called with pieces in order.
using Sink = std::function<void(std::string_view)>;

struct Plan {
  int cases = 0;    // with repetitions
  int skipped = 0;  // known before running
  std::string implementation, isolation, observation;
  std::vector<std::string> notes;
  Catalogue catalogue;  // for the text of the requirements
  // The command that runs one case again, before and behind the case's id; empty: nobody knows.
  std::string rerun, rerun_end;
};

// Paired events in this order: run_begun, (case_begun …, case_ended …)*, run_ended. Cases may overlap. A case
// that is skipped without running has no case_begun. `tick` may come at any time between, about once a
// second, so that a live display can show that time passes.
class ReportWriter {
 public:
  virtual ~ReportWriter() = default;
  virtual void run_begun(const Plan&) {}
  virtual void case_begun(const Case&) {}
  virtual void case_ended(const CaseResult&) {}
  virtual void tick() {}
  virtual void run_ended(const RunResult& run) = 0;
};

struct ConsoleStyle {
  bool terminal = false;  // live progress, redrawn
  bool colour = false;
  int columns = 80;
  bool verbose = false;  // one line for each case
  std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
};
std::unique_ptr<ReportWriter> make_console(Sink sink, const ConsoleStyle& style);

// The formats of --report NAME=FILE.
struct Format {
  std::string_view name;
  std::string_view summary;
  std::unique_ptr<ReportWriter> (*make)(Sink sink);
};
const std::vector<Format>& formats();

// What a failure looks like to someone who does not know the case: requirement, expected, actual, evidence,
// hint, and the last events. Plain text, escaped, several lines. Used by the console and `clusterspec judge`.
std::string explain(const CaseResult& result, const Catalogue& catalogue);

}  // namespace clusterspec
