// Which function judges which expectation.
#pragma once

#include "judge/assessment.hpp"
#include "judge/case_view.hpp"
#include "model/expectations.hpp"

namespace clusterspec {

Assessment assess(const ExpectationSubject& subject, const CaseView& view);

// Each in the file named after its subject.
Assessment judge_it(const ExpectProcesses& expect, const CaseView& view);
Assessment judge_it(const ExpectListeners& expect, const CaseView& view);
Assessment judge_it(const ExpectArguments& expect, const CaseView& view);
Assessment judge_it(const ExpectDescriptors& expect, const CaseView& view);
Assessment judge_it(const ExpectEnvironment& expect, const CaseView& view);
Assessment judge_it(const ExpectLines& expect, const CaseView& view);
Assessment judge_it(const ExpectMessage& expect, const CaseView& view);
Assessment judge_it(const ExpectConnections& expect, const CaseView& view);
Assessment judge_it(const ExpectServedBy& expect, const CaseView& view);
Assessment judge_it(const ExpectSpread& expect, const CaseView& view);
Assessment judge_it(const ExpectOrder& expect, const CaseView& view);
Assessment judge_it(const ExpectExit& expect, const CaseView& view);
Assessment judge_it(const ExpectDuration& expect, const CaseView& view);
Assessment judge_it(const ExpectPort& expect, const CaseView& view);
Assessment judge_it(const ExpectSignals& expect, const CaseView& view);
Assessment judge_it(const ExpectLeftovers& expect, const CaseView& view);
Assessment judge_it(const ExpectOrphans& expect, const CaseView& view);

}  // namespace clusterspec
