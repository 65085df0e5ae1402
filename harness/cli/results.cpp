#include "cli/results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "linux/stream.hpp"

namespace clusterspec {

Result<Writers> Writers::open(const std::vector<std::string>& reports, bool verbose) {
  Writers writers;
  ConsoleStyle style;
  const char* no_colour = std::getenv("NO_COLOR");  // https://no-color.org: set and not empty
  style.terminal = is_terminal(1);
  style.colour = style.terminal && !(no_colour && *no_colour);
  style.columns = terminal_columns(1);
  style.verbose = verbose;
  writers.m_reports.push_back(
      {{}, nullptr, make_console([](std::string_view text) { write_all(1, text); }, style)});
  for (const std::string& report : reports) {
    const std::size_t equals = report.find('=');
    const std::string name = report.substr(0, equals);
    std::string known;
    const Format* format = nullptr;
    for (const Format& candidate : formats()) {
      known += (known.empty() ? "" : ", ") + std::string(candidate.name);
      if (candidate.name == name) format = &candidate;
    }
    const bool to_output = equals == std::string::npos && name == "github";
    if (!format || (!to_output && equals == std::string::npos) || equals + 1 == report.size())
      return failure(ErrorKind::usage, fmt::format("--report {} is not FORMAT=FILE", printable(report)),
                     "formats: " + known);
    Report one;
    if (to_output) {
      // Before all others: what it stops must be stopped before the console tells anything. So it ends after
      // them.
      one.writer = format->make([](std::string_view text) { write_all(1, text); });
      writers.m_reports.insert(writers.m_reports.begin(), std::move(one));
      continue;
    }
    one.file = report.substr(equals + 1);
    one.text = std::make_unique<std::string>();
    one.writer = format->make([text = one.text.get()](std::string_view piece) { *text += piece; });
    // Found out now, not after an hour.
    if (const auto file = one.file == "-" ? Result<Fd>(Fd()) : create_file(one.file); !file)
      return tl::unexpected(file.error());
    writers.m_reports.push_back(std::move(one));
  }
  return writers;
}

void Writers::run_begun(const Plan& plan) {
  for (const Report& report : m_reports) report.writer->run_begun(plan);
}

void Writers::case_begun(const Case& one) {
  for (const Report& report : m_reports) report.writer->case_begun(one);
}

void Writers::tick() {
  for (const Report& report : m_reports) report.writer->tick();
}

void Writers::case_ended(const CaseResult& result) {
  for (const Report& report : m_reports) report.writer->case_ended(result);
}

Result<void> Writers::run_ended(const RunResult& run) {
  for (auto it = m_reports.rbegin(); it != m_reports.rend(); ++it) {
    it->writer->run_ended(run);
    if (it->file.empty()) continue;
    if (const auto written = write_file(it->file, *it->text); !written) return written;
  }
  return {};
}

Result<void> write_file(const std::string& path, std::string_view text) {
  if (path == "-") {
    if (!write_all(1, text)) return system_failure("writing to standard output");
    return {};
  }
  const auto file = create_file(path);
  if (!file) return tl::unexpected(file.error());
  if (!write_all(file->get(), text)) return system_failure("writing " + path);
  return {};
}

namespace {

// The id as one name of a file.
std::string file_name(const std::string& id) {
  std::string name = id;
  for (char& c : name)
    if (c == '/' || c == '\0') c = '.';
  if (name.size() > 200) name = name.substr(0, 180) + fmt::format("-{:016x}", std::hash<std::string>{}(id));
  return name;
}

}  // namespace

std::string ResultsDirectory::keep(const std::string& file, const std::string& content) const {
  const std::string path = m_directory + "/" + file;
  const auto opened = create_file(path);
  return opened && write_all(opened->get(), content) ? path : std::string();
}

std::string ResultsDirectory::keep_journal(const CaseResult& result, const std::string& journal) const {
  const std::string repetition = result.repetition ? fmt::format("#{}", result.repetition) : "";
  return keep("journals/" + file_name(result.id) + repetition + ".jsonl", journal);
}

std::string ResultsDirectory::keep_capsule(const CaseResult& result, const std::string& capsule) const {
  return keep("capsules/" + file_name(result.id) + ".tar.gz", capsule);
}

void in_order_of_plan(std::vector<CaseResult>& results, const std::vector<Case>& cases, bool together) {
  std::map<std::string, std::size_t> position;
  for (std::size_t i = 0; i < cases.size(); ++i) position[cases[i].id] = i;
  std::stable_sort(results.begin(), results.end(), [&](const CaseResult& a, const CaseResult& b) {
    const std::pair first(a.repetition, position[a.id]), second(b.repetition, position[b.id]);
    if (!together) return first < second;
    return std::pair(first.second, first.first) < std::pair(second.second, second.first);
  });
}

}  // namespace clusterspec
