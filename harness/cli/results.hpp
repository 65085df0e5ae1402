// What a run leaves in files: reports, journals and capsules.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "linux/fd.hpp"
#include "reports/report.hpp"

namespace clusterspec {

// Journals of failed cases are kept in memory for the reports, up to so many bytes of text: hundreds of cases
// against a server that floods each of them must not add up. The files of all are there.
inline constexpr std::size_t k_most_evidence = 64 << 20;

// "FORMAT=FILE"; a format that belongs into the job's own output stands alone.
struct ReportTarget {
  const Format* format = nullptr;
  std::string file;  // empty: standard output, between what the console says; "-": standard output, alone
};
Result<ReportTarget> parse_report(const std::string& text);

// The console and every --report, told of everything together. A file is there, and empty, from the
// beginning. A report that goes to standard output has it for itself: the console then goes to standard
// error.
class Writers {
 public:
  static Result<Writers> open(const std::vector<std::string>& reports, bool verbose);

  void run_begun(const Plan& plan);
  void case_begun(const Case& one);
  void tick();
  void case_ended(const CaseResult& result);
  Result<void> run_ended(const RunResult& run);
  // Beside the reports, where the console writes.
  void tell(std::string_view text);

 private:
  // Where a writer's text goes. After the first error nothing more is written.
  struct Output {
    std::string name;  // for the error; empty: one is no reason to stop, as when somebody looks at `| head`
    Fd opened;
    int fd = 1;
    std::optional<Error> error;
    void write(std::string_view text);
  };
  struct Report {
    std::unique_ptr<Output> output;
    std::unique_ptr<ReportWriter> writer;
  };
  static Result<Report> report_to(const ReportTarget& target);
  static Report console_on(int fd, bool verbose);

  std::vector<Report> m_reports;
  std::size_t m_console = 0;  // which of them
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
