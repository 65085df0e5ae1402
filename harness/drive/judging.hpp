// From a journal's text to the result of its case: what the scheduler does when a cell has ended, and what
// `clusterspec judge` does again with a saved journal. Starts no process and reads no file.
#pragma once

#include <string>
#include <string_view>

#include "model/case.hpp"
#include "model/error.hpp"
#include "model/verdict.hpp"

namespace clusterspec {

// A case that has not been judged.
CaseResult empty_result(const Case& one);

// The whole case, and so each requirement that it verifies, has this verdict.
void set_all(Judgement& judgement, const Case& one, Verdict verdict, std::string reason);

CaseResult judge_text(const Case& one, const std::string& text);
// What `read_journal` or a JournalReader gave.
CaseResult judge_journal(const Case& one, Result<Journal> journal);

// The case that a journal's first line holds: scenario, implementation, levels. `file` is for the error,
// which names the place in the journal, or in the TOML text that the line holds.
Result<Case> case_of_journal(std::string_view text, const std::string& file);

}  // namespace clusterspec
