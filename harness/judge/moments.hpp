// Where the moments that scenarios name stand in a journal.
#pragma once

#include <optional>
#include <string>

#include "judge/case_view.hpp"
#include "model/roles.hpp"

namespace clusterspec {

// Event numbers. What was observed exactly has all three the same. A process's end lies between its call of
// exit and the notice that it is gone; a listener's between the last dump that shows it and the first proof
// that it is closed.
struct When {
  int proven = k_never;    // it had happened by then: counts where the moment is the earlier of two
  int begun = k_never;     // it cannot have been earlier: counts where it is the later of two
  int last_not = k_never;  // the last event that shows it had not happened; k_never: none does
  bool inexact = false;    // by polling
  bool vacuous = false;    // "every worker" where none is expected: holds of any time
};

// Nothing: it did not happen.
std::optional<When> when(const Moment& moment, const CaseView& view);

enum class Sequence { kept, broken, undecided };

// Did `first` happen before `second`?
Sequence sequence(const When& first, const When& second);

}  // namespace clusterspec
