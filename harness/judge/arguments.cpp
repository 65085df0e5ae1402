// What workers got of the launcher's arguments.
#include <fmt/format.h>

#include <algorithm>

#include "judge/argument_diff.hpp"
#include "judge/table.hpp"
#include "judge/wording.hpp"

namespace clusterspec {

namespace {

struct Given {
  std::vector<std::string> arguments;   // that should reach a worker
  std::vector<int> indexes;             // where each stands in the launcher's argv
  std::vector<std::string> clustering;  // that should not
};

Given given_to(const Launched& launched) {
  Given given;
  for (std::size_t i = 1; i < launched.arguments.size(); ++i) {
    const int index = static_cast<int>(i);
    const bool clustering =
        std::find(launched.clustering.begin(), launched.clustering.end(), index) != launched.clustering.end();
    if (clustering) {
      given.clustering.push_back(launched.arguments[i]);
    } else {
      given.arguments.push_back(launched.arguments[i]);
      given.indexes.push_back(index);
    }
  }
  return given;
}

struct Got {
  int number = k_never;
  const std::vector<std::string>* arguments = nullptr;
};

// The latest of what /proc showed and what was executed: a description from between fork and execve shows the
// launcher's arguments.
Got got_by(const CaseView& view, const ProcessState& process) {
  Got got;
  for (int number = process.appeared_at; number < static_cast<int>(view.events().size()); ++number) {
    const What& what = view.event(number).what;
    if (const auto* d = std::get_if<Described>(&what); d && d->pid == process.pid && !d->arguments.empty())
      got = {number, &d->arguments};
    if (const auto* e = std::get_if<Executed>(&what); e && e->pid == process.pid && e->possible)
      got = {number, &e->arguments};
    if (number == process.reaped_at) break;
  }
  return got;
}

// Workers mostly fail alike: what is wrong is said of the first, the others are named.
struct Wrong {
  std::string what;
  std::vector<const ProcessState*> workers;
  std::vector<int> evidence;

  void add(const ProcessState* worker, int number, std::string detail) {
    if (workers.empty()) what = std::move(detail);
    workers.push_back(worker);
    evidence.push_back(number);
  }
  std::string text(const CaseView& view) const {
    if (workers.size() == 1) return view.name(*workers.front()) + " " + what;
    return fmt::format("{} {}; wrong in {}: {}", view.name(*workers.front()), what,
                       counted(static_cast<long>(workers.size()), "worker"), view.names(workers));
  }
};

std::string extras(const std::vector<int>& indexes, const std::vector<std::string>& actual) {
  return "also got " + list(texts_of(indexes, [&](int index) {
           return fmt::format("argument {} {}", index + 1, quoted(actual[static_cast<std::size_t>(index)]));
         }));
}

std::string losses(const ArgumentDiff& diff, const Given& given, const std::vector<std::string>& actual) {
  const auto launcher_argument = [&](int index) {
    const auto i = static_cast<std::size_t>(index);
    return fmt::format("argument {} of the launcher, {},", given.indexes[i], quoted(given.arguments[i]));
  };
  std::vector<std::string> parts;
  for (const int index : diff.missing)
    parts.push_back(fmt::format("{} is missing", launcher_argument(index)));
  for (const auto& [expected, found] : diff.changed)
    parts.push_back(fmt::format("{} arrived as argument {}, {}", launcher_argument(expected), found + 1,
                                quoted(actual[static_cast<std::size_t>(found)])));
  for (const auto& [expected, found] : diff.moved)
    parts.push_back(
        fmt::format("{} arrived out of order, as argument {}", launcher_argument(expected), found + 1));
  return fmt::format("got {} for {}: {}", counted(static_cast<long>(actual.size()), "argument"),
                     given.arguments.size(), list(parts, 4));
}

}  // namespace

Assessment judge_it(const ExpectArguments& expect, const CaseView& view) {
  Assessment assessment;
  const InstanceState* instance = view.cluster().instance(expect.of.instance);
  if (!instance) {
    assessment.not_observed("the launcher was not observed");
    return assessment;
  }
  const Given given = given_to(instance->launched);
  Wrong removed, kept;
  for (const ProcessState* worker : view.some_of(expect.of, assessment)) {
    const Got got = got_by(view, *worker);
    if (!got.arguments) {
      assessment.not_observed(fmt::format("the arguments of {} were not observed", view.name(*worker)));
      continue;
    }
    const auto begin = got.arguments->begin() + (got.arguments->empty() ? 0 : 1);
    const std::vector<std::string> actual(begin, got.arguments->end());
    const ArgumentDiff diff = diff_arguments(given.arguments, actual, given.clustering);
    if (!diff.extra.empty()) removed.add(worker, got.number, extras(diff.extra, actual));
    if (!diff.missing.empty() || !diff.changed.empty() || !diff.moved.empty())
      kept.add(worker, got.number, losses(diff, given, actual));
  }
  const auto with_launch = [&](std::vector<int> evidence) {
    evidence.push_back(instance->launched_at);
    return few(evidence);
  };
  if (expect.removed && !removed.workers.empty())
    assessment.violated(
        {.expected = given.clustering.empty()
                         ? std::string("nothing that the launcher was not given")
                         : fmt::format("the clustering arguments ({}) not to reach a worker",
                                       list(texts_of(given.clustering, quoted))),
         .actual = removed.text(view),
         .evidence = with_launch(removed.evidence),
         .hint = "Remove the option in every spelling that the parser accepts: \"-w N\", \"-wN\", "
                 "\"--workers N\", "
                 "\"--workers=N\", each time it is given; removing by index must count from the end."});
  if (expect.kept && !kept.workers.empty())
    assessment.violated(
        {.expected = fmt::format("the other {} to reach every worker, in order, byte for byte",
                                 counted(static_cast<long>(given.arguments.size()), "argument")),
         .actual = kept.text(view),
         .evidence = with_launch(kept.evidence),
         .hint = "Pass argv on as it is, without a shell. What stands after \"--\" or is another option's "
                 "value is no "
                 "clustering argument; removing several by index shifts those behind."});
  return assessment;
}

}  // namespace clusterspec
