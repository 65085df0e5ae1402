// The list of events: only the rows in sight are in the document.
class EventList {
  constructor(picture, proofs, choose) {
    this.events = picture.events;
    this.proofs = new Set(proofs);
    this.choose = choose;
    this.row = 22;
    this.wanted = "";
    this.range = null;
    this.chosen = null;
    this.space = make("div");
    this.box = make("div", { id: "events", class: "mono", tabindex: "0", role: "listbox", "aria-label": "Events" }, this.space);
    this.box.addEventListener("scroll", () => this.render());
    this.box.addEventListener("click", (event) => {
      const row = event.target.closest(".row");
      if (row) choose(Number(row.dataset.number));
    });
    new ResizeObserver(() => this.render()).observe(this.box);
    this.filter();
  }

  filter() {
    this.shown = this.events.filter(([, at, text]) => (!this.range || (at >= this.range[0] && at <= this.range[1])) && (!this.wanted || text.toLowerCase().includes(this.wanted)));
    this.space.style.height = this.shown.length * this.row + "px";
    this.onfilter?.(this.shown.length);
    this.render();
  }

  place(number) {
    return this.shown.findIndex((event) => event[0] === number);
  }

  select(number) {
    this.chosen = number;
    const place = this.place(number), top = place * this.row;
    if (place >= 0 && (top < this.box.scrollTop || top + this.row > this.box.scrollTop + this.box.clientHeight))
      this.box.scrollTop = top - this.box.clientHeight / 2;
    this.render();
  }

  // The event so many rows further; from nowhere the first or the last.
  next(step) {
    const place = this.place(this.chosen);
    const index = place < 0 ? (step > 0 ? 0 : this.shown.length - 1) : place + step;
    if (this.shown[index]) this.choose(this.shown[index][0]);
  }

  render() {
    const first = Math.max(0, Math.floor(this.box.scrollTop / this.row) - 4);
    const last = Math.min(this.shown.length, first + Math.ceil(this.box.clientHeight / this.row) + 8);
    const rows = [];
    for (let i = first; i < last; i++) {
      const [number, at, text] = this.shown[i];
      const row = make("div", { class: "row" + (this.proofs.has(number) ? " proved" : "") + (number === this.chosen ? " here" : ""), "data-number": number, role: "option", "aria-selected": number === this.chosen ? "true" : "false" },
        make("span", { class: "no", text: "#" + number }), make("span", { class: "at", text: ms(at) }), make("span", { class: "what", text }));
      row.style.top = i * this.row + "px";
      rows.push(row);
    }
    this.space.replaceChildren(...rows);
  }
}
