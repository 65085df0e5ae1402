#include "gate/merge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace clusterspec {
namespace {

void join(Catalogue& catalogue, const Catalogue& other) {
  for (const Requirement& requirement : other)
    if (!find(catalogue, requirement.id)) catalogue.push_back(requirement);
}

void order(Catalogue& catalogue, const Catalogue& by) {
  const auto place = [&](const Requirement& requirement) {
    const Requirement* known = find(by, requirement.id);
    return known ? known - by.data() : static_cast<std::ptrdiff_t>(by.size());
  };
  std::stable_sort(catalogue.begin(), catalogue.end(),
                   [&](const Requirement& a, const Requirement& b) { return place(a) < place(b); });
}

void join(std::vector<std::string>& all, const std::vector<std::string>& more) {
  for (const std::string& one : more)
    if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
}

// Parts of one run: the same server, the same plan, each part once.
void check_shards(const std::vector<ReadReport>& reports, std::vector<std::string>& incomplete) {
  const RunResult& first = reports.front().run;
  std::map<int, std::string> seen;
  for (const ReadReport& report : reports) {
    const Shard& shard = report.run.shard;
    if (report.run.implementation != first.implementation)
      incomplete.push_back(fmt::format("{} is of {}, {} of {}", report.file, report.run.implementation,
                                       reports.front().file, first.implementation));
    if (shard.count != first.shard.count || shard.plan != first.shard.plan) {
      incomplete.push_back(
          fmt::format("{} is part of another plan than {}", report.file, reports.front().file));
      continue;
    }
    if (shard.count == 0) continue;
    if (const auto [it, fresh] = seen.emplace(shard.index, report.file); !fresh)
      incomplete.push_back(fmt::format("shard {}/{} is there twice: {} and {}", shard.index, shard.count,
                                       it->second, report.file));
    // The shard K of N has the cases K-1, K-1+N, … of the plan.
    const int cases = (shard.planned - shard.index + shard.count) / shard.count;
    std::set<std::string_view> ids;
    for (const CaseResult& result : report.run.cases) ids.insert(result.id);
    if (static_cast<int>(ids.size()) != cases && report.run.incomplete.empty() && !report.run.interrupted)
      incomplete.push_back(
          fmt::format("{} has {} of the {} cases of its shard", report.file, ids.size(), cases));
  }
  for (int index = 1; index <= first.shard.count; ++index)
    if (!seen.contains(index))
      incomplete.push_back(fmt::format("shard {}/{} is missing", index, first.shard.count));
}

// Back in the order of the plan: case i of it is the (i / N)th of shard i mod N.
void order_cases(std::vector<CaseResult>& cases, const std::vector<ReadReport>& reports) {
  std::map<std::string_view, int> position;
  for (const ReadReport& report : reports) {
    const Shard& shard = report.run.shard;
    if (shard.count == 0) return;
    int next = shard.index - 1;
    for (const CaseResult& result : report.run.cases)
      if (position.emplace(result.id, next).second) next += shard.count;
  }
  const bool together = reports.front().run.retries > 0;
  std::stable_sort(cases.begin(), cases.end(), [&](const CaseResult& a, const CaseResult& b) {
    const std::pair first(a.repetition, position[a.id]), second(b.repetition, position[b.id]);
    if (!together) return first < second;
    return std::pair(first.second, first.first) < std::pair(second.second, second.first);
  });
}

}  // namespace

Merged merge(const std::vector<ReadReport>& reports, const std::vector<std::string>& unreadable,
             const Catalogue& catalogue) {
  Merged merged;
  RunResult& run = merged.run;
  run.incomplete = unreadable;
  if (reports.empty()) return merged;
  const RunResult& first = reports.front().run;
  run.version = first.version;
  run.implementation = first.implementation;
  run.implementation_version = first.implementation_version;
  run.started = first.started;
  run.host = first.host;
  run.isolation = first.isolation;
  run.observation = first.observation;
  run.time_scale = first.time_scale;
  run.flaky = first.flaky;
  run.retries = first.retries;
  run.baseline = first.baseline;
  run.strict_baseline = first.strict_baseline;
  check_shards(reports, run.incomplete);
  std::set<std::pair<std::string, int>> seen;
  for (const ReadReport& report : reports) {
    const RunResult& part = report.run;
    run.started = std::min(run.started, part.started);
    run.seconds = std::max(run.seconds, part.seconds);
    if (part.interrupted) run.incomplete.push_back(report.file + ": it was interrupted");
    for (const std::string& why : part.incomplete) run.incomplete.push_back(report.file + ": " + why);
    join(run.notes, part.notes);
    join(run.unexpected, part.unexpected);
    join(merged.catalogue, report.catalogue);
    for (const CaseResult& result : part.cases)
      if (seen.emplace(result.id, result.repetition).second)
        run.cases.push_back(result);
      else if (part.shard.count == 0)
        run.incomplete.push_back(
            fmt::format("{} is there twice, the second time in {}", result.id, report.file));
  }
  order_cases(run.cases, reports);
  order(merged.catalogue, catalogue);
  run.requirements = summarise(merged.catalogue, run.cases);
  return merged;
}

}  // namespace clusterspec
