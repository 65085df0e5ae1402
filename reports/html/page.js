// The page itself: the list of cases with its filters, the overview, one case, the keys.
const hidden = new Set();
let wanted = "", open = null, chart = null, list = null, proofs = [];
const $ = (id) => document.getElementById(id);
const verdictsThere = VERDICTS.filter((verdict) => RUN.cases.some((one) => one.shownAs === verdict));

function showHead() {
  $("subject").textContent = [RUN.implementation, RUN.version].filter(Boolean).join(" ");
  document.title = `clusterspec: ${RUN.implementation || "case"}`;
  $("facts").textContent = [RUN.started, RUN.seconds ? RUN.seconds.toFixed(1) + " s" : "", RUN.host, RUN.isolation && "isolation " + RUN.isolation, RUN.observation && "observation " + RUN.observation, "clusterspec " + RUN.clusterspec].filter(Boolean).join(" · ");
  const warnings = [...(RUN.interrupted ? ["The run was interrupted."] : []), ...RUN.incomplete.map((t) => "Incomplete: " + t), ...RUN.fixed.map((t) => "Fixed, but still in the baseline: " + t), ...RUN.notes];
  $("warnings").replaceChildren(...warnings.map((text) => make("li", { text })));
  $("verdicts").replaceChildren(...verdictsThere.map((verdict, i) => {
    const number = RUN.cases.filter((one) => one.shownAs === verdict).length;
    const button = make("button", { type: "button", "aria-pressed": "true", "data-verdict": verdict, title: `show or hide (${i + 1})`, onclick: () => toggle(verdict) }, badge(verdict), ` ${number}`);
    return button;
  }));
}

function toggle(verdict) {
  if (!hidden.delete(verdict)) hidden.add(verdict);
  for (const button of $("verdicts").children) button.setAttribute("aria-pressed", String(!hidden.has(button.dataset.verdict)));
  filterCases();
}

const isShown = (one) => !hidden.has(one.shownAs) && (!wanted || one.text.includes(wanted));

function showCases() {
  $("cases").replaceChildren(...RUN.cases.map((one) => make("li", {}, make("a", { href: "#case-" + one.index, "data-index": one.index }, badge(one.shownAs), " " + (one.title || one.label), make("span", { class: "id mono", text: one.label })))));
  filterCases();
}

function filterCases() {
  let number = 0;
  for (const item of $("cases").children) {
    const shown = isShown(RUN.cases[item.firstChild.dataset.index]);
    item.hidden = !shown;
    number += shown;
  }
  $("shown").textContent = number === RUN.cases.length ? counted(number, "case") : `${number} of ${counted(RUN.cases.length, "case")}`;
}

// What failing cases show, so that not each has to be opened to be told from the others.
function failures() {
  const most = 20, failing = RUN.cases.filter((one) => one.shownAs === "fail" || one.shownAs === "error");
  if (!failing.length) return [];
  const told = (finding) => make("div", {}, make("span", { class: "mono", text: finding.requirement }), ` ${finding.actual}`);
  const item = (one) => {
    const findings = detailsOf(one).findings, [first] = findings;
    return make("li", {}, badge(one.shownAs), " ", make("a", { href: "#case-" + one.index, text: one.title || one.label }), make("div", { class: "id mono", text: one.label }),
      ...(first ? [told(first)] : one.reason ? [make("div", { text: one.reason })] : []), ...(findings.length > 1 ? [make("div", { class: "dim", text: `and ${counted(findings.length - 1, "more finding")}` })] : []));
  };
  return [make("h3", { text: "What failed" }), make("ul", { id: "failures" }, ...failing.slice(0, most).map(item)),
    ...(failing.length > most ? [make("p", { class: "dim", text: `and ${counted(failing.length - most, "more case")}` })] : [])];
}

function overview() {
  const row = (one) => make("tr", {}, make("td", {}, badge(one.verdict)), make("td", {}, make("a", { href: "#overview", class: "mono", text: one.id, onclick: () => search(one.id) }), make("div", { class: "dim", text: one.text })), make("td", { text: one.level }), ...["failed", "errors", "passed", "skipped"].map((key) => make("td", { class: "n", text: one[key] || "" })));
  const order = ["fail", "error", "pass", "skip", "untested"];
  const sorted = [...RUN.requirements].sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  const totals = verdictsThere.map((verdict) => `${RUN.cases.filter((one) => one.shownAs === verdict).length} ${WORDS[verdict]}`).join(", ");
  return [make("h2", { text: `${counted(RUN.cases.length, "case")}: ${totals}` }), make("h3", { text: "By requirement" }),
    make("div", { class: "wide" }, make("table", { id: "requirements" }, make("thead", {}, make("tr", {}, ...["", "Requirement", "Level"].map((text) => make("th", { text })), ...["Failed", "Errors", "Passed", "Skipped"].map((text) => make("th", { class: "n", text })))), make("tbody", {}, ...sorted.map(row)))), ...failures()];
}

function search(text) {
  $("search").value = text;
  wanted = text.toLowerCase();
  filterCases();
}

// Of findings with one requirement only the first says what that requires.
function findingBox(finding, number, all) {
  const pair = (name, text) => text ? [make("dt", { text: name }), make("dd", { text })] : [];
  const again = number > 0 && all[number - 1].requirement === finding.requirement;
  const evidence = finding.evidence.map(([event, text]) => make("button", { type: "button", class: "evidence mono", "data-number": event, text: `#${event}  ${text}`, onclick: () => { choose(event); showChart(); } }));
  const more = finding.evidence.length + finding.evidence_left;
  if (finding.evidence_left) evidence.push(make("span", { class: "dim", text: `and ${finding.evidence_left} more` }));
  return make("section", { class: "finding" }, make("strong", { class: "mono", text: finding.requirement }), make("span", { class: "dim", text: [" ", finding.level, all.length > 1 ? `${number + 1} of ${all.length}` : "", finding.where].filter(Boolean).join(" · ").replace(" · ", "") }),
    make("dl", {}, ...(again ? [] : pair("Required", finding.text)), ...pair("Expected", finding.expected), ...pair("Actual", finding.actual), ...(evidence.length ? [make("dt", { text: more > 4 ? `Evidence (${more})` : "Evidence" }), make("dd", { class: "proofs" }, ...evidence)] : []), ...pair("Usual cause", finding.hint)));
}

// The first ones are read; a server that breaks everything must not push the picture out of sight.
function findingBoxes(findings) {
  const most = 4, boxes = findings.map(findingBox);
  if (boxes.length <= most) return boxes;
  const rest = make("details", { id: "more-findings" }, make("summary", { text: `${counted(boxes.length - most + 1, "more finding")}` }), ...boxes.splice(most - 1));
  return [...boxes, rest];
}

function legend(picture) {
  const entry = (text, name, attributes) => {
    const sample = document.createElementNS(SVG, "svg");
    draw(sample, name, attributes);
    return make("span", {}, sample, text);
  };
  const bar = (cls, text) => entry(text, "rect", { class: cls, y: 1, width: 12, height: 8 });
  const outcomes = picture.connections ? [...new Set(picture.connections.outcome)].map((i) => picture.connections.outcomes[i]) : [];
  return make("div", { class: "legend" }, bar("alive", "alive"), bar("drain", "signalled, not ended"), entry("listens", "rect", { class: "listen", y: 4, width: 12, height: 3 }),
    entry("executes", "path", { class: "exec", d: triangle(4, 5) }), entry("ends", "path", { class: "ended", d: cross(6, 5) }), entry("signal", "circle", { class: "sighit", cx: 6, cy: 5, r: 4 }), entry("a line of output", "rect", { class: "out", x: 5, width: 2, height: 10 }),
    ...(picture.gates.length ? [bar("gate", "at a gate")] : []), ...(picture.queued.length ? [entry("connections in its queue", "rect", { class: "queued", x: 4, width: 3, height: 9 })] : []),
    ...(proofs.length ? [entry("evidence", "path", { class: "proof", d: diamond(6, 5) })] : []), ...outcomes.map((name) => bar("o-" + name, name)));
}

function pictureOf(details) {
  const picture = details.picture;
  if (!picture) return [make("p", { class: "dim", text: "There is no picture: this case left no journal, or the page had no room for more." })];
  const where = make("span", { class: "dim mono" }), found = make("span", { class: "dim" });
  chart = new Chart(picture, details, choose);
  proofs = chart.proofs;
  list = new EventList(picture, proofs, choose);
  const inView = make("input", { type: "checkbox", id: "in-view" }), filter = make("input", { type: "search", id: "event-search", placeholder: "Filter events", "aria-label": "Filter events" });
  const refresh = () => { list.range = inView.checked ? chart.view : null; list.wanted = filter.value.toLowerCase(); list.filter(); };
  chart.onview = ([from, to]) => { where.textContent = `${ms(from)} – ${ms(to)}`; if (inView.checked) refresh(); };
  list.onfilter = (number) => { found.textContent = counted(number, "event") + (picture.events_left ? `, ${picture.events_left} more are only in the journal` : ""); };
  inView.addEventListener("change", refresh);
  filter.addEventListener("input", refresh);
  list.filter();
  const button = (id, text, title, act) => make("button", { type: "button", id, title, text, onclick: act });
  return [make("h3", { text: "What happened" }),
    make("div", { class: "bar" }, button("zoom-in", "+", "zoom in (+)", () => chart.zoom(0.5)), button("zoom-out", "−", "zoom out (-)", () => chart.zoom(2)), button("zoom-all", "All", "the whole time (0)", () => chart.all()), button("zoom-signal", "From the signal", "from the first signal on (s)", () => chart.afterSignal()), where),
    chart.box, legend(picture),
    make("p", { id: "chosen", class: "mono", role: "status", text: "Click a mark, or press n or e, to see its event here." }),
    ...(picture.summary.length ? [make("h3", { text: "Connections" }), make("pre", { id: "connections", text: picture.summary.join("\n") })] : []),
    make("h3", { text: "Events" }), make("div", { class: "bar" }, filter, make("label", {}, inView, " only those in sight"), found), list.box];
}

function caseView(one) {
  const details = detailsOf(one), findings = details.findings;
  const facts = [details.where, one.seconds.toFixed(2) + " s"].filter(Boolean).join(" · ");
  const kept = [["Server", details.command], ["Journal", details.journal], ["Capsule", details.capsule], ["Run it again", details.again]].filter(([, text]) => text);
  const others = details.requirements.map(([id, verdict]) => make("div", {}, badge(verdict), make("span", { class: "mono", text: " " + id })));
  return [make("a", { class: "back", href: "#overview", text: "← All cases" }),
    make("h2", {}, badge(one.shownAs), " " + one.title), make("p", { class: "mono dim", id: "case-id", text: one.label }), make("p", { class: "dim", text: facts }),
    one.known ? make("p", { id: "known", text: "Known failure: " + one.known }) : null, one.reason ? make("p", { id: "reason", text: one.reason }) : null,
    ...findingBoxes(findings), ...pictureOf(details),
    make("h3", { text: "Requirements" }), ...others,
    ...kept.flatMap(([name, text]) => [make("h3", { text: name }), make("pre", { text })])];
}

// The one way to select an event, from wherever.
function choose(number) {
  if (!chart) return;
  chart.select(number);
  list.select(number);
  const event = chart.picture.events.find((e) => e[0] === number);
  $("chosen").textContent = event ? `#${number}  ${ms(event[1])}  ${event[2]}` : `#${number} is not in this page`;
  for (const link of document.querySelectorAll(".evidence")) link.toggleAttribute("aria-current", Number(link.dataset.number) === number);
}

function showChart() {
  chart?.box.scrollIntoView({ block: "nearest" });
}

function route() {
  const match = /^#case-(\d+)$/.exec(location.hash);
  const only = RUN.cases.length === 1 && !location.hash ? 0 : null;
  open = match && RUN.cases[match[1]] ? Number(match[1]) : only;
  chart = list = null;
  proofs = [];
  $("tip").hidden = true;
  document.body.classList.toggle("in-case", open !== null);
  $("main").replaceChildren(...(open === null ? overview() : caseView(RUN.cases[open])).filter(Boolean));
  for (const link of $("cases").querySelectorAll("a")) {
    const here = Number(link.dataset.index) === open;
    link.toggleAttribute("aria-current", here);
    if (here) link.scrollIntoView({ block: "nearest" });
  }
  window.scrollTo(0, 0);
}

function go(step, accept = () => true) {
  const shown = RUN.cases.filter((one) => isShown(one) && accept(one));
  const next = step > 0 ? shown.find((one) => one.index > (open ?? -1)) : shown.reverse().find((one) => one.index < (open ?? RUN.cases.length));
  if (next) show("#case-" + next.index);
}

// At once, so that keys that follow each other quickly mean what is seen.
function show(hash) {
  if (location.hash !== hash) history.pushState(null, "", hash);
  route();
}

function theme(dark) {
  document.documentElement.classList.toggle("dark", dark);
}

const KEYS = {
  j: () => go(1), k: () => go(-1), f: () => go(1, (one) => ["fail", "error"].includes(one.shownAs)), o: () => show("#overview"),
  "/": () => $("search").focus(), t: () => theme(!document.documentElement.classList.contains("dark")), "?": () => $("keys").showModal(),
  "+": () => chart?.zoom(0.5), "=": () => chart?.zoom(0.5), "-": () => chart?.zoom(2), 0: () => chart?.all(), s: () => chart?.afterSignal(),
  ArrowLeft: () => chart?.pan(-0.2), ArrowRight: () => chart?.pan(0.2), n: () => list?.next(1), p: () => list?.next(-1),
  e: () => { if (proofs.length) { choose(proofs[(proofs.indexOf(chart.chosen) + 1) % proofs.length]); showChart(); } },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || $("keys").open) return;
  if (event.target.matches("input[type=search]")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const act = KEYS[event.key] || (verdictsThere[Number(event.key) - 1] && (() => toggle(verdictsThere[Number(event.key) - 1])));
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("pointermove", (event) => {
  const shape = event.target.closest?.("[data-tip]"), tip = $("tip");
  tip.hidden = !shape;
  if (!shape) return;
  tip.textContent = shape.dataset.tip;
  const { offsetWidth: width, offsetHeight: height } = tip;
  tip.style.left = Math.max(4, Math.min(event.clientX + 14, innerWidth - width - 6)) + "px";
  tip.style.top = (event.clientY + 18 + height > innerHeight ? event.clientY - height - 10 : event.clientY + 18) + "px";
});

$("search").addEventListener("input", () => { wanted = $("search").value.toLowerCase(); filterCases(); });
$("theme").addEventListener("click", KEYS.t);
$("help").addEventListener("click", KEYS["?"]);
addEventListener("hashchange", route);
theme(matchMedia("(prefers-color-scheme: dark)").matches);
showHead();
showCases();
route();
