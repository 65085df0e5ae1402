// What must be noticed of what workers get from their launcher: `arguments`, `descriptors`, `environment`.
#include "mutation_table.hpp"

namespace clusterspec::tests {

namespace {

// Changes of descriptors that are not this one.
std::vector<std::string> others_than(int number) {
  std::vector<std::string> others;
  for (const int other : {0, 1, 2, 9})
    if (other != number) others.push_back("descriptors[" + std::to_string(other) + "]");
  return others;
}

}  // namespace

std::vector<Row> rows_of_inheritance() {
  std::vector<Row> rows;
  const std::vector<Pid> workers{k_first, k_second}, everybody{k_launcher, k_first, k_second};
  const auto row = [&](std::string subject, std::string key, std::string title, ExpectationSubject expect,
                       std::vector<Must> must, std::vector<Read> read) -> Row& {
    return rows.emplace_back(Row{.subject = std::move(subject),
                                 .key = std::move(key),
                                 .title = std::move(title),
                                 .expect = {std::move(expect)},
                                 .must = std::move(must),
                                 .reads = who_is_who(std::move(read)),
                                 .journal = crowded()});
  };
  // What /proc showed comes after what was executed, and counts.
  const auto argv = [&](const std::vector<Pid>& pids) {
    return std::vector<Read>{reads(every<Launched>(), {"arguments", "clustering"}),
                             reads_only(of<Described>(pids), {"arguments"})};
  };
  row("arguments", "arguments", "asked about one worker, what the other got does not matter",
      ExpectArguments{target("worker 2"), true, true},
      {changed_however(of<Described>({k_second}), "arguments", {"arguments[0]: \"server\""}),
       removed(of<Appeared>({k_second}))},
      argv({k_second}));
  row("arguments", "removed", "the clustering option, and nothing is added",
      ExpectArguments{target("workers"), true, false},
      {changed(of<Described>(workers), "arguments"), changed(every<Launched>(), "clustering")},
      argv(workers));
  row("arguments", "kept", "all others, in order", ExpectArguments{target("workers"), false, true},
      {changed_however(of<Described>(workers), "arguments", {"arguments[0]: \"server\"", "doubled"}),
       changed(every<Launched>(), "arguments"),
       changed_however(every<Launched>(), "clustering", {"doubled", "swapped"})},
      argv(workers));

  JournalBuilder not_described = crowded();
  not_described.remove<Described>([](const Described& one) { return one.pid != k_launcher; });
  row("arguments", "kept", "as they were executed, where nobody looked",
      ExpectArguments{target("workers"), false, true},
      {changed_however(of<Executed>(workers), "arguments", {"arguments[0]: \"server\"", "doubled"})},
      {reads(every<Launched>(), {"arguments", "clustering"}),
       reads_only(of<Executed>(workers), {"arguments"})})
      .journal = not_described;

  const auto descriptors = [](const std::string& who, int number, std::vector<std::string> is, bool same) {
    return ExpectDescriptors{target(who), number, std::move(is), same};
  };
  const auto files = [&](const std::vector<Pid>& pids) {
    return std::vector<Read>{reads(of<Described>(pids), {"descriptors"})};
  };
  row("descriptors", "descriptors", "asked about one worker, those of the other do not matter",
      descriptors("worker 1", 0, {"/dev/null"}, false),
      {changed_however(of<Described>({k_first}), "descriptors", others_than(0)),
       removed(of<Described>({k_first}), Verdict::error)},
      files({k_first}));
  row("descriptors", "number", "of a descriptor that is open", descriptors("workers", 2, {"pipe:[8]"}, false),
      {changed_however(of<Described>(workers), "descriptors", others_than(2))}, files(workers));
  row("descriptors", "is", "one of these", descriptors("workers", 0, {"closed", "/dev/null"}, false),
      {changed_however(of<Described>(workers), "descriptors",
                       {"descriptors[0]: removed", "descriptors[1]", "descriptors[2]", "descriptors[9]"}),
       removed(of<Described>(workers), Verdict::error)},
      files(workers));
  row("descriptors", "same-as-launcher", "the same file", descriptors("workers", 1, {}, true),
      {changed_however(of<Described>(everybody), "descriptors", others_than(1)),
       removed(of<Described>(everybody), Verdict::error)},
      files(everybody));

  row("environment", "environment", "asked about one worker, that of the other does not matter",
      ExpectEnvironment{target("worker 2"), true, true},
      {changed_however(of<Described>({k_launcher, k_second}), "environment", {"swapped"}),
       changed_however(of<Described>({k_launcher, k_second}), "directory")},
      {reads(of<Described>({k_launcher, k_second}), {"environment", "directory"})});
  row("environment", "same-variables", "none more, none less, none other",
      ExpectEnvironment{target("workers"), true, false},
      {changed_however(of<Described>(everybody), "environment", {"swapped"}),
       removed(of<Described>(everybody), Verdict::error)},
      {reads(every<Described>(), {"environment"})});
  row("environment", "same-directory", "that of the launcher",
      ExpectEnvironment{target("workers"), false, true},
      {changed_however(of<Described>(everybody), "directory"),
       removed(of<Described>(everybody), Verdict::error)},
      {reads(every<Described>(), {"directory"})});
  return rows;
}

}  // namespace clusterspec::tests
