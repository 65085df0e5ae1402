// What the page shows, and small helpers. Text gets into the document through textContent only.
const RUN = JSON.parse(document.getElementById("run").textContent);
const VERDICTS = ["fail", "known", "error", "pass", "skip"];
const WORDS = { fail: "failed", known: "known", error: "errors", pass: "passed", skip: "skipped" };
const SVG = "http://www.w3.org/2000/svg";

RUN.cases.forEach((one, index) => {
  one.index = index;
  one.shownAs = one.verdict === "fail" && one.known ? "known" : one.verdict;
  one.text = [one.label, one.title, one.what, one.known].join("\n").toLowerCase();
});

// Parsed when it is opened: a run may hold hundreds of pictures.
function detailsOf(one) {
  return JSON.parse(document.getElementById("case-" + one.index).textContent);
}

function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "text") element.textContent = value;
    else if (key === "onclick") element.addEventListener("click", value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function draw(parent, name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

const badge = (verdict) => make("span", { class: "badge v-" + verdict, text: verdict });

// Microseconds as milliseconds.
const ms = (us) => (us / 1000).toFixed(3) + " ms";

function counted(number, noun) {
  return number.toLocaleString("en") + " " + noun + (number === 1 ? "" : "s");
}

function tally(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) || 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}
