"""The kill matrix as a page: one row a fault, one column a requirement. No script, nothing from elsewhere."""
import html

STYLE = """
body { font: 14px/1.4 system-ui, sans-serif; margin: 2em; color: #222; background: #fff; }
table { border-collapse: collapse; }
td, th { border: 1px solid #ddd; padding: 0 4px; text-align: center; min-width: 1em; }
th.name, td.name { text-align: left; white-space: nowrap; }
thead th.turned { height: 16em; vertical-align: bottom; }
thead th.turned span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; }
td.caught { background: #cfe8cf; } td.missed, td.blamed { background: #f3b4b4; font-weight: bold; }
tr:hover td, tr:hover th { outline: 1px solid #888; }
code { background: #f4f4f4; }
"""


def cell(row, requirement):
    names = row["named_by"].get(requirement, [])
    stated = requirement in row["breaks"]
    title = html.escape("\n".join([f"{row['fault']} x {requirement}", *names]))
    if stated and names:
        return f'<td class="caught" title="{title}">{len(names)}</td>'
    if stated:
        return f'<td class="missed" title="{title}">missed</td>'
    if names:
        return f'<td class="blamed" title="{title}">!{len(names)}</td>'
    return "<td></td>"


def page(matrix):
    requirements = list(matrix["requirements"])
    for row in matrix["faults"]:
        requirements += [r for r in [*row["breaks"], *row["named_by"]] if r not in requirements]
    head = "".join(f'<th class="turned" title="{html.escape(r)}, {matrix["requirements"].get(r, "not documented")}">'
                   f"<span>{html.escape(r)}</span></th>" for r in requirements)
    body = "\n".join(
        f'<tr><th class="name" title="{html.escape(row["sentence"])}">{html.escape(row["fault"])}</th>'
        + "".join(cell(row, r) for r in requirements)
        + f'<td class="name">{html.escape(", ".join(s.removeprefix("documented/") for s in row["caught_by"]))}</td></tr>'
        for row in matrix["faults"])
    sums = "".join(f'<td>{sum(r in row["breaks"] for row in matrix["faults"])}</td>' for r in requirements)
    holes = "\n".join(f"<li>{html.escape(h['text'])}" + (f"<br><code>{html.escape(h['command'])}</code>" if h["command"] else "")
                      + "</li>" for h in matrix["holes"])
    return f"""<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>Kill matrix</title><style>{STYLE}</style>
<h1>Kill matrix</h1>
<p>Each row is the reference server with one decision broken; each column a requirement. A number counts the scenarios
that found it broken, as the fault's own statement says it is. <b>missed</b>: stated, and no scenario says so.
<b>!</b>: a requirement that the fault does not break was blamed.</p>
<p>{len(matrix["faults"])} faults, {matrix["cases"]} cases, {matrix["expectations"]} expectations of which
{len(matrix["unseen_expectations"])} were not seen to fail, {len(matrix["holes"])} holes; {matrix["seconds"]} s.</p>
{f"<h2>Holes</h2><ul>{holes}</ul>" if matrix["holes"] else "<p>No hole.</p>"}
<table><thead><tr><th class="name">fault</th>{head}<th class="name">caught by</th></tr></thead>
<tbody>
{body}
<tr><th class="name">faults that break it</th>{sums}<td></td></tr>
</tbody></table>
</html>
"""
