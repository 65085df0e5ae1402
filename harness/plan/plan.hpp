// plan/: from loaded files to the list of cases to run, each with the reason why it is skipped, if it is.
// Pure.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/case.hpp"
#include "model/requirement.hpp"

namespace clusterspec {

enum class Combinations {
  all,
  one,  // the last of each matrix, as a rule the largest: what a quick look at every scenario needs
};
template <>
struct Names<Combinations> {
  static constexpr std::array table{std::pair{Combinations::all, "all"}, std::pair{Combinations::one, "one"}};
};

struct Selection {
  std::vector<std::string> patterns;  // with a slash: globs of case ids; else globs of requirement ids
  std::optional<Suite> suite;
  std::vector<std::string> tags;
  Combinations combinations = Combinations::all;  // of those that the rest selects
};

// Stable id: name, combination in the order of the axes' names, implementation.
std::string case_id(const Scenario& scenario, const std::string& implementation);

// Every scenario against the implementation, narrowed by the selection, in the order given.
std::vector<Case> plan_cases(const std::vector<Scenario>& scenarios,
                             std::shared_ptr<const Implementation> implementation, const Catalogue& catalogue,
                             const Selection& selection, const Machine& machine);

// Why this scenario means nothing for this implementation on this machine; empty: it does.
std::string skip_reason(const Scenario& scenario, const Implementation& implementation,
                        const Machine& machine);

// What is known only when a server is launched.
struct Endpoint {
  std::string host;
  int port = 0;
  std::string directory;  // {dir}: the case's own empty directory
};

// The server's argument list without argv[0], and which of it is the clustering option.
struct Arguments {
  std::vector<std::string> list;
  std::vector<int> clustering;
};

// Options in the order given by Launch::position, then operands. "\\xNN" in a value is a raw byte.
Arguments compose_arguments(const Implementation& implementation, const Launch& launch,
                            const Endpoint& endpoint);

// {port} {host} {workers} {dir} {address} in a file, a variable or a directory; other braces stand.
std::string fill_in(const std::string& text, const Launch& launch, const Endpoint& endpoint);

// "NAME=value" that is set in the server's environment, in order: later ones win.
std::vector<std::string> compose_environment(const Implementation& implementation, const Launch& launch,
                                             const Endpoint& endpoint);

// "{workers + 1}", "{workers - 1}", "{workers * 2}", "3" for a number of workers; an error names the text.
Result<int> evaluate_count(std::string_view expression, int workers);

// The number of workers a launch asks for: the last count; 0 when none is given or it is no number from 0 to
// 1024.
int requested_workers(const Launch& launch);

}  // namespace clusterspec
