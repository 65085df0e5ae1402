#include "learn/line_patterns.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "model/cluster.hpp"

namespace clusterspec {
namespace {

// With fewer letters a pattern would fit lines that mean something else.
constexpr std::ptrdiff_t k_fewest_letters = 4;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Number {
  std::size_t at, length;
};

std::vector<Number> numbers_of(const std::string& line) {
  std::vector<Number> numbers;
  for (std::size_t i = 0; i < line.size();) {
    std::size_t end = i;
    while (end < line.size() && is_digit(line[end])) ++end;
    if (end > i) numbers.push_back({i, end - i});
    i = std::max(end, i + 1);
  }
  return numbers;
}

// "*.*" is "*", as in a number with a point.
void append_wild(std::string& pattern) {
  if (pattern.size() >= 2 && pattern[pattern.size() - 2] == '*' &&
      (pattern.back() == '.' || pattern.back() == ':'))
    pattern.pop_back();
  if (pattern.empty() || pattern.back() != '*') pattern += '*';
}

std::ptrdiff_t letters_of(const std::string& pattern) {
  return std::count_if(pattern.begin(), pattern.end(), [](unsigned char c) { return std::isalpha(c) != 0; });
}

// What a wait status shows in a line: the exit code, or the signal.
int shown(int status) { return (status & 0x7f) ? status & 0x7f : (status >> 8) & 0xff; }

}  // namespace

std::string pattern_for(const std::string& line, Pid pid, std::optional<int> status, bool literal) {
  const std::vector<Number> numbers = numbers_of(line);
  const auto text = [&](const Number& number) { return line.substr(number.at, number.length); };
  const auto last = std::find_if(numbers.rbegin(), numbers.rend(),
                                 [&](const Number& number) { return text(number) == std::to_string(pid); });
  if (last == numbers.rend()) return {};
  std::string pattern;
  std::size_t from = 0;
  if (const auto before = last + 1; before != numbers.rend()) {
    pattern = "*";
    from = before->at + before->length;
  }
  pattern += line.substr(from, last->at - from) + "{pid}";
  std::size_t end = last->at + last->length;
  for (auto number = last.base(); number != numbers.end(); ++number) {
    pattern += line.substr(end, number->at - end);
    if (!status || text(*number) != std::to_string(*status))
      append_wild(pattern);
    else
      pattern += literal ? text(*number) : "{status}";
    if (!literal) status.reset();  // the first of them is it
    end = number->at + number->length;
  }
  return pattern + line.substr(end);
}

std::optional<std::string> common_pattern(const std::vector<LineFact>& lines, const LinesWanted& wanted) {
  std::map<std::string, std::set<Pid>> about;
  for (const LineFact& line : lines) {
    if (line.after_signal != wanted.after_signal) continue;
    const auto status =
        line.status && wanted.after_signal ? std::optional(shown(*line.status)) : std::nullopt;
    const std::string pattern = pattern_for(line.text, line.pid, status, !wanted.failed);
    // Another number may stand where the pattern looks for the pid.
    if (const auto match = match_line(pattern, line.text); match && match->pid == line.pid)
      about[pattern].insert(line.pid);
  }
  std::optional<std::string> best;
  for (const auto& [pattern, pids] : about) {
    const bool all = std::all_of(wanted.pids.begin(), wanted.pids.end(),
                                 [&known = pids](Pid pid) { return known.contains(pid); });
    const auto placeholders = wanted.failed ? std::string_view("pidstatus") : std::string_view("pid");
    const auto letters = letters_of(pattern) - static_cast<std::ptrdiff_t>(placeholders.size());
    if (wanted.pids.empty() || !all || letters < k_fewest_letters) continue;
    if (wanted.failed && pattern.find("{status}") == std::string::npos) continue;
    if (!best || letters_of(pattern) > letters_of(*best)) best = pattern;
  }
  return best;
}

}  // namespace clusterspec
