// What must be noticed of `processes` and `listeners`.
#include "mutation_table.hpp"

namespace clusterspec::tests {

namespace {

const std::vector<Pid> k_all{k_launcher, k_first, k_second};

template <class Change>
ExpectProcesses processes(const std::string& who, Change&& change) {
  ExpectProcesses expect;
  expect.of = target(who);
  change(expect);
  return expect;
}

template <class Change>
ExpectListeners listeners(const std::string& look, Change&& change) {
  ExpectListeners expect;
  expect.at = look;
  change(expect);
  return expect;
}

}  // namespace

std::vector<Row> rows_of_processes() {
  std::vector<Row> rows;
  const auto row = [&](std::string key, std::string title, ExpectProcesses expect, std::vector<Must> must,
                       std::vector<Read> read, JournalBuilder journal = crowded()) -> Row& {
    return rows.emplace_back(Row{.subject = "processes",
                                 .key = std::move(key),
                                 .title = std::move(title),
                                 .expect = {std::move(expect)},
                                 .must = std::move(must),
                                 .reads = std::move(read),
                                 .journal = std::move(journal)});
  };
  row("processes", "asked about one worker, the other does not matter",
      processes("worker 1", [](auto& e) { e.executions = 1; }), {doubled(of<Executed>({k_first}))},
      {reads(every<Launched>(), {"instance", "pid"}), reads(of<Executed>({k_first}), {"pid"}),
       reads_only(of<Executed>({k_launcher, k_second}), {"pid"})});
  row("count", "how many were ever started", processes("workers", [](auto& e) { e.count = 2; }),
      {removed(of<Appeared>(k_workers)), removed(of<Executed>(k_workers)),
       changed_however(of<Appeared>(k_workers), "parent"),
       changed_however(of<Executed>(k_workers), "possible"), removed(every<Launched>())},
      who_is_who());
  row("at", "how many live at a look", processes("all", [](auto& e) { e.count = 3, e.at = "later"; }),
      {changed_however(at<ProcessesSeen>("later"), "processes", {"swapped"}),
       changed_however(at<ProcessesSeen>("later"), "processes.state"),
       changed(at<ProcessesSeen>("later"), "processes.pid"), first(at<ProcessesSeen>("later")),
       removed(at<ProcessesSeen>("later"), Verdict::error),
       changed(at<ProcessesSeen>("later"), "occasion", Verdict::error)},
      who_is_who({reads(at<ProcessesSeen>("later"),
                        {"occasion", "processes.pid", "processes.state", "processes"})}));
  row("executions", "once each", processes("all", [](auto& e) { e.executions = 1; }),
      {doubled(of<Executed>(k_all)), removed(of<Executed>({k_launcher}))}, who_is_who());
  row("same-executable", "that of the launcher",
      processes("workers", [](auto& e) { e.same_executable = true; }),
      {changed_however(of<Described>(k_all), "executable", {"-> \"\""}),
       removed(of<Described>(k_all), Verdict::error)},
      who_is_who({reads(every<Described>(), {"executable"})}));
  row("same-group", "that of the launcher", processes("workers", [](auto& e) { e.same_group = true; }),
      {changed_however(of<Described>(k_all), "group", {"-> 0"})}, who_is_who());
  row("same-session", "that of the launcher", processes("workers", [](auto& e) { e.same_session = true; }),
      {changed_however(of<Described>(k_all), "session", {"-> 0"})}, who_is_who());
  row("no-children", "of a worker", processes("workers", [](auto& e) { e.no_children = true; }),
      {changed(of<Appeared>({k_second}), "parent")}, who_is_who());
  row("child-of-launcher", "and of nobody else",
      processes("workers", [](auto& e) { e.child_of_launcher = true; }),
      {changed(of<Appeared>({k_second}), "parent")}, who_is_who());
  row("reaped", "no zombie at a look", processes("all", [](auto& e) { e.reaped = true, e.at = "later"; }),
      {changed_however(at<ProcessesSeen>("later"), "processes.state"),
       removed(at<ProcessesSeen>("later"), Verdict::error)},
      who_is_who({reads(at<ProcessesSeen>("later"), {"occasion", "processes"})}));

  const auto look = [&](std::string key, std::string title, ExpectListeners expect, std::vector<Must> must,
                        std::vector<Read> read) -> Row& {
    must.push_back(removed(at<ListenersSeen>(expect.at), Verdict::error));
    must.push_back(changed(at<ListenersSeen>(expect.at), "occasion", Verdict::error));
    return rows.emplace_back(Row{.subject = "listeners",
                                 .key = std::move(key),
                                 .title = std::move(title),
                                 .expect = {std::move(expect)},
                                 .must = std::move(must),
                                 .reads = std::move(read),
                                 .journal = crowded()});
  };
  const auto dump = at<ListenersSeen>("ready");
  look("listeners", "at the look that is named, and at no other",
       listeners("later", [](auto& e) { e.count = 3; }),
       {changed_however(at<ListenersSeen>("later"), "listeners", {"swapped"})},
       {reads(at<ListenersSeen>("later"), {"occasion", "listeners", "listeners.port"}),
        reads(every<Launched>(), {"port"})});
  look("count", "how many", listeners("ready", [](auto& e) { e.count = 3; }),
       {changed_however(dump, "listeners", {"swapped"}), changed_however(dump, "listeners.port"),
        changed_however(every<Launched>(), "port")},
       {reads(dump, {"occasion", "listeners"}), reads(every<Launched>(), {"port"})});
  look("one-each", "no socket with two holders, nobody without",
       listeners("ready", [](auto& e) { e.one_each = true; }),
       {changed_however(dump, "listeners", {"swapped"}),
        changed_however(dump, "listeners.holders", {"doubled", "removed"})},
       who_is_who({reads(dump, {"occasion", "listeners", "listeners.holders"}),
                   reads_only(every<Launched>(), {"port"})}));
  Row& workers_only = look(
      "one-each", "where the launcher serves nobody", listeners("ready", [](auto& e) { e.one_each = true; }),
      {changed(dump, "listeners"), changed_however(dump, "listeners.holders", {"doubled", "removed"})},
      who_is_who({reads(dump, {"occasion", "listeners", "listeners.holders"}),
                  reads_only(every<Launched>(), {"port"})}));
  workers_only.implementation.dialect.launcher_serves = false;
  auto& open = workers_only.journal.listeners("ready").listeners;
  open.erase(open.begin());
  workers_only.damages = {{"a worker's listener is its launcher's too",
                           [](JournalBuilder& builder) {
                             builder.listeners("ready").listeners[0].holders.push_back(k_launcher);
                           }},
                          {"a worker has a second listener", [](JournalBuilder& builder) {
                             auto& listeners = builder.listeners("ready").listeners;
                             listeners.push_back(listeners[0]);
                             listeners.back().socket = 999;
                           }}};
  look("reuse-port", "on each", listeners("ready", [](auto& e) { e.reuse_port = true; }),
       {changed_however(every<Listening>(), "reuse_port"), removed(every<Listening>(), Verdict::error),
        changed_however(dump, "listeners.reuse_port")},
       {reads(dump, {"occasion", "listeners", "listeners.reuse_port"}),
        reads(every<Listening>(), {"socket", "reuse_port"})});
  look("same-address", "for all", listeners("ready", [](auto& e) { e.same_address = true; }),
       {changed_however(dump, "listeners.address")}, {reads(dump, {"occasion", "listeners.address"})});
  look("address", "the one that was asked for",
       listeners("ready", [](auto& e) { e.address = "0.0.0.0:3000"; }),
       {changed_however(dump, "listeners.address"), changed_however(every<Launched>(), "port"),
        removed(every<Launched>())},
       {reads(dump, {"occasion", "listeners.address"}), reads(every<Launched>(), {"port"})});
  return rows;
}

}  // namespace clusterspec::tests
