#include "judge/table.hpp"

namespace clusterspec {

// A subject without its `judge_it` does not compile.
Assessment assess(const ExpectationSubject& subject, const CaseView& view) {
  return std::visit([&](const auto& expect) { return judge_it(expect, view); }, subject);
}

}  // namespace clusterspec
