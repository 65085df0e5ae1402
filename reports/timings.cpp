#include "reports/timings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "reports/text.hpp"

namespace clusterspec {
namespace {

constexpr std::size_t k_most_slow_cases = 10;
constexpr std::size_t k_name_columns = 44;

double ms(Duration time) { return static_cast<double>(time.count()) / 1e6; }

// "step 3: await exited, of all" is a step of the kind "await exited".
std::string row_name(const std::string& part, bool one_case) {
  const auto colon = part.find(": ");
  if (one_case || colon == std::string::npos) return part;
  const std::string text = part.substr(colon + 2);
  const std::string verb = text.substr(0, text.find_first_of(" ,"));
  if (verb != "await") return "steps: " + verb;
  return "steps: " + text.substr(0, text.find(','));
}

struct Row {
  std::string name;
  std::vector<Duration> times;
  Duration sum{};
};

class Rows {
 public:
  void add(const std::string& name, Duration took) {
    auto it = std::find_if(m_rows.begin(), m_rows.end(), [&](const Row& row) { return row.name == name; });
    if (it == m_rows.end()) it = m_rows.insert(it, Row{name, {}, {}});
    it->times.push_back(took);
    it->sum += took;
  }

  // Steps of several cases stand where the first of their kind stood, which says nothing: behind "start", by
  // their sums.
  void order_steps() {
    const auto is_step = [](const Row& row) { return row.name.starts_with("steps: "); };
    const auto first = std::find_if(m_rows.begin(), m_rows.end(), is_step);
    const auto last = std::stable_partition(first, m_rows.end(), is_step);
    std::stable_sort(first, last, [](const Row& a, const Row& b) { return a.sum > b.sum; });
  }

  std::string text(Duration whole) {
    std::string lines;
    for (Row& row : m_rows) {
      std::sort(row.times.begin(), row.times.end());
      const std::string name = cut(one_line(row.name), k_name_columns);
      lines += "  " + name + std::string(k_name_columns - std::min(k_name_columns, columns_of(name)), ' ');
      lines += fmt::format(" {:>6} {:>10.1f} {:>5.1f} % {:>9.3f} {:>9.3f}\n", row.times.size(), ms(row.sum),
                           whole.count() ? 100.0 * ms(row.sum) / ms(whole) : 0.0,
                           ms(row.times[row.times.size() / 2]), ms(row.times.back()));
    }
    return lines;
  }

 private:
  std::vector<Row> m_rows;
};

std::string slow_cases(const std::vector<CaseTimings>& cases) {
  std::vector<const CaseTimings*> slow;
  for (const CaseTimings& one : cases) slow.push_back(&one);
  const std::size_t shown = std::min(k_most_slow_cases, slow.size());
  std::partial_sort(slow.begin(), slow.begin() + static_cast<std::ptrdiff_t>(shown), slow.end(),
                    [](const CaseTimings* a, const CaseTimings* b) {
                      return a->whole() - a->server > b->whole() - b->server;
                    });
  slow.resize(shown);
  std::string text = fmt::format("\n  {:>9} {:>9}  longest beside their servers\n", "beside", "server");
  for (const CaseTimings* one : slow)
    text += fmt::format("  {:>9.3f} {:>9.3f}  {}{}\n", ms(one->whole() - one->server), ms(one->server),
                        one_line(one->case_id),
                        one->repetition ? fmt::format(" #{}", one->repetition) : std::string());
  return text;
}

}  // namespace

std::string timings_table(const std::vector<CaseTimings>& cases) {
  if (cases.empty()) return "no case was run\n";
  const bool one_case = std::all_of(cases.begin(), cases.end(), [&](const CaseTimings& one) {
    return one.case_id == cases.front().case_id;
  });
  Rows rows;
  Duration whole{}, server{}, cell_cpu{}, server_cpu{};
  for (const CaseTimings& one : cases) {
    for (const CaseTimings::Part& part : one.parts) rows.add(row_name(part.name, one_case), part.took);
    whole += one.whole();
    server += one.server;
    cell_cpu += one.cell_cpu;
    server_cpu += one.server_cpu;
  }
  if (!one_case) rows.order_steps();
  const std::string title = fmt::format("where the time of {} went", counted(cases.size(), "case"));
  std::string text = fmt::format("\n  {:<{}} {:>6} {:>10} {:>7} {:>9} {:>9}\n", title, k_name_columns,
                                 "times", "sum in ms", "share", "median", "max");
  text += rows.text(whole);
  text +=
      fmt::format("\n  all in all {:.1f} ms, of which from launch to last exit of the servers {:.1f} ms\n",
                  ms(whole), ms(server));
  text += fmt::format("  processor time: the cells {:.1f} ms, the servers {:.1f} ms\n", ms(cell_cpu),
                      ms(server_cpu));
  return one_case ? text : text + slow_cases(cases);
}

std::string timings_line(const CaseTimings& one) {
  nlohmann::ordered_json parts = nlohmann::ordered_json::array();
  for (const CaseTimings::Part& part : one.parts)
    parts.push_back({{"part", one_line(part.name)}, {"ms", ms(part.took)}});
  const nlohmann::ordered_json line = {
      {"case", one_line(one.case_id)},   {"repetition", one.repetition},
      {"ms", ms(one.whole())},           {"server_ms", ms(one.server)},
      {"cell_cpu_ms", ms(one.cell_cpu)}, {"server_cpu_ms", ms(one.server_cpu)},
      {"parts", std::move(parts)}};
  return line.dump() + "\n";
}

}  // namespace clusterspec
