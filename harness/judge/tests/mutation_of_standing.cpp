// What must be noticed unasked: the standing checks, and a journal that proves nothing.
#include "mutation_table.hpp"

namespace clusterspec::tests {

std::vector<Row> rows_of_standing() {
  std::vector<Row> rows;
  const auto row = [&](Standing standing, std::string title, std::vector<Must> must, std::vector<Read> read,
                       std::vector<Damage> damages) {
    rows.push_back({.subject = "standing",
                    .key = std::string(name_of(standing)),
                    .title = std::move(title),
                    .expect = {},
                    .must = std::move(must),
                    .reads = who_is_who(std::move(read)),
                    .journal = crowded(),
                    .damages = std::move(damages),
                    .standing = {standing}});
  };
  const std::vector<Pid> workers{k_first, k_second}, everybody{k_launcher, k_first, k_second};
  row(Standing::leftovers, "nothing outlives the launcher", {changed_however(every<CleanedUp>(), "killed")},
      {reads_only(every<CleanedUp>(), {"killed"}), reads(every<Exited>(), {"pid"})},
      {{"a worker that ends later than its launcher",
        [](JournalBuilder& builder) {
          const auto at = [&](Pid pid) {
            return builder.position<Exited>([&](const Exited& e) { return e.pid == pid; });
          };
          builder.move(at(k_launcher), at(k_first));
        }},
       {"a worker that fell to the harness",
        [](JournalBuilder& builder) {
          builder.where<Reaped>([](const Reaped& e) { return e.pid == k_second; }).adopted = true;
        }},
       {"a zombie at the end",
        [](JournalBuilder& builder) {
          builder.processes("end").processes.push_back({k_first, 1, 'Z', "server"});
        }},
       {"a listener at the end", [](JournalBuilder& builder) {
          builder.listeners("end").listeners.push_back(builder.listeners("ready").listeners[2]);
        }}});
  row(Standing::unexpected_process, "only who was asked for",
      {changed(of<Appeared>({k_second}), "parent"), changed_however(every<Launched>(), "workers", {"-> 3"})},
      {},
      {{"a third worker",
        [](JournalBuilder& builder) {
          builder.insert(builder.position<Signalled>(), Executed{9, "/usr/bin/server", {"server"}, true},
                         Source::notification);
          builder.insert(builder.position<Signalled>() - 1, Appeared{9, k_launcher, k_launcher, k_launcher},
                         Source::notification);
        }},
       {"a grandchild",
        [](JournalBuilder& builder) {
          builder.insert(builder.position<Signalled>(), Appeared{9, k_first, k_launcher, k_launcher},
                         Source::notification);
        }},
       {"a worker in the place of one that ended", [](JournalBuilder& builder) {
          const std::size_t after = builder.position<Reaped>() + 1;
          builder.insert(after, Appeared{9, k_launcher, k_launcher, k_launcher}, Source::notification);
          builder.insert(after + 1, Executed{9, "/usr/bin/server", {"server"}, true}, Source::notification);
        }}});
  row(Standing::crash, "nobody ends by a signal of its own",
      {changed_however(of<Exited>(everybody), "status", {"another"})},
      {reads_only(every<Exited>(), {"status"})},
      {{"a worker killed by its launcher", [](JournalBuilder& builder) {
          builder.end(k_second).status = k_kill;
          builder.insert(builder.position<ListenerClosed>(), Signalled{k_launcher, k_second, k_kill, false},
                         Source::notification);
        }}});

  rows.push_back({.subject = "judge",
                  .key = "frame",
                  .title = "a journal that is cut off or disturbed proves nothing",
                  .expect = {},
                  .must = {removed(every<CaseBegun>(), Verdict::error), swapped(every<CaseBegun>()),
                           removed(every<CaseEnded>(), Verdict::error),
                           changed(every<CleanedUp>(), "complete", Verdict::error),
                           changed_however(every<StepEnded>(), "done")},
                  .reads = {},
                  .journal = crowded()});
  rows.back().must[1].becomes = Verdict::error;
  return rows;
}

}  // namespace clusterspec::tests
