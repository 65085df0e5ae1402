// What must be noticed of `lines` and `message`.
#include "mutation_table.hpp"

namespace clusterspec::tests {

namespace {

template <class Change>
ExpectLines lines(LineKind kind, Change&& change) {
  ExpectLines expect;
  expect.line = kind;
  expect.of = target("workers");
  change(expect);
  return expect;
}

// The first worker ends with exit code 1, and its launcher says so.
JournalBuilder with_a_failure() {
  JournalBuilder builder = crowded();
  builder.end(k_first).status = 256;
  builder.line(" < worker 3 stopped").text = " ! worker process 3 failed with 256";
  return builder;
}

}  // namespace

std::vector<Row> rows_of_lines() {
  std::vector<Row> rows;
  const auto row = [&](std::string key, std::string title, ExpectLines expect, std::vector<Must> must,
                       std::vector<Read> read, JournalBuilder journal = crowded()) -> Row& {
    return rows.emplace_back(Row{.subject = "lines",
                                 .key = std::move(key),
                                 .title = std::move(title),
                                 .expect = {std::move(expect)},
                                 .must = std::move(must),
                                 .reads = std::move(read),
                                 .journal = std::move(journal)});
  };
  const auto started = lines_with("started"), stopped = lines_with("stopped"), failed = lines_with("failed"),
             terminating = lines_with("terminating");
  row("lines", "of that kind and of no other", lines(LineKind::terminating, [](auto& e) { e.count = 3; }),
      {removed(terminating), doubled(terminating), changed_however(terminating, "text")},
      {reads(terminating, {"text"})});
  row("count", "how many", lines(LineKind::stopped, [](auto& e) { e.count = 2; }),
      {removed(stopped), doubled(stopped), changed(stopped, "text")}, {reads(stopped, {"text"})});
  row("at-most", "no more than that", lines(LineKind::stopped, [](auto& e) { e.at_most = 2; }),
      {doubled(stopped)}, {reads(stopped, {})});
  row("once-about-each", "named once each, and nobody else",
      lines(LineKind::stopped, [](auto& e) { e.once_about_each = true; }),
      {removed(stopped), doubled(stopped), changed_however(stopped, "text")},
      who_is_who({reads(stopped, {"text"}), reads_only(every<Appeared>(), {"own_pid"})}))
      .damages = {{"a line about nobody", [](JournalBuilder& builder) {
                     builder.append_before_cleaning(Output{Stream::out, k_launcher, " < worker 9 stopped"});
                   }}};
  row("once-by-each", "written once by each, and by nobody else",
      lines(LineKind::terminating, [](auto& e) { e.once_by_each = true, e.of = target("all"); }),
      {removed(terminating), doubled(terminating), changed_however(terminating, "writer", {"-> 0"}),
       changed_however(terminating, "text")},
      who_is_who({reads(terminating, {"text", "writer"})}));
  row("of", "asked about one worker, lines about the other do not matter",
      lines(LineKind::stopped, [](auto& e) { e.once_about_each = true, e.of = target("worker 1"); }),
      {removed(lines_with("worker 3 stopped")), doubled(lines_with("worker 3 stopped")),
       changed_however(lines_with("worker 3 stopped"), "text")},
      who_is_who({reads(lines_with("worker 3 stopped"), {"text"}), reads_only(stopped, {"text"}),
                  reads_only(every<Appeared>(), {"own_pid"})}));
  row("by", "who must have written them",
      lines(LineKind::stopped, [](auto& e) { e.by = target("launcher"); }),
      {changed_however(stopped, "writer", {"-> 0"}), changed(stopped, "writer", Verdict::error)},
      who_is_who({reads(stopped, {"writer"})}));
  row("real-status", "as wait gives it", lines(LineKind::failed, [](auto& e) { e.real_status = true; }),
      {changed_however(failed, "text"), removed(failed),
       changed_however(of<Exited>({k_first}), "status", {"another"}), removed(of<Exited>({k_first}))},
      {reads(failed, {"text"}), reads(of<Exited>({k_first}), {"pid", "status"}),
       reads_only(every<Exited>(), {"pid"}), reads_only(every<Appeared>(), {"own_pid"})},
      with_a_failure());
  row("whole", "not mixed", lines(LineKind::stopped, [](auto& e) { e.whole = true; }),
      {changed_however(stopped, "whole")},
      // What looks like no declared line may be a piece of any.
      {reads_only(stopped, {"whole"}), reads_only(lines_with("listening"), {"whole"})});
  row("after-started", "of the same pid", lines(LineKind::stopped, [](auto& e) { e.after_started = true; }),
      {first(stopped), last(started), removed(started), changed_however(started, "text"),
       changed(stopped, "text")},
      {reads(stopped, {"text"}), reads(started, {"text"})});
  row("on-stdout", "and not standard error", lines(LineKind::stopped, [](auto& e) { e.on_stdout = true; }),
      {changed_however(stopped, "stream")}, {reads_only(stopped, {"stream"})});

  const auto said = lines_with("listening on 3000");
  rows.push_back({.subject = "message",
                  .key = "message",
                  .title = "on standard error, with that text",
                  .expect = {ExpectMessage{"listening on"}},
                  .must = {removed(said), changed(said, "text"), changed_however(said, "stream")},
                  .reads = {reads(said, {"text", "stream"})},
                  .journal = crowded()});
  JournalBuilder in_use = crowded();
  in_use.line("listening on").text = "0.0.0.0:3000 is in use";
  const auto refused = lines_with("is in use");
  rows.push_back(
      {.subject = "message",
       .key = "message",
       .title = "with the address in it",
       .expect = {ExpectMessage{"{address}"}},
       .must = {removed(refused), changed(refused, "text"), changed_however(refused, "stream"),
                changed_however(every<Launched>(), "address", {"-> \"\""}),
                changed_however(every<Launched>(), "port")},
       .reads = {reads(refused, {"text", "stream"}), reads(every<Launched>(), {"address", "port"})},
       .journal = in_use});
  return rows;
}

}  // namespace clusterspec::tests
