// The matrix as one page that needs nothing else: opened from disk it asks for nothing.
#include <fmt/format.h>

#include <algorithm>

#include "html/page.hpp"
#include "matrix.hpp"
#include "text.hpp"

namespace clusterspec {
namespace {

constexpr std::size_t k_shown_columns = 44;

std::string html(std::string_view text) {
  std::string escaped;
  for (const char c : one_line(text)) {
    if (c == '&')
      escaped += "&amp;";
    else if (c == '<')
      escaped += "&lt;";
    else if (c == '>')
      escaped += "&gt;";
    else if (c == '"')
      escaped += "&quot;";
    else if (c == '\'')
      escaped += "&#39;";
    else
      escaped += c;
  }
  return escaped;
}

// A file's path as a relative reference (RFC 3986): a name may hold "[", "=", "%" and more.
std::string reference(std::string_view path) {
  std::string text;
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("/._-~").find(c) != std::string_view::npos;
    text += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return path.starts_with('/') ? "file://" + text : "./" + text;
}

std::string links_of(const CaseResult& result) {
  std::string text;
  const auto link = [&](const std::string& file, std::string_view what) {
    if (file.empty()) return;
    text += fmt::format("{}<a href=\"{}\">{}</a>", text.empty() ? "" : ", ", reference(file), what);
  };
  link(result.journal_file, "journal");
  link(result.capsule_file, "capsule");
  return text;
}

std::string cell_html(const MatrixCell& cell) {
  const std::string verdict(name_of(cell.verdict));
  // What is known is filtered by that, and not as a failure.
  const std::string shown = cell.known ? "known" : verdict;
  const std::string begin = fmt::format("<td tabindex=\"-1\" data-verdict=\"{0}\" class=\"{0}\">", shown);
  if (cell.verdict == RequirementVerdict::untested) return begin + "–</td>";
  if (cell.verdict == RequirementVerdict::pass)
    return fmt::format("{}pass<small>{}</small></td>", begin, html(cell.fact));
  const bool fails = cell.verdict == RequirementVerdict::fail || cell.verdict == RequirementVerdict::error;
  std::string text = fmt::format(
      "{}<details><summary><b>{}</b>{}</summary><p>{}</p>", begin, shown,
      fails ? fmt::format("<small>{}</small>", html(cut(one_line(cell.fact), k_shown_columns))) : "",
      html(cell.fact));
  if (!cell.known_reason.empty()) text += fmt::format("<p>Known: {}</p>", html(cell.known_reason));
  if (fails && cell.telling) {
    if (const std::string links = links_of(*cell.telling); !links.empty()) text += "<p>" + links + "</p>";
    text += fmt::format("<p><code>{}</code></p>", html(rerun_command(*cell.telling)));
  }
  return text + "</details></td>";
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string facts_html(const ConformanceMatrix& matrix) {
  std::string text = fmt::format("<p>clusterspec {}, started {}, {:.0f} s, on {}.<br><code>{}</code></p>\n",
                                 html(matrix.version), html(matrix.started), matrix.seconds,
                                 html(matrix.host), html(matrix.command));
  if (matrix.settings.empty()) return text;
  text += "<details><summary>Settings of the kernel</summary><p><code>";
  for (const auto& [name, value] : matrix.settings) text += html(name) + "=" + html(value) + " ";
  return text + "</code></p></details>\n";
}

std::string head_html(const MatrixColumn& column) {
  const RunResult& run = column.run;
  std::string text =
      fmt::format("<th scope=\"col\" data-name=\"{}\" title=\"{}\">{}<small>{}</small>",
                  html(lower(run.implementation)), html(column.summary), html(run.implementation),
                  html(column.absent.empty() ? run.implementation_version : column.absent));
  if (column.absent.empty()) {
    const auto known = std::count_if(run.cases.begin(), run.cases.end(),
                                     [](const CaseResult& one) { return !one.known.empty(); });
    text += fmt::format("<small>{} pass, {} fail, {} known, {} skip</small>", run.count(Verdict::pass),
                        run.count(Verdict::fail) - known, known, run.count(Verdict::skip));
  }
  return text + "</th>";
}

std::string table_html(const ConformanceMatrix& matrix) {
  std::string text = "<table><thead><tr><th scope=\"col\">Requirement</th>";
  for (const MatrixColumn& column : matrix.columns) text += head_html(column);
  text += "</tr></thead><tbody>\n";
  for (const Requirement* row : rows_of(matrix)) {
    text += fmt::format(
        "<tr data-text=\"{}\"><th scope=\"row\" tabindex=\"-1\"><details><summary>{}<small>{}, {}"
        "</small></summary><p>{}</p></details></th>",
        html(lower(row->id + " " + row->text + " " + std::string(name_of(row->suite)))), html(row->id),
        name_of(row->suite), name_of(row->level), html(row->text));
    for (const MatrixColumn& column : matrix.columns) text += cell_html(cell_of(column, row->id));
    text += "</tr>\n";
  }
  return text + "</tbody></table>";
}

std::string verdicts_html() {
  std::string text;
  for (const std::string_view verdict : {"fail", "known", "error", "pass", "skip"})
    text += fmt::format("<label><input type=\"checkbox\" value=\"{0}\"> {0}</label>", verdict);
  return text;
}

std::string unexpected_html(const ConformanceMatrix& matrix) {
  std::string text;
  for (const MatrixColumn& column : matrix.columns)
    for (const std::string& one : column.run.unexpected)
      text += fmt::format("<li>{}: {}</li>", html(column.run.implementation), html(one));
  return text.empty() ? text : "<h2>Stated as known, and met</h2><ul>" + text + "</ul>\n";
}

}  // namespace

std::string matrix_page(const ConformanceMatrix& matrix) {
  const std::pair<std::string_view, std::string> parts[] = {{"@FACTS@", facts_html(matrix)},
                                                            {"@VERDICTS@", verdicts_html()},
                                                            {"@TABLE@", table_html(matrix)},
                                                            {"@UNEXPECTED@", unexpected_html(matrix)}};
  std::string text;
  std::string_view rest = k_matrix_page;
  for (const auto& [mark, part] : parts) {
    const auto at = rest.find(mark);
    text.append(rest.substr(0, at)).append(part);
    rest.remove_prefix(at + mark.size());
  }
  return text.append(rest);
}

}  // namespace clusterspec
