const byId = (id) => document.getElementById(id);
const boxes = [...document.querySelectorAll(".filter input[type=checkbox]")];
const rows = [...document.querySelectorAll("tbody tr")], heads = [...document.querySelectorAll("thead th")];
const wordsOf = (field) => field.value.toLowerCase().split(/\s+/).filter(Boolean);

// A row stays if its text has all words and one of the columns in sight has one of the verdicts asked for; a
// column stays if its name has one of the words.
function filter() {
  const words = wordsOf(byId("text")), names = wordsOf(byId("columns"));
  const wanted = boxes.filter((box) => box.checked).map((box) => box.value);
  const kept = heads.map((head, i) => i === 0 || names.length === 0 || names.some((name) => head.dataset.name.includes(name)));
  heads.forEach((head, i) => { head.hidden = !kept[i]; });
  let shown = 0;
  for (const row of rows) {
    const cells = [...row.children];
    cells.forEach((cell, i) => { cell.hidden = !kept[i]; });
    const has = wanted.length === 0 || cells.some((cell, i) => i > 0 && kept[i] && wanted.some((verdict) => cell.dataset.verdict === verdict));
    row.hidden = !(has && words.every((word) => row.dataset.text.includes(word)));
    shown += row.hidden ? 0 : 1;
  }
  byId("shown").textContent = `${shown} of ${rows.length} requirements, ${kept.filter(Boolean).length - 1} of ${heads.length - 1} implementations`;
}

// From cell to cell, over what the filters hide.
function neighbour(cell, key) {
  if (key === "ArrowLeft" || key === "ArrowRight") {
    let next = cell;
    do next = key === "ArrowLeft" ? next.previousElementSibling : next.nextElementSibling; while (next && next.hidden);
    return next;
  }
  let row = cell.parentElement;
  const at = [...row.children].indexOf(cell);
  do row = key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling; while (row && row.hidden);
  return row && row.children[at];
}

function focus(cell) {
  const inside = cell.querySelector("summary") || cell;
  inside.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.matches("input[type=search]");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    byId("text").focus();
  } else if (event.key === "Escape" && typing) {
    event.target.value = "";
    filter();
    event.target.blur();
  } else if (event.key.startsWith("Arrow") && !typing) {
    const scroll = document.querySelector(".scroll");
    const cell = event.target.closest("tbody td, tbody th");
    const next = cell ? neighbour(cell, event.key) : event.target === scroll ? rows.find((row) => !row.hidden)?.children[0] : null;
    if (!next) return;
    event.preventDefault();
    focus(next);
  }
});
byId("text").addEventListener("input", filter);
byId("columns").addEventListener("input", filter);
for (const box of boxes) box.addEventListener("change", filter);
filter();
