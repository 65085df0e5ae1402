// The picture of one case: a lane for each process and each group of connections on one axis of time. Their names
// stand in a column of their own if there is room for one, else above each lane.
const LETTER = 6.7, NAMES = 160, LEAST_WIDTH_FOR_NAMES = 640, MAP = 22;

class Chart {
  constructor(picture, details, choose) {
    this.picture = picture;
    this.choose = choose;
    this.whole = [0, Math.max(picture.end, 1) * 1.01];
    this.chosen = null;
    this.proofs = [...new Set(details.findings.flatMap((finding) => finding.evidence.map((e) => e[0])))];
    this.times = new Map(picture.events.map(([number, at]) => [number, at]));
    this.lanes = connectionLanes(picture);
    this.view = this.whereItHappens();
    this.box = make("div", { id: "chart", tabindex: "0", role: "img", "aria-label": this.inWords() });
    this.listen();
    new ResizeObserver(() => this.render()).observe(this.box);
  }

  inWords() {
    const { processes, signals, steps } = this.picture;
    return `${counted(processes.length, "process").replace(/ss$/, "sses")}, ${counted(steps.length, "step")}, ` +
      `${counted(signals.length, "signal")} in ${ms(this.picture.end)}`;
  }

  // From shortly before the first signal or the first evidence on; all of it if that is most of it.
  whereItHappens() {
    const { end, signals } = this.picture;
    const moments = [...signals.slice(0, 1).map((signal) => signal.at), ...this.proofs.map((number) => this.times.get(number)).filter((at) => at !== undefined)];
    const begin = Math.min(...moments, end * 0.85);
    if (!moments.length || begin < end * 0.4) return [...this.whole];
    return [begin - (end - begin) * 0.08, this.whole[1]];
  }

  x(us, [from, to] = this.view) {
    return this.left + ((us - from) / (to - from)) * (this.width - this.left);
  }

  us(x, [from, to] = this.view) {
    return from + ((x - this.left) / (this.width - this.left)) * (to - from);
  }

  visible(from, to) {
    return to >= this.view[0] && from <= this.view[1];
  }

  look(from, to) {
    const least = 20;
    let span = Math.min(Math.max(to - from, least), this.whole[1] - this.whole[0]);
    let begin = Math.min(Math.max(from, this.whole[0]), this.whole[1] - span);
    this.view = [begin, begin + span];
    this.render();
  }

  zoom(factor, around) {
    const [from, to] = this.view;
    const middle = around ?? this.chosenTime() ?? (from + to) / 2;
    const fixed = middle >= from && middle <= to ? middle : (from + to) / 2;
    this.look(fixed - (fixed - from) * factor, fixed + (to - fixed) * factor);
  }

  pan(part) {
    const step = (this.view[1] - this.view[0]) * part;
    this.look(this.view[0] + step, this.view[1] + step);
  }

  all() {
    this.look(...this.whole);
  }

  afterSignal() {
    const first = this.picture.signals[0];
    if (!first) return this.all();
    this.look(first.at - (this.picture.end - first.at) * 0.03, this.picture.end * 1.01);
  }

  chosenTime() {
    return this.chosen === null ? null : this.times.get(this.chosen) ?? null;
  }

  // Shows the event, and moves there if it is out of sight.
  select(number) {
    this.chosen = number;
    const at = this.chosenTime();
    const [from, to] = this.view;
    if (at !== null && (at < from || at > to)) this.look(at - (to - from) / 2, at + (to - from) / 2);
    else this.render();
  }

  listen() {
    let begun = null, moving = false;
    const middle = (event) => {
      const at = this.us(position(event), this.whole), half = (this.view[1] - this.view[0]) / 2;
      this.look(at - half, at + half);
    };
    const position = (event) => event.clientX - this.box.getBoundingClientRect().left;
    this.box.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.us(position(event)));
    }, { passive: false });
    this.box.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.box.setPointerCapture(event.pointerId);
      moving = event.clientY - this.box.getBoundingClientRect().top < MAP;
      if (moving) return middle(event);
      begun = position(event);
    });
    this.box.addEventListener("pointermove", (event) => {
      if (moving) return middle(event);
      if (begun === null) return;
      const now = position(event);
      this.range?.remove();
      this.range = draw(this.svg, "rect", { class: "range", x: Math.min(begun, now), y: 0, width: Math.abs(now - begun), height: this.height });
    });
    this.box.addEventListener("pointerup", (event) => {
      moving = false;
      if (begun === null) return;
      const from = begun, to = position(event);
      begun = null;
      this.range?.remove();
      if (Math.abs(to - from) > 6) return this.look(this.us(Math.min(from, to)), this.us(Math.max(from, to)));
      const hit = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-event]");
      if (hit) this.choose(Number(hit.dataset.event));
    });
    this.box.addEventListener("pointercancel", () => { begun = null; moving = false; this.range?.remove(); });
    this.box.addEventListener("dblclick", () => this.all());
  }

  // A shape that tells what it is when pointed at, and leads to its event when clicked.
  put(name, attributes, tip, event) {
    const shape = draw(this.svg, name, attributes);
    if (tip) shape.dataset.tip = tip;
    if (event !== undefined && event !== null && event >= 0) shape.dataset.event = event;
    return shape;
  }

  span(cls, from, to, y, height, tip, event) {
    const end = to ?? this.picture.end;
    if (!this.visible(from, end)) return;
    const left = Math.max(this.x(from), this.left), right = Math.min(this.x(end), this.width + 2);
    this.put("rect", { class: cls, x: left, y, width: Math.max(right - left, 1), height }, tip, event);
  }

  text(x, y, text, cls = "") {
    return draw(this.svg, "text", { x, y, class: "halo " + cls }, text);
  }

  // As much of it as there is room for; all of it when pointed at.
  fitted(x, y, words, width, cls) {
    const letters = Math.floor(width / LETTER) - 1;
    this.text(x, y, words.length > letters ? words.slice(0, letters - 1) + "…" : words, cls).dataset.tip = words;
  }

  // A line of its own.
  line(y, words, cls = "") {
    this.fitted(this.left + 4, y, words, this.width - this.left, cls);
  }

  // Of a lane, in the column of names.
  name(y, words, cls = "") {
    this.fitted(4, y, words, this.left || this.width, cls);
  }

  // What says itself what it is, and needs no name where there is no room for one.
  title(y, words) {
    if (this.left) this.name(y, words, "dim");
  }

  render() {
    this.width = this.box.clientWidth;
    if (!this.width) return;
    this.left = this.width < LEAST_WIDTH_FOR_NAMES ? 0 : NAMES;
    this.svg = document.createElementNS(SVG, "svg");
    let y = this.axis(this.map());
    y = this.evidence(y);
    y = this.steps(y);
    y = this.signals(y);
    for (const process of this.picture.processes) y = this.process(process, y);
    if (this.picture.processes_left) {
      this.name(y + 14, `and ${counted(this.picture.processes_left, "more process").replace(/ss$/, "sses")}`, "dim");
      y += 20;
    }
    for (const lane of this.lanes) y = lane.render(this, y);
    this.height = y + 4;
    this.svg.setAttribute("height", this.height);
    this.marks();
    this.box.replaceChildren(this.svg);
    this.onview?.(this.view);
  }

  // The whole time, and which part of it stands below: where there is how much, the signals, the evidence.
  map() {
    this.title(15, "whole time");
    const count = Math.max(10, Math.floor((this.width - this.left) / 4)), bins = new Array(count).fill(0);
    for (const [, at] of this.picture.events) bins[Math.min(count - 1, Math.floor((at / this.whole[1]) * count))]++;
    const most = Math.log2(1 + Math.max(...bins));
    bins.forEach((number, i) => {
      if (!number) return;
      const height = Math.max(2, (Math.log2(1 + number) / most) * (MAP - 8));
      draw(this.svg, "rect", { class: "density", x: this.left + i * 4, y: MAP - 3 - height, width: 3, height });
    });
    for (const signal of this.picture.signals) {
      const x = this.x(signal.at, this.whole);
      draw(this.svg, "line", { class: "sigline", x1: x, x2: x, y1: 2, y2: MAP - 3 });
    }
    for (const number of this.proofs)
      if (this.times.has(number)) draw(this.svg, "path", { class: "proof", d: diamond(this.x(this.times.get(number), this.whole), 5, 3) });
    const from = this.x(this.view[0], this.whole), to = this.x(this.view[1], this.whole);
    draw(this.svg, "rect", { class: "window", x: from + 0.5, y: 1.5, width: Math.max(to - from - 1, 3), height: MAP - 3 }).dataset.tip = "the part that is shown below; drag it, or click where to go";
    return MAP + 4;
  }

  axis(y) {
    const span = this.view[1] - this.view[0];
    const wanted = span / Math.max((this.width - this.left) / 110, 2);
    const power = 10 ** Math.floor(Math.log10(wanted));
    const step = [1, 2, 5, 10].find((factor) => factor * power >= wanted) * power;
    const digits = Math.max(0, 3 - Math.floor(Math.log10(step) + 1e-9));
    this.ticks = [];
    for (let at = Math.ceil(this.view[0] / step) * step; at <= this.view[1]; at += step) {
      const x = this.x(at);
      this.ticks.push(x);
      if (x < this.width - 50) this.text(x + 3, y + 9, (at / 1000).toFixed(Math.min(digits, 3)) + " ms", "dim");
    }
    this.top = y + 13;
    return this.top + 3;
  }

  evidence(y) {
    if (!this.proofs.length) return y;
    this.title(y + 10, "evidence");
    this.proofY = y + 7;
    return y + 16;
  }

  steps(y) {
    this.name(this.left ? y + 12 : y + 10, "steps", "dim");
    const top = this.left ? y : y + 13;
    let shownUpTo = 0;
    for (const step of this.picture.steps) {
      const end = step.to ?? this.picture.end;
      const state = step.done ? "" : ", not done" + (step.detail ? ": " + step.detail : "");
      this.span("stepbar" + (step.done ? "" : " undone"), step.from, end, top, 16, `step ${step.n}: ${step.text}\n${ms(step.from)} to ${ms(end)}${state}`, step.event);
      if (!this.visible(step.from, end)) continue;
      const x = Math.max(this.x(step.from), this.left, shownUpTo), room = this.x(end) - x - 6, letters = Math.floor(room / LETTER);
      const words = `${step.n} ${step.text}`;
      const shown = words.length <= letters ? words : letters > 6 ? words.slice(0, letters - 1) + "…" : letters >= String(step.n).length ? String(step.n) : "";
      if (!shown) continue;
      this.text(x + 3, top + 12, shown).style.pointerEvents = "none";
      shownUpTo = x + 8 + shown.length * LETTER;
    }
    return top + 20;
  }

  signals(y) {
    if (!this.picture.signals.length) return y;
    this.title(y + 10, "signals");
    let shownUpTo = this.left;
    for (const signal of this.picture.signals) {
      if (!this.visible(signal.at, signal.at)) continue;
      const x = this.x(signal.at), words = signal.name, tip = `${signal.name} to ${signal.to}\n${ms(signal.at)}, ${signal.how}`;
      this.put("circle", { class: "sighit", cx: x, cy: y + 7, r: 4 }, tip, signal.event);
      const right = x + 8 + words.length * LETTER < this.width, place = right ? x + 7 : x - 7 - words.length * LETTER;
      if (place < shownUpTo) continue;
      this.text(place, y + 11, words, "sigtext");
      shownUpTo = place + words.length * LETTER + 8;
    }
    return y + 20;
  }

  process(process, top) {
    const { picture } = this, y = this.left ? top + 6 : top + 15;
    draw(this.svg, "line", { class: "lane", x1: 0, x2: this.width, y1: top, y2: top });
    const born = `${process.name}\nseen at ${ms(process.from ?? 0)}`;
    const drain = process.drain !== null && process.drain < (process.to ?? Infinity) ? process.drain : null;
    this.span("alive", process.from ?? 0, drain ?? process.to, y, 8, born, process.born);
    if (drain !== null)
      this.span("drain", drain, process.to, y, 8, `${process.name} drains: signalled at ${ms(drain)}, ` + (process.to === null ? "not seen to end" : `${process.end} at ${ms(process.to)}`), process.exited);
    process.listens.forEach((listener, row) => {
      if (row < 3) this.span("listen", listener.from, listener.to, y + 9 + row * 4, 3, `${process.name} listens on ${listener.what}\n${ms(listener.from)} to ${listener.to === null ? "the end" : ms(listener.to)}`, listener.to !== null && listener.closed >= 0 ? listener.closed : listener.opened);
    });
    for (const [at, event] of process.executions)
      if (this.visible(at, at)) this.put("path", { class: "exec", d: triangle(this.x(at), y + 4) }, `${process.name} executes\n${ms(at)}`, event);
    for (const signal of picture.signals)
      if (signal.pids.includes(process.pid) && this.visible(signal.at, signal.at)) this.put("circle", { class: "sighit", cx: this.x(signal.at), cy: y + 4, r: 4 }, `${signal.name} reaches ${process.name}\n${ms(signal.at)}, ${signal.how}`, signal.event);
    if (process.to !== null && this.visible(process.to, process.to))
      this.put("path", { class: "ended" + (process.clean ? "" : " bad"), d: cross(this.x(process.to), y + 4) }, `${process.name} ended: ${process.end}\n${ms(process.to)}`, process.exited);
    for (const gate of picture.gates)
      if (gate.pid === process.pid) this.span("gate", gate.from, gate.to, y - 3, 14, `${process.name} stands at gate ${gate.gate}\n${ms(gate.from)} to ${gate.to === null ? "the end" : ms(gate.to)}${gate.late ? ", released at the deadline" : ""}`, gate.event);
    for (const [at, pid, depth, event] of picture.queued)
      if (pid === process.pid && this.visible(at, at)) this.put("rect", { class: "queued", x: this.x(at) - 1.5, y: y + 9, width: 3, height: 9 }, `${counted(depth, "connection")} in the queue of ${process.name}\n${ms(at)}`, event);
    this.name(this.left ? top + 14 : top + 12, process.name, this.visible(process.from ?? 0, process.to ?? picture.end) ? "" : "dim");
    const lines = this.output((line) => line[1] === process.pid, y + 17);
    return y + (lines ? 34 : 22);
  }

  // Lines as ticks, and in words where there is room for them.
  output(mine, y) {
    const lines = this.picture.output.filter(mine), seen = lines.filter(([at]) => this.visible(at, at));
    seen.forEach(([at, , isError, text, event], i) => {
      const x = this.x(at), next = i + 1 < seen.length ? this.x(seen[i + 1][0]) : this.width;
      this.put("rect", { class: isError ? "err" : "out", x: x - 1, y, width: 2, height: 11 }, `${isError ? "stderr" : "stdout"}: ${text}\n${ms(at)}`, event);
      const letters = Math.min(Math.floor((next - x - 8) / LETTER), 60);
      if (letters < 6) return;
      const shown = text.length > letters ? text.slice(0, letters - 1) + "…" : text;
      const words = this.text(x + 4, y + 10, shown, "dim");
      words.dataset.event = event;
    });
    return lines.length > 0;
  }

  // Lines through all lanes come last but stand behind everything.
  marks() {
    const behind = [];
    const line = (cls, x) => behind.push(draw(this.svg, "line", { class: cls, x1: x, x2: x, y1: this.top, y2: this.height }));
    this.ticks.forEach((x) => line("tick", x));
    for (const step of this.picture.steps) if (this.visible(step.from, step.from)) line("stepline", this.x(step.from));
    for (const signal of this.picture.signals) if (this.visible(signal.at, signal.at)) line("sigline", this.x(signal.at));
    this.svg.prepend(...behind);
    for (const number of this.proofs) {
      const at = this.times.get(number);
      if (at === undefined || !this.visible(at, at)) continue;
      this.put("path", { class: "proof", d: diamond(this.x(at), this.proofY) }, `evidence #${number}\n${ms(at)}`, number);
    }
    const now = this.chosenTime();
    if (now !== null && this.visible(now, now)) draw(this.svg, "line", { class: "now", x1: this.x(now), x2: this.x(now), y1: MAP, y2: this.height });
  }
}

const triangle = (x, y) => `M${x - 3},${y - 5}L${x + 5},${y}L${x - 3},${y + 5}Z`;
const diamond = (x, y, r = 5) => `M${x},${y - r}L${x + r},${y}L${x},${y + r}L${x - r},${y}Z`;
const cross = (x, y) => `M${x - 2},${y - 6}h4v12h-4Z`;
