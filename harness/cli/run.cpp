#include "cli/commands.hpp"
#include "cli/gate_options.hpp"
#include "cli/gate_run.hpp"
#include "cli/results.hpp"
#include "cli/session.hpp"
#include "linux/stream.hpp"
#include "reports/timings.hpp"

namespace clusterspec {
namespace {

// What --timings asks for.
class Timings {
 public:
  static Result<Timings> open(const std::string& where) {
    Timings timings;
    timings.m_where = where;
    if (where.empty() || where == "-") return timings;
    auto file = create_file(where);
    if (!file) return tl::unexpected(file.error());
    timings.m_file = std::move(*file);
    return timings;
  }

  bool wanted() const { return !m_where.empty(); }

  void take(CaseTimings one) {
    if (!m_file)
      m_cases.push_back(std::move(one));
    else if (!write_all(m_file.get(), timings_line(one)) && m_error.empty())
      m_error = system_failure("writing " + m_where).value().message;
  }

  Result<void> tell(Writers& writers) const {
    if (!m_error.empty()) return failure(ErrorKind::system, m_error);
    if (wanted() && !m_file) writers.tell(timings_table(m_cases));
    return {};
  }

 private:
  std::string m_where, m_error;
  Fd m_file;
  std::vector<CaseTimings> m_cases;
};

}  // namespace

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
  auto timings = Timings::open(arguments.timings);
  if (!timings) return complain(timings.error());
  writers->run_begun(plan_of(*prepared, arguments, facts));
  Audience audience{[&](const Case& one) { writers->case_begun(one); }, [&] { writers->tick(); },
                    [&](const CaseResult& result) { writers->case_ended(result); }};
  if (timings->wanted()) audience.timed = [&](CaseTimings one) { timings->take(std::move(one)); };
  const Session session = run_cases(*prepared, arguments, std::move(facts), *gate, audience);
  if (const auto written = writers->run_ended(session.run); !written) return complain(written.error());
  if (const auto told = timings->tell(*writers); !told) return complain(told.error());
  return session.fault ? complain(*session.fault) : exit_code(session.run);
}

}  // namespace clusterspec
