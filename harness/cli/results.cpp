#include "cli/results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "linux/stream.hpp"
#include "load/did_you_mean.hpp"

namespace clusterspec {

Result<ReportTarget> parse_report(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::string name = text.substr(0, equals);
  std::vector<std::string> names;
  ReportTarget target;
  for (const Format& candidate : formats()) {
    names.emplace_back(candidate.name);
    if (candidate.name == name) target.format = &candidate;
  }
  const std::string shown = printable(text, 200);
  if (!target.format)
    return failure(ErrorKind::usage, fmt::format("there is no report format \"{}\"", printable(name, 100)),
                   did_you_mean(name, names) + "formats: " + listed(names));
  if (equals != std::string::npos) target.file = text.substr(equals + 1);
  if (target.file.empty() && (equals != std::string::npos || name != "github"))
    return failure(ErrorKind::usage, fmt::format("the report \"{}\" names no file", shown),
                   fmt::format("{}=FILE, or {}=- for standard output", name, name));
  return target;
}

void Writers::Output::write(std::string_view text) {
  if (error || write_all(fd, text)) return;
  error = system_failure("writing " + name).value();
}

Result<Writers::Report> Writers::report_to(const ReportTarget& target) {
  Report one;
  one.output = std::make_unique<Output>();
  one.output->name = "standard output";
  if (!target.file.empty() && target.file != "-") {
    // Found out now, not after an hour.
    auto file = create_file(target.file);
    if (!file) return tl::unexpected(file.error());
    one.output->name = target.file;
    one.output->opened = std::move(*file);
    one.output->fd = one.output->opened.get();
  }
  one.writer =
      target.format->make([output = one.output.get()](std::string_view text) { output->write(text); });
  return one;
}

Writers::Report Writers::console_on(int fd, bool verbose) {
  ConsoleStyle style;
  const char* no_colour = std::getenv("NO_COLOR");  // https://no-color.org: set and not empty
  style.terminal = is_terminal(fd);
  style.colour = style.terminal && !(no_colour && *no_colour);
  style.columns = terminal_columns(fd);
  style.verbose = verbose;
  Report one;
  one.output = std::make_unique<Output>();
  one.output->fd = fd;
  one.writer =
      make_console([output = one.output.get()](std::string_view text) { output->write(text); }, style);
  return one;
}

Result<Writers> Writers::open(const std::vector<std::string>& reports, bool verbose) {
  std::vector<ReportTarget> between, others;
  std::size_t whole_output = 0;
  for (const std::string& report : reports) {
    auto target = parse_report(report);
    if (!target) return tl::unexpected(target.error());
    whole_output += target->file == "-";
    (target->file.empty() ? between : others).push_back(std::move(*target));
  }
  if (whole_output + between.size() > 1)
    return failure(ErrorKind::usage, "only one report can go to standard output",
                   "give the others a file: FORMAT=FILE");
  Writers writers;
  const auto add = [&](const std::vector<ReportTarget>& targets) -> Result<void> {
    for (const ReportTarget& target : targets) {
      auto one = report_to(target);
      if (!one) return tl::unexpected(one.error());
      writers.m_reports.push_back(std::move(*one));
    }
    return {};
  };
  // What is told between the console's lines comes before all others: it must be first to stop what a server
  // could say there. So it ends last.
  if (const auto added = add(between); !added) return tl::unexpected(added.error());
  writers.m_console = writers.m_reports.size();
  writers.m_reports.push_back(console_on(whole_output > 0 ? 2 : 1, verbose));
  if (const auto added = add(others); !added) return tl::unexpected(added.error());
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

void Writers::tell(std::string_view text) { m_reports[m_console].output->write(text); }

Result<void> Writers::run_ended(const RunResult& run) {
  std::optional<Error> error;
  for (auto it = m_reports.rbegin(); it != m_reports.rend(); ++it) {
    it->writer->run_ended(run);
    // One that cannot be written keeps no other from being written.
    if (it->output->error && !it->output->name.empty() && !error) error = it->output->error;
  }
  if (error) return tl::unexpected(*error);
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
