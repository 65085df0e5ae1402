// Implementations x requirements: the results of several runs side by side, as a page, as JSON and as a
// Markdown table. Pure: results in, text out; whatever a server printed or sent reaches it only escaped.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/verdict.hpp"

namespace clusterspec {

struct MatrixColumn {
  RunResult run;
  std::string summary;  // of the implementation
  std::string absent;   // why nothing was run; empty: it was
};

struct ConformanceMatrix {
  std::string version, started, host, command;
  std::map<std::string, std::string> settings;  // of the kernel
  double seconds = 0;
  Catalogue catalogue;
  std::vector<MatrixColumn> columns;
};

// What became of one requirement in one implementation.
struct MatrixCell {
  RequirementVerdict verdict = RequirementVerdict::untested;
  bool known = false;  // every failure of it is stated as known
  std::string fact;    // what was measured, or why it was skipped
  std::string known_reason;
  const CaseResult* telling = nullptr;  // the case that the fact is from
  int passed = 0, failed = 0, skipped = 0, errors = 0;
};
MatrixCell cell_of(const MatrixColumn& column, const RequirementId& requirement);

// Requirements that some column has a case for, in the order of the catalogue.
std::vector<const Requirement*> rows_of(const ConformanceMatrix& matrix);

// The command that runs this case again.
std::string command_of(const CaseResult& result);

// Journals and capsules are linked as they are named in the results, from the folder of the page.
std::string matrix_page(const ConformanceMatrix& matrix);
std::string matrix_json(const ConformanceMatrix& matrix);
std::string matrix_markdown(const ConformanceMatrix& matrix);

}  // namespace clusterspec
