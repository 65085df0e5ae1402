// What must be noticed of `connections`, `served-by` and `spread`.
#include "mutation_table.hpp"

namespace clusterspec::tests {

namespace {

template <class Change>
ExpectConnections connections(Change&& change) {
  ExpectConnections expect;
  expect.group = "quick";
  change(expect);
  return expect;
}

// The last three came when nobody listened any more.
JournalBuilder with_refused() {
  JournalBuilder builder = crowded();
  for (int i = 3; i < 6; ++i) {
    auto& one = builder.where<Concluded>([&](const Concluded& c) { return c.connection == i; });
    one.outcome = Outcome::refused;
    one.pid = 0;
    one.listener = 0;
    one.status = 0;
  }
  return builder;
}

JournalBuilder with_announced_closes() {
  JournalBuilder builder = crowded();
  for (int i = 0; i < 6; ++i) {
    auto& one = builder.where<Concluded>([&](const Concluded& c) { return c.connection == i; });
    one.answers = 2;
    one.close_announced = true;
  }
  return builder;
}

JournalBuilder without_holders(JournalBuilder builder) {
  for (int i = 0;; ++i) {
    Concluded& one = builder.get<Concluded>(i);
    if (one.group != "quick") return builder;
    one.pid = 0;
  }
}

JournalBuilder served_by_workers() {
  JournalBuilder builder = crowded();
  return builder.remove<Concluded>(
      [](const Concluded& one) { return one.group == "quick" && one.pid == k_launcher; });
}

void add_rows_of_outcomes(std::vector<Row>& rows) {
  const auto row = [&](std::string key, std::string title, ExpectConnections expect, std::vector<Must> must,
                       std::vector<Read> read, JournalBuilder journal = crowded()) -> Row& {
    return rows.emplace_back(Row{.subject = "connections",
                                 .key = std::move(key),
                                 .title = std::move(title),
                                 .expect = {std::move(expect)},
                                 .must = std::move(must),
                                 .reads = std::move(read),
                                 .journal = std::move(journal)});
  };
  const auto quick = connections_of("quick");
  row("connections", "of that group and of no other",
      connections([](auto& e) { e.count = 6, e.outcome = {Outcome::answered}; }),
      {removed(quick), doubled(quick), changed_however(quick, "group"), changed_however(quick, "outcome")},
      {reads(quick, {"group", "outcome"})});
  row("outcome", "one of these", connections([](auto& e) {
        e.outcome = {Outcome::answered, Outcome::closed_idle};
      }),
      {changed_however(quick, "outcome", {"closed-idle"})}, {reads_only(quick, {"outcome"})});
  row("never", "none of these", connections([](auto& e) {
        e.never = {Outcome::hung, Outcome::reset_queued};
      }),
      {changed(quick, "outcome")}, {reads_only(quick, {"outcome"})});
  row("count", "how many", connections([](auto& e) { e.count = 6; }),
      {removed(quick), doubled(quick), changed_however(quick, "group")}, {reads(quick, {"group"})});
  row("by", "who held them", connections([](auto& e) { e.by = target("workers"); }), {changed(quick, "pid")},
      who_is_who({reads(quick, {"pid"})}), served_by_workers());
  row("by", "who opened the listener that they were in, where no more is known",
      connections([](auto& e) { e.by = target("workers"); }),
      {changed(quick, "listener", Verdict::error),
       removed(of<Listening>({k_first, k_second}), Verdict::error)},
      who_is_who({reads(quick, {"pid", "listener"}), reads(every<Listening>(), {"pid", "socket"})}),
      without_holders(served_by_workers()));
  row("before", "only those begun before it",
      connections([](auto& e) { e.count = 6, e.before = moment("signalled"); }),
      {changed(every<Signalled>(), "at"), removed(every<Signalled>()), changed(quick, "begun")},
      who_is_who({reads(every<Signalled>(), {"by", "target", "at"}), reads(quick, {"group", "begun"})}));
  row("in-order", "as they were begun", connections([](auto& e) {
        e.in_order = {Outcome::answered, Outcome::refused};
      }),
      {changed(some<Concluded>("of quick, answered",
                               [](const auto& c) { return c.group == "quick" && c.connection < 3; }),
               "begun"),
       changed(some<Concluded>("of quick, refused but the first",
                               [](const auto& c) { return c.group == "quick" && c.connection > 3; }),
               "outcome")},
      {reads_only(quick, {"begun", "outcome"})}, with_refused());
  row("announced", "in the last answer", connections([](auto& e) { e.announced = true; }),
      {changed_however(quick, "close_announced")}, {reads_only(quick, {"close_announced"})},
      with_announced_closes());
}

}  // namespace

std::vector<Row> rows_of_connections() {
  std::vector<Row> rows;
  add_rows_of_outcomes(rows);
  const auto quick = connections_of("quick");
  const auto row = [&](std::string subject, std::string key, std::string title, ExpectationSubject expect,
                       std::vector<Must> must, std::vector<Read> read, JournalBuilder journal = crowded()) {
    rows.push_back({.subject = std::move(subject),
                    .key = std::move(key),
                    .title = std::move(title),
                    .expect = {std::move(expect)},
                    .must = std::move(must),
                    .reads = who_is_who(std::move(read)),
                    .journal = std::move(journal)});
  };
  row("served-by", "served-by", "of that group and of no other",
      ExpectServedBy{"quick", target("all"), 2, true},
      {removed(quick), changed_however(quick, "group"),
       changed_however(quick, "outcome", {"closed-idle", "abandoned"}),
       changed_however(quick, "pid", {"-> 0"})},
      {reads(quick, {"group", "outcome", "pid"})});
  row("served-by", "processes", "each of these", ExpectServedBy{"quick", target("workers"), 1, true},
      {changed(quick, "pid")}, {reads(quick, {"pid"})}, served_by_workers());
  row("served-by", "processes", "by whose listener it was in, where no more is known",
      ExpectServedBy{"quick", target("workers"), 2, true},
      {changed(quick, "listener", Verdict::error),
       removed(of<Listening>({k_first, k_second}), Verdict::error)},
      {reads(quick, {"group", "outcome", "pid", "listener"}), reads(every<Listening>(), {"pid", "socket"})},
      without_holders(served_by_workers()));
  row("served-by", "at-least", "so many by each", ExpectServedBy{"quick", target("launcher"), 2, false},
      {removed(some<Concluded>("of quick at the launcher",
                               [](const auto& c) { return c.group == "quick" && c.pid == k_launcher; }))},
      {reads(quick, {"group", "outcome", "pid"})});
  row("served-by", "nobody-else", "answered any", ExpectServedBy{"quick", target("workers"), 0, true},
      {changed(quick, "pid")}, {reads(quick, {"pid"})}, served_by_workers());

  row("spread", "spread", "of that group and of no other", ExpectSpread{"quick", target("all"), 0.7, 5},
      {changed(quick, "pid")}, {reads_only(quick, {"pid"})});
  row("spread", "over", "these processes", ExpectSpread{"quick", target("workers"), 0.7, 4},
      {changed(quick, "pid", Verdict::error), removed(quick, Verdict::error)},
      {reads(quick, {"pid", "group"})}, served_by_workers());
  row("spread", "p", "too uneven to be chance", ExpectSpread{"quick", target("all"), 0.7, 6},
      {changed(quick, "pid")}, {reads(quick, {"pid", "group"})});
  row("spread", "at-least", "connections for a verdict", ExpectSpread{"quick", target("all"), 1e-9, 6},
      {removed(quick, Verdict::error), changed(quick, "group", Verdict::error)},
      {reads(quick, {"pid", "group"})});
  rows.back().damages = {{"a process that got none", [](JournalBuilder& builder) {
                            for (int i = 0; i < 8; ++i)
                              if (builder.get<Concluded>(i).pid == k_second)
                                builder.get<Concluded>(i).pid = i < 4 ? k_first : k_launcher;
                          }}};
  return rows;
}

}  // namespace clusterspec::tests
