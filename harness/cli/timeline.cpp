// timeline: the page of saved journals, without a server.
#include <algorithm>

#include "cli/report_commands.hpp"
#include "cli/results.hpp"
#include "cli/saved_journal.hpp"
#include "cli/sources.hpp"
#include "reports/whole_run.hpp"

namespace clusterspec {
namespace {

// Of the first journal: what the page says of the whole run.
void describe_run(RunResult& run, const Case& one, const Journal& journal) {
  run.version = CLUSTERSPEC_VERSION;
  run.implementation = one.implementation->name;
  if (journal.empty()) return;
  if (const auto* begun = std::get_if<CaseBegun>(&journal.front().what)) {
    run.host = begun->host;
    run.isolation = begun->isolation;
    run.observation = begun->observation;
    run.notes = begun->notes;
    run.time_scale = begun->time_scale;
  }
}

}  // namespace

int timeline_command(const TimelineArguments& arguments) {
  Plan plan;
  if (const auto directory = scenarios_directory(arguments.scenarios))
    if (const auto catalogue = load_catalogue_of(*directory)) plan.catalogue = *catalogue;
  std::string page;
  const auto writer = make_page([&](std::string_view piece) { page += piece; });
  plan.cases = static_cast<int>(arguments.journals.size());
  writer->run_begun(plan);
  RunResult run;
  for (const std::string& file : arguments.journals) {
    auto saved = judge_saved_journal(file);
    if (!saved) return complain(saved.error());
    CaseResult& result = saved->result;
    // Several journals may be of one case: each is a case of this page.
    result.repetition = arguments.journals.size() > 1 ? static_cast<int>(run.cases.size()) + 1 : 0;
    if (!result.journal.empty()) {
      const auto last = std::max_element(result.journal.begin(), result.journal.end(),
                                         [](const Event& a, const Event& b) { return a.at < b.at; });
      result.seconds = static_cast<double>(last->at) / 1e9;
    }
    if (run.cases.empty()) describe_run(run, saved->one, result.journal);
    writer->case_ended(result);
    run.cases.push_back(std::move(result));
  }
  run.requirements = summarise(plan.catalogue, run.cases);
  writer->run_ended(run);
  const std::string name = arguments.output.empty() ? arguments.journals.front() + ".html" : arguments.output;
  if (const auto written = write_file(name, page); !written) return complain(written.error());
  if (name != "-") print(name + "\n");
  return 0;
}

}  // namespace clusterspec
