// Words, widths and escapes that the writers share. Everything returned here is safe for a terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/verdict.hpp"

namespace clusterspec {

// Any bytes on one line: control characters, line ends and bytes that are no UTF-8 as C escapes.
std::string one_line(std::string_view bytes);

// The same, but a line end stays a line end.
std::string many_lines(std::string_view bytes);

// How many columns a safe text takes at most: wide scripts count two.
std::size_t columns_of(std::string_view text);

// At most that many columns of a safe text; what is lost is shown as "…".
std::string cut(std::string_view text, std::size_t columns);

// Breaks a safe text at spaces, never inside a word. Every line but the first begins with `indent` spaces;
// the first is taken to begin there already. No newline at the end.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t columns);

// "1 case", "2 cases".
std::string counted(std::size_t number, std::string_view noun);

// "0:07", "12:40", "1:02:03".
std::string clock_text(double seconds);

// "file:line", only "file" if the line is unknown; empty if there is no file.
std::string place(const Location& where);

// The case's id, with its repetition where there are several.
std::string label(const CaseResult& result);

// What tells the case from others of its scenario: "[workers=4]@reference"; the label if the id has another
// form.
std::string variant(const CaseResult& result);

// "documented/terminate": where the case's scenario stands.
std::string area(const CaseResult& result);

// What flaky cases mean for this run: "passed and failed; each a failure", "… reported only".
std::string flaky_meaning(const RunResult& run);

// "3 of 200 failed".
std::string flaky_count(const FlakyCase& one);

// "REQUIREMENT in CASES: REASON": entries of the baseline that nothing needs any more.
std::vector<std::string> fixed_lines(const RunResult& run);

// Why cases of the plan are not there.
std::vector<std::string> incomplete_lines(const RunResult& run);

// The catalogue that a writer was given, or what the run itself knows of it.
Catalogue catalogue_of(const Catalogue& given, const RunResult& run);

}  // namespace clusterspec
