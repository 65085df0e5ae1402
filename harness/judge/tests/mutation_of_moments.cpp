// What must be noticed of `order` and `duration`, for every moment that can be named.
#include "mutation_table.hpp"

namespace clusterspec::tests {

namespace {

// A moment without a case here does not compile.
void add_row_of(Happening happening, std::vector<Row>& rows) {
  const auto row = [&](std::vector<std::string> names, std::vector<Must> must, std::vector<Read> read) {
    ExpectOrder expect;
    std::string title;
    for (const std::string& name : names) {
      expect.moments.push_back(moment(name));
      title += (title.empty() ? "" : ", then ") + name;
    }
    rows.push_back({.subject = "order",
                    .key = "order",
                    .title = title,
                    .expect = {expect},
                    .must = std::move(must),
                    .reads = who_is_who(std::move(read)),
                    .journal = crowded()});
  };
  const Read alive = reads(of<Exited>(k_workers), {}), signals = reads(every<Signalled>(), {"by", "target"}),
             opens = reads(every<Listening>(), {"pid", "socket", "port"}),
             asked_for = reads(every<Launched>(), {"listeners", "port"});
  switch (happening) {
    case Happening::launched:
      return row({"launched", "ready"}, {last(every<Launched>()), removed(every<Launched>())},
                 {opens, asked_for, alive});
    case Happening::ready:
      return row({"ready", "signalled"},
                 {removed(every<Listening>()), last(every<Listening>()), removed(every<Signalled>())},
                 {opens, asked_for, signals, alive});
    case Happening::signalled:
      return row({"signalled", "any worker exited"}, {removed(every<Signalled>()), last(every<Signalled>())},
                 {signals, reads(every<Exited>(), {})});
    case Happening::closed_listener:
      return row({"every worker closed its listener", "launcher closed its listener"},
                 {changed(at<ListenersSeen>("exiting 3"), "listeners")},
                 {opens, reads_only(every<Launched>(), {"port"}),
                  reads_only(every<ListenersSeen>(), {"listeners", "listeners.socket"}),
                  reads_only(every<ListenerClosed>(), {"socket"})});
    case Happening::exited:
      return row({"every worker exited", "launcher exited"},
                 {last(of<Exited>(k_workers)), removed(of<Exited>(k_workers)),
                  removed(of<Exited>({k_launcher})), first(of<Exiting>({k_launcher}))},
                 {reads(every<Exited>(), {"pid"}), reads(every<Exiting>(), {})});
    case Happening::concluded:
      return row({"every quick concluded", "signalled"},
                 {last(connections_of("quick")), removed(every<Signalled>())},
                 {reads(connections_of("quick"), {}), signals});
    case Happening::step:
      return row({"step interrupt", "signalled"},
                 {removed(some<StepBegun>("2", [](const auto& step) { return step.index == 2; })),
                  swapped(some<StepBegun>("2", [](const auto& step) { return step.index == 2; }))},
                 {reads(some<StepBegun>("2", [](const auto& step) { return step.index == 2; }), {"index"}),
                  signals});
  }
}

}  // namespace

std::vector<Row> rows_of_moments() {
  std::vector<Row> rows;
  for (const Happening happening :
       {Happening::launched, Happening::ready, Happening::signalled, Happening::closed_listener,
        Happening::exited, Happening::concluded, Happening::step})
    add_row_of(happening, rows);

  const auto row = [&](std::string key, std::string title, Moment from, Moment to, std::vector<Must> must,
                       std::vector<Read> read) {
    must.push_back(changed_however(every<CaseBegun>(), "time_scale", {"1000"}));
    read.push_back(reads_only(every<CaseBegun>(), {"time_scale"}));
    rows.push_back({.subject = "duration",
                    .key = std::move(key),
                    .title = std::move(title),
                    .expect = {ExpectDuration{std::chrono::seconds(1), std::move(from), std::move(to)}},
                    .must = std::move(must),
                    .reads = who_is_who(std::move(read)),
                    .journal = crowded()});
  };
  const Read signals = reads(every<Signalled>(), {"by", "target", "at"}),
             ends = reads(every<Exited>(), {"pid", "at"});
  row("duration", "between two moments", moment("signalled"), moment("every worker exited"),
      {changed(of<Exited>({k_second}), "at"), changed(every<Signalled>(), "at"),
       removed(of<Exited>(k_workers))},
      {signals, ends});
  row("from", "the earlier moment", moment("any worker exited"), moment("launcher exited"),
      {changed(of<Exited>({k_first}), "at"), removed(of<Exited>({k_launcher}))}, {ends});
  row("to", "the later moment", moment("signalled"), moment("launcher exited"),
      {changed(of<Exited>({k_launcher}), "at"), removed(of<Exited>({k_launcher})),
       removed(every<Signalled>())},
      {signals, ends});
  return rows;
}

}  // namespace clusterspec::tests
