// A saved journal, judged again without a server.
#pragma once

#include <string>

#include "model/case.hpp"
#include "model/verdict.hpp"

namespace clusterspec {

struct SavedJournal {
  Case one;           // as its first line holds it
  CaseResult result;  // with the journal
};
// Read in pieces: of a journal of a million events the text would take more memory than the events.
Result<SavedJournal> judge_saved_journal(const std::string& file);

}  // namespace clusterspec
