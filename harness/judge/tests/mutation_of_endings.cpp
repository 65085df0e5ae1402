// What must be noticed of `exit`, `port`, `signals`, `leftovers` and `orphans`.
#include "mutation_table.hpp"

namespace clusterspec::tests {

namespace {

JournalBuilder with_status(Pid pid, int status) {
  JournalBuilder builder = crowded();
  builder.end(pid).status = status;
  return builder;
}

// The launcher passes the interrupt on to its first worker.
JournalBuilder with_a_signal_sent() {
  JournalBuilder builder = crowded();
  return builder.insert(builder.line_position("terminating"),
                        Signalled{k_launcher, k_first, k_interrupt, false}, Source::notification);
}

constexpr Pid k_orphan = 9;

// It has lost its parent before anybody looks, and is nowhere to be seen.
JournalBuilder with_an_orphan() {
  JournalBuilder builder = crowded();
  return builder.insert(
      builder.position<ProcessesSeen>([](const ProcessesSeen& seen) { return seen.occasion == "later"; }),
      Orphaned{k_orphan, k_launcher});
}

// What makes it a zombie that process 1 has not waited for.
Damage orphan_not_waited_for(const std::string& occasion) {
  return {"the orphan is a zombie at that look", [occasion](JournalBuilder& builder) {
            builder.processes(occasion).processes.push_back({k_orphan, 1, 'Z', "server"});
          }};
}

}  // namespace

std::vector<Row> rows_of_endings() {
  std::vector<Row> rows;
  const std::vector<Pid> workers{k_first, k_second};
  const auto row = [&](std::string subject, std::string key, std::string title, ExpectationSubject expect,
                       std::vector<Must> must, std::vector<Read> read,
                       JournalBuilder journal = crowded()) -> Row& {
    return rows.emplace_back(Row{.subject = std::move(subject),
                                 .key = std::move(key),
                                 .title = std::move(title),
                                 .expect = {std::move(expect)},
                                 .must = std::move(must),
                                 .reads = std::move(read),
                                 .journal = std::move(journal)});
  };
  const auto ends = [&](const std::vector<Pid>& pids) {
    return who_is_who({reads(of<Exited>(pids), {"pid", "status"}), reads_only(every<Exited>(), {"pid"})});
  };
  row("exit", "exit", "asked about one worker, how the other ended does not matter",
      ExpectExit{target("worker 1"), 0, false, {}},
      {removed(of<Exited>({k_first})), changed_however(of<Exited>({k_first}), "status", {"another"})},
      ends({k_first}));
  row("exit", "code", "that exit code", ExpectExit{target("workers"), 1, false, {}},
      {removed(of<Exited>(workers)), changed_however(of<Exited>(workers), "status")}, ends(workers), [] {
        JournalBuilder builder = with_status(k_first, 256);
        builder.end(k_second).status = 256;
        return builder;
      }());
  row("exit", "failed", "an exit code other than 0", ExpectExit{target("worker 2"), {}, true, {}},
      {removed(of<Exited>({k_second})), changed_however(of<Exited>({k_second}), "status")}, ends({k_second}),
      with_status(k_second, 512));
  row("exit", "signal", "ended by it", ExpectExit{target("worker 2"), {}, false, Signal{k_kill}},
      {removed(of<Exited>({k_second})), changed_however(of<Exited>({k_second}), "status")}, ends({k_second}),
      with_status(k_second, k_kill));

  JournalBuilder not_waited_for = crowded();
  for (const Pid pid : {k_first, k_second}) not_waited_for.end(pid).status.reset();
  row("exit", "code", "that of its exit call, where nobody could wait for it",
      ExpectExit{target("workers"), 0, false, {}},
      {changed_however(of<Exiting>(workers), "code"), removed(of<Exiting>(workers), Verdict::error),
       removed(of<Exited>(workers))},
      who_is_who({reads(of<Exited>(workers), {"pid"}), reads(of<Exiting>(workers), {"pid", "code"})}),
      not_waited_for);

  const auto probed = at<PortProbed>("end"), probed_later = at<PortProbed>("later");
  row("port", "port", "what a new connection meets", ExpectPort{PortState::refused, "end"},
      {changed_however(probed, "state"), removed(probed, Verdict::error),
       changed(probed, "occasion", Verdict::error)},
      {reads(probed, {"occasion", "state"})});
  row("port", "at", "at the look that is named, and at no other", ExpectPort{PortState::answered, "later"},
      {changed_however(probed_later, "state"), removed(probed_later, Verdict::error)},
      {reads(probed_later, {"occasion", "state"})});

  const auto sent = some<Signalled>("by the launcher", [](const auto&one) { return one.by == k_launcher; }),
             ours = some<Signalled>("by the harness", [](const auto&one) { return one.by == 0; });
  row("signals", "signals", "to whom", ExpectSignals{target("worker 2"), 0},
      {changed(sent, "target"), changed_however(ours, "by")},
      who_is_who({reads_only(sent, {"target"}), reads_only(ours, {"by"})}), with_a_signal_sent());
  row("signals", "count", "how many", ExpectSignals{target("workers"), 1},
      {removed(sent), doubled(sent), changed(sent, "by"), changed(sent, "target"), changed(sent, "signal"),
       changed_however(ours, "by")},
      who_is_who(
          {reads(sent, {"by", "target", "signal"}), reads_only(ours, {"by"}), reads(every<Exited>(), {})}),
      with_a_signal_sent());

  Row& left = row("leftovers", "leftovers", "none", ExpectLeftovers{},
                  {removed(of<Exited>({k_launcher})), changed_however(every<CleanedUp>(), "killed")},
                  who_is_who({reads(of<Exited>({k_launcher}), {"pid"}),
                              reads_only(every<CleanedUp>(), {"killed"}), reads(every<Exited>(), {"pid"})}));
  left.damages = {{"a zombie at the end",
                   [](JournalBuilder& builder) {
                     builder.processes("end").processes.push_back({k_first, 1, 'Z', "server"});
                   }},
                  {"a worker that had to be killed",
                   [](JournalBuilder& builder) {
                     builder.get<CleanedUp>().killed.push_back({k_second, 1, 'S', "server"});
                   }},
                  {"a launcher that had to be killed",
                   [](JournalBuilder& builder) {
                     builder.get<CleanedUp>().killed.push_back({k_launcher, 1, 'S', "server"});
                   }},
                  {"a listener at the end", [](JournalBuilder& builder) {
                     builder.listeners("end").listeners.push_back(builder.listeners("ready").listeners[1]);
                   }}};

  for (const std::string occasion : {"end", "later"}) {
    const auto look = at<ProcessesSeen>(occasion);
    const auto orphaned = every<Orphaned>();
    row("orphans", occasion == "end" ? "orphans" : "at", "waited for at that look",
        ExpectOrphans{OrphanState::reaped, occasion},
        {removed(orphaned, Verdict::error), removed(look, Verdict::error),
         changed(look, "occasion", Verdict::error)},
        {reads(orphaned, {}), reads(look, {"occasion"})}, with_an_orphan())
        .damages = {orphan_not_waited_for(occasion)};
  }
  return rows;
}

}  // namespace clusterspec::tests
