// Lines of output that the implementation declares, and what `lines` says of them. Each function judges one
// parameter; which file has it is said at the group.
#pragma once

#include <string>
#include <vector>

#include "judge/assessment.hpp"
#include "judge/case_view.hpp"
#include "model/expectations.hpp"

namespace clusterspec {

struct DeclaredLine {
  int number = k_never;
  const Output* output = nullptr;
  LineMatch match;
  Pid about = 0;  // whom match.pid names
};
using DeclaredLines = std::vector<DeclaredLine>;

// All that match the pattern, in order.
DeclaredLines lines_like(const CaseView& view, const std::string& pattern);

// "`started` line".
std::string name_of_line(const ExpectLines& expect);

// Whom they name: lines_about.cpp. `processes` are those of `of`.
void judge_once_about_each(const ExpectLines& expect, const CaseView& view, const DeclaredLines& lines,
                           const Processes& processes, Assessment& assessment);
void judge_real_status(const ExpectLines& expect, const CaseView& view, const DeclaredLines& lines,
                       Assessment& assessment);

// Who wrote them: lines_by.cpp.
void judge_once_by_each(const ExpectLines& expect, const CaseView& view, const DeclaredLines& lines,
                        const Processes& processes, Assessment& assessment);
void judge_by(const ExpectLines& expect, const CaseView& view, const DeclaredLines& lines,
              Assessment& assessment);

}  // namespace clusterspec
