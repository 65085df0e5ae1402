// The matrix as one page that needs nothing else: opened from disk it asks for nothing.
#include <fmt/format.h>

#include <algorithm>

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

constexpr std::string_view k_style = R"(
:root { color-scheme: light dark; --line: #8886; --pass: #1a7f37; --fail: #cf222e; --known: #9a6700; --faint: #777; --back: #fff; }
@media (prefers-color-scheme: dark) { :root { --pass: #4ac26b; --fail: #ff7b72; --known: #d4a72c; --faint: #999; --back: #111; } }
body { font: 15px/1.45 system-ui, sans-serif; margin: 1rem; background: var(--back); }
.scroll { overflow: auto; max-height: 85vh; border: 1px solid var(--line); }
table { border-collapse: separate; border-spacing: 0; }
th, td { border-right: 1px solid var(--line); border-bottom: 1px solid var(--line); padding: .3rem .5rem; text-align: left; vertical-align: top; min-width: 7rem; }
thead th { position: sticky; top: 0; background: var(--back); z-index: 2; }
tbody th { position: sticky; left: 0; background: var(--back); z-index: 1; font-weight: 600; max-width: 17rem; overflow-wrap: anywhere; }
thead th:first-child { left: 0; z-index: 3; }
th small, td small { display: block; font-weight: 400; color: var(--faint); }
summary { cursor: pointer; }
.pass > *, .pass { color: var(--pass); } .fail summary b { color: var(--fail); } .known summary b { color: var(--known); }
.error summary b { color: #8250df; } .skip, .untested { color: var(--faint); }
details p { max-width: 26rem; margin: .4rem 0; overflow-wrap: anywhere; }
code { font-size: .85em; overflow-wrap: anywhere; }
.filter { display: flex; flex-wrap: wrap; gap: .4rem 1rem; margin: .8rem 0; }
:focus-visible { outline: 3px solid #0969da; outline-offset: 1px; }
@media (max-width: 600px) { body { margin: .5rem; } tbody th { max-width: 8.5rem; min-width: 6rem; font-size: .85rem; } th small { display: none; } }
)";

constexpr std::string_view k_script = R"(
const text = document.getElementById("text"), boxes = [...document.querySelectorAll(".filter input[type=checkbox]")];
function filter() {
  const words = text.value.toLowerCase().split(/\s+/).filter(Boolean), wanted = boxes.filter(b => b.checked).map(b => b.value);
  let shown = 0;
  for (const row of document.querySelectorAll("tbody tr")) {
    const matches = words.every(w => row.dataset.text.includes(w));
    const has = wanted.length === 0 || wanted.some(v => row.querySelector("td." + v));
    row.hidden = !(matches && has);
    shown += row.hidden ? 0 : 1;
  }
  document.getElementById("shown").textContent = shown + " requirements";
}
text.addEventListener("input", filter);
for (const box of boxes) box.addEventListener("change", filter);
filter();
)";

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
  if (cell.verdict == RequirementVerdict::untested) return "<td class=\"untested\">–</td>";
  if (cell.verdict == RequirementVerdict::pass)
    return fmt::format("<td class=\"pass\">pass<small>{}</small></td>", html(cell.fact));
  const bool fails = cell.verdict == RequirementVerdict::fail || cell.verdict == RequirementVerdict::error;
  std::string text = fmt::format(
      "<td class=\"{}{}\"><details><summary><b>{}</b>{}</summary><p>{}</p>", verdict,
      cell.known ? " known" : "", cell.known ? "known" : verdict,
      fails ? fmt::format("<small>{}</small>", html(cut(one_line(cell.fact), k_shown_columns))) : "",
      html(cell.fact));
  if (!cell.known_reason.empty()) text += fmt::format("<p>Known: {}</p>", html(cell.known_reason));
  if (fails && cell.telling) {
    if (const std::string links = links_of(*cell.telling); !links.empty()) text += "<p>" + links + "</p>";
    text += fmt::format("<p><code>{}</code></p>", html(command_of(*cell.telling)));
  }
  return text + "</details></td>";
}

}  // namespace

std::string matrix_page(const ConformanceMatrix& matrix) {
  std::string text =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "script-src 'unsafe-inline'\"><title>clusterspec: conformance matrix</title><style>";
  text += k_style;
  text += "</style></head><body><h1>Conformance matrix</h1>\n";
  text += fmt::format("<p>clusterspec {}, started {}, {:.0f} s, on {}.<br><code>{}</code></p>\n",
                      html(matrix.version), html(matrix.started), matrix.seconds, html(matrix.host),
                      html(matrix.command));
  if (!matrix.settings.empty()) {
    text += "<details><summary>Settings of the kernel</summary><p><code>";
    for (const auto& [name, value] : matrix.settings) text += html(name) + "=" + html(value) + " ";
    text += "</code></p></details>\n";
  }
  text +=
      "<p>A cell has the worst verdict of the requirement's cases. <b>known</b>: it fails, and the "
      "implementation's "
      "file says so, with the reason. <b>skip</b>: it means nothing for this server, which says why.</p>\n"
      "<div class=\"filter\"><label>Requirement <input id=\"text\" type=\"search\"></label>"
      "<span>Rows with:</span>";
  for (const std::string_view verdict : {"fail", "known", "error", "pass", "skip"})
    text += fmt::format("<label><input type=\"checkbox\" value=\"{0}\"> {0}</label>", verdict);
  text +=
      "<output id=\"shown\"></output></div>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
      "aria-label=\"matrix\"><table><thead><tr><th scope=\"col\">Requirement</th>";
  for (const MatrixColumn& column : matrix.columns)
    text += fmt::format("<th scope=\"col\" title=\"{}\">{}<small>{}</small></th>", html(column.summary),
                        html(column.run.implementation),
                        html(column.absent.empty() ? column.run.implementation_version : column.absent));
  text += "</tr></thead><tbody>\n";
  for (const Requirement* row : rows_of(matrix)) {
    std::string lower = row->id + " " + row->text + " " + std::string(name_of(row->suite));
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    text +=
        fmt::format("<tr data-text=\"{}\"><th scope=\"row\" title=\"{}\">{}<small>{}, {}</small></th>",
                    html(lower), html(row->text), html(row->id), name_of(row->suite), name_of(row->level));
    for (const MatrixColumn& column : matrix.columns) text += cell_html(cell_of(column, row->id));
    text += "</tr>\n";
  }
  text += "</tbody></table></div>\n";
  std::string unexpected;
  for (const MatrixColumn& column : matrix.columns)
    for (const std::string& one : column.run.unexpected)
      unexpected += fmt::format("<li>{}: {}</li>", html(column.run.implementation), html(one));
  if (!unexpected.empty()) text += "<h2>Stated as known, and met</h2><ul>" + unexpected + "</ul>\n";
  text += "<script>";
  text += k_script;
  return text + "</script></body></html>\n";
}

}  // namespace clusterspec
