#include "drive/timings.hpp"

#include <fmt/format.h>

#include <set>

namespace clusterspec {
namespace {

// Cuts the time into parts, each up to a moment.
class Cutter {
 public:
  Cutter(CaseTimings& timings, std::int64_t from) : m_timings(timings), m_at(from) {}

  // A moment that never came, or that is over already as where a cell was killed, ends no part.
  void until(std::int64_t moment, std::string name) {
    if (moment <= m_at) return;
    m_timings.parts.push_back({std::move(name), Duration(moment - m_at)});
    m_at = moment;
  }

 private:
  CaseTimings& m_timings;
  std::int64_t m_at;
};

}  // namespace

CaseTimings timings_of(const Journal& journal, const CellMarks& cell, const CaseMarks& scheduler) {
  CaseTimings timings;
  timings.cell_cpu = cell.cpu.own;
  timings.server_cpu = cell.cpu.reaped;
  Cutter cut(timings, scheduler.started);
  cut.until(cell.began, "cell");
  cut.until(cell.isolated, "namespaces");
  cut.until(cell.prepared, "observers");
  std::int64_t launched = 0, last_exit = 0, last_step = 0;
  std::set<Pid> running;  // of those launched
  std::string under_way = "start";
  for (const Event& event : journal) {
    if (const auto* started = std::get_if<Launched>(&event.what)) {
      if (launched == 0) launched = event.at;
      running.insert(started->pid);
    }
    if (const auto* exited = std::get_if<Exited>(&event.what)) {
      last_exit = event.at;
      running.erase(exited->pid);
    }
    if (std::holds_alternative<StepEnded>(event.what)) last_step = event.at;
    if (const auto* begun = std::get_if<StepBegun>(&event.what)) {
      cut.until(cell.began + event.at, std::move(under_way));
      under_way = fmt::format("step {}: {}", begun->index + 1, begun->text);
    }
    // What the harness had to end lived until then.
    if (const auto* cleaned = std::get_if<CleanedUp>(&event.what))
      if (!cleaned->killed.empty() || !running.empty()) last_exit = event.at;
  }
  if (launched != 0 && last_exit > launched) timings.server = Duration(last_exit - launched);
  cut.until(cell.began + last_step, std::move(under_way));
  cut.until(cell.drained, "drain");
  cut.until(cell.ended, "clean-up");
  cut.until(scheduler.noticed, "end of the cell");
  cut.until(scheduler.judged, "judging");
  return timings;
}

void add_reporting(CaseTimings& timings, const CaseMarks& scheduler) {
  timings.parts.push_back({"reporting", Duration(scheduler.reported - scheduler.judged)});
}

}  // namespace clusterspec
