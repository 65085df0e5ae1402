// judge/: a finished journal to findings and a verdict. Pure functions: no clock, no process, no file. The
// same journal gives the same verdict, always.
//
// To add an expectation: its struct in model/expectations.hpp, one .cpp here with `judge_it`, one line in
// table.hpp.
#pragma once

#include "model/cluster.hpp"
#include "model/verdict.hpp"

namespace clusterspec {

// The levels and the time scale come from the journal's first event. A journal without `case-ended`, or with
// a harness fault, is an error. A case skipped while running is a skip.
Judgement judge(const Scenario& scenario, const Implementation& implementation, const Journal& journal);

}  // namespace clusterspec
