// A JSON report of version 1 read back. Its texts are escaped already, so that they come out of every writer
// as they went in.
#pragma once

#include <string>
#include <string_view>

#include "model/error.hpp"
#include "model/verdict.hpp"

namespace clusterspec {

struct ReadReport {
  std::string file;
  RunResult run;        // cases without journals: evidence is what the report told of it
  Catalogue catalogue;  // of the requirements that it has
};

// An error names the file, and the member that is missing or of the wrong kind. Unknown members are ignored.
Result<ReadReport> read_report(std::string_view text, const std::string& file);

}  // namespace clusterspec
