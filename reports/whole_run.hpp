// A format that is written in one piece when the run is over: a pure function of the results.
#pragma once

#include <memory>

#include "report.hpp"

namespace clusterspec {

using RenderRun = std::string (*)(const RunResult& run, const Catalogue& catalogue);

std::unique_ptr<ReportWriter> make_whole_run(Sink sink, RenderRun render);

std::string junit_text(const RunResult& run, const Catalogue& catalogue);
std::string json_text(const RunResult& run, const Catalogue& catalogue);
std::string markdown_text(const RunResult& run, const Catalogue& catalogue);

// Annotations for a job on GitHub: written to the job's own output, see github.cpp.
std::unique_ptr<ReportWriter> make_github(Sink sink);

// The timeline page: what is drawn of a case is taken when it ends, while its journal is there.
std::unique_ptr<ReportWriter> make_page(Sink sink);

// TAP is a stream: each case is written when it ends.
std::unique_ptr<ReportWriter> make_tap(Sink sink);

}  // namespace clusterspec
