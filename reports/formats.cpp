// The one table of formats, and the writer of those that need the whole run.
#include "report.hpp"
#include "text.hpp"
#include "whole_run.hpp"

namespace clusterspec {
namespace {

class WholeRun : public ReportWriter {
 public:
  WholeRun(Sink sink, RenderRun render) : m_sink(std::move(sink)), m_render(render) {}

  void run_begun(const Plan& plan) override { m_catalogue = plan.catalogue; }
  void run_ended(const RunResult& run) override { m_sink(m_render(run, catalogue_of(m_catalogue, run))); }

 private:
  Sink m_sink;
  RenderRun m_render;
  Catalogue m_catalogue;
};

template <RenderRun render>
std::unique_ptr<ReportWriter> whole(Sink sink) {
  return make_whole_run(std::move(sink), render);
}

}  // namespace

std::unique_ptr<ReportWriter> make_whole_run(Sink sink, RenderRun render) {
  return std::make_unique<WholeRun>(std::move(sink), render);
}

const std::vector<Format>& formats() {
  static const std::vector<Format> table{
      {"junit", "JUnit XML as Jenkins, GitLab and most CI servers read it", whole<junit_text>},
      {"json", "everything, for programs (reports/schema/report.schema.json)", whole<json_text>},
      {"tap", "TAP 14, a line for each case as it ends", make_tap},
      {"markdown", "for people, e.g. a CI job's summary page", whole<markdown_text>},
      {"github", "annotations for a job on GitHub; without =FILE to standard output, after the console",
       make_github},
      {"html", "a page with a picture of each case, to look at in a browser", make_page},
  };
  return table;
}

}  // namespace clusterspec
