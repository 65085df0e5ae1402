#include "cli/commands.hpp"
#include "cli/gate_options.hpp"
#include "cli/gate_run.hpp"
#include "cli/results.hpp"
#include "cli/session.hpp"

namespace clusterspec {

int run_command(const RunArguments& arguments) {
  auto prepared = prepare(arguments);
  if (!prepared) return complain(prepared.error());
  auto gate = GateRun::open(arguments.gate, prepared->library.catalogue);
  if (!gate) return complain(placed(gate.error(), arguments.said_at, "baseline"));
  RunResult facts = facts_of(*prepared, arguments);
  gate->check_baseline(every_case_id(*prepared), facts.notes);
  gate->begin(facts, prepared->cases);
  auto writers = Writers::open(arguments.reports, arguments.verbose);
  if (!writers) return complain(writers.error());
  writers->run_begun(plan_of(*prepared, arguments, facts));
  const Session session =
      run_cases(*prepared, arguments, std::move(facts), *gate,
                {[&](const Case& one) { writers->case_begun(one); }, [&] { writers->tick(); },
                 [&](const CaseResult& result) { writers->case_ended(result); }});
  if (const auto written = writers->run_ended(session.run); !written) return complain(written.error());
  return session.fault ? complain(*session.fault) : exit_code(session.run);
}

}  // namespace clusterspec
