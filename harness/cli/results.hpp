// What a run leaves in files: reports, journals and capsules.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "linux/fd.hpp"
#include "reports/report.hpp"

namespace clusterspec {

// The console and every --report, told of everything together. A file is written when the run is over: whole,
// or not at all.
class Writers {
 public:
  static Result<Writers> open(const std::vector<std::string>& reports, bool verbose);

  void run_begun(const Plan& plan);
  void case_begun(const Case& one);
  void tick();
  void case_ended(const CaseResult& result);
  Result<void> run_ended(const RunResult& run);

 private:
  struct Report {
    std::string file;
    std::unique_ptr<std::string> text;  // where the writer's sink appends
    std::unique_ptr<ReportWriter> writer;
  };
  std::vector<Report> m_reports;
};

// "-" is standard output.
Result<void> write_file(const std::string& path, std::string_view text);

class ResultsDirectory {
 public:
  explicit ResultsDirectory(std::string directory) : m_directory(std::move(directory)) {}
  // The file's name; empty if it could not be written.
  std::string keep_journal(const CaseResult& result, const std::string& journal) const;
  // One for each case, whatever its repetition.
  std::string keep_capsule(const CaseResult& result, const std::string& capsule) const;

 private:
  std::string keep(const std::string& file, const std::string& content) const;

  std::string m_directory;
};

// Cases end in any order; results stand in the order of the plan, repetition by repetition, or `together`:
// those of one case side by side.
void in_order_of_plan(std::vector<CaseResult>& results, const std::vector<Case>& cases, bool together);

}  // namespace clusterspec
