// Connections: each a row while few are in sight, else their numbers over time. Zooming in turns one into the other.
const MOST_ROWS = 48, ROW = 7, HISTOGRAM = 70;

function connectionLanes(picture) {
  const all = picture.connections;
  if (!all) return [];
  const lanes = all.groups.map((name) => new ConnectionLane(name, picture));
  all.begun.forEach((_, i) => lanes[all.group[i]].members.push(i));
  return lanes;
}

class ConnectionLane {
  constructor(name, picture) {
    this.name = name;
    this.names = picture.names;
    this.all = picture.connections;
    this.members = [];
  }

  outcome(i) {
    return this.all.outcomes[this.all.outcome[i]];
  }

  holder(i) {
    return this.all.holder[i] ? this.names[this.all.holder[i]] || `process ${this.all.holder[i]}` : "nobody";
  }

  // What became of them, the most first.
  outcomes() {
    return tally(this.members.map((i) => this.outcome(i))).map(([outcome, n]) => `${n.toLocaleString("en")} ${outcome}`);
  }

  render(chart, top) {
    const seen = this.members.filter((i) => chart.visible(this.all.begun[i], this.all.ended[i]));
    draw(chart.svg, "line", { class: "lane", x1: 0, x2: chart.width, y1: top, y2: top });
    const number = counted(this.members.length, "connection");
    const part = seen.length < this.members.length ? [`${seen.length.toLocaleString("en")} in sight`] : [];
    const words = chart.left ? [this.name, number, ...part, ...this.outcomes()] : [[`${this.name}: ${number}`, ...part].join(", ") + ": " + this.outcomes().join(", ")];
    words.forEach((line, i) => chart.name(top + 14 + i * 14, line, i ? "dim" : ""));
    const y = chart.left ? top + 7 : top + 20;
    const height = seen.length <= MOST_ROWS ? this.rows(chart, y, seen) : this.histogram(chart, y, seen);
    return Math.max(y + height, top + 10 + words.length * 14) + 6;
  }

  rows(chart, y, seen) {
    for (const i of seen) {
      const { begun, connected, first, ended, event, number, accepted } = this.all;
      const tip = `connection ${number[i]} of ${this.name}: ${this.outcome(i)}\nbegun ${ms(begun[i])}` +
        (connected[i] ? `, connected ${ms(connected[i])}` : "") + (first[i] ? `, first byte ${ms(first[i])}` : "") +
        `, ended ${ms(ended[i])}\n${accepted[i] ? "accepted by" : "in the queue of"} ${this.holder(i)}`;
      const cls = "o-" + this.outcome(i);
      chart.span(cls + " wait", begun[i], first[i] || ended[i], y, ROW - 2, tip, event[i]);
      if (first[i]) chart.span(cls, first[i], ended[i], y, ROW - 2, tip, event[i]);
      else chart.put("circle", { class: cls, cx: chart.x(ended[i]), cy: y + (ROW - 2) / 2, r: 2.5 }, tip, event[i]);
      y += ROW;
    }
    return seen.length * ROW;
  }

  // Upwards: outcomes by the moment at which they were known; the line: how many were open.
  histogram(chart, y, seen) {
    const count = Math.max(20, Math.floor((chart.width - chart.left) / 6)), width = (chart.width - chart.left) / count;
    const bins = Array.from({ length: count }, () => ({ total: 0, begun: 0, open: 0, of: new Map(), first: null, holders: new Map() }));
    const bin = (at) => Math.min(count - 1, Math.max(0, Math.floor((chart.x(at) - chart.left) / width)));
    const inside = (at) => chart.visible(at, at);
    const change = new Array(count + 1).fill(0);  // of the number of those that are open
    for (const i of seen) {
      const from = bin(this.all.begun[i]), to = bin(this.all.ended[i]);
      if (inside(this.all.begun[i])) bins[from].begun++;
      change[from]++;
      change[to + 1]--;
      if (!inside(this.all.ended[i])) continue;
      const here = bins[to], outcome = this.outcome(i);
      here.total++;
      here.of.set(outcome, (here.of.get(outcome) || 0) + 1);
      here.holders.set(this.holder(i), (here.holders.get(this.holder(i)) || 0) + 1);
      here.first ??= this.all.event[i];
    }
    bins.forEach((here, b) => { here.open = change[b] + (b ? bins[b - 1].open : 0); });
    const most = Math.max(1, ...bins.map((b) => b.total)), mostBegun = Math.max(1, ...bins.map((b) => b.begun)), mostOpen = Math.max(1, ...bins.map((b) => b.open));
    const base = y + HISTOGRAM;
    bins.forEach((here, b) => {
      const x = chart.left + b * width, tip = this.tipOf(chart, here, x, width);
      if (here.begun) chart.put("rect", { class: "begun", x, y: base + 2, width: width * 0.9, height: Math.max(1, (here.begun / mostBegun) * 16) }, tip, here.first);
      let at = base;
      for (const [outcome, n] of here.of) {
        const height = Math.max(1.5, (n / most) * HISTOGRAM);
        at -= height;
        chart.put("rect", { class: "o-" + outcome, x, y: at, width: width * 0.9, height }, tip, here.first);
      }
    });
    const points = bins.map((here, b) => `${chart.left + (b + 0.5) * width},${base - (here.open / mostOpen) * HISTOGRAM}`);
    draw(chart.svg, "polyline", { class: "open", points: points.join(" ") }).style.pointerEvents = "none";
    chart.line(base + 30, `↑ ended, at most ${most.toLocaleString("en")} a bar; ↓ begun, at most ${mostBegun.toLocaleString("en")}; line: open, at most ${mostOpen.toLocaleString("en")}`, "dim");
    const held = tally(seen.filter((i) => this.all.accepted[i]).map((i) => this.holder(i)));
    chart.line(base + 44, held.length ? "accepted by " + held.map(([name, n]) => `${name}: ${n.toLocaleString("en")}`).join(", ") : "accepted by nobody", "dim");
    return HISTOGRAM + 48;
  }

  tipOf(chart, here, x, width) {
    const lines = [`${ms(chart.us(x))} to ${ms(chart.us(x + width))}`];
    if (here.begun) lines.push(`${here.begun} begun`);
    for (const [outcome, n] of here.of) lines.push(`${n} ${outcome}`);
    if (here.holders.size) lines.push("at " + [...here.holders].map(([name, n]) => `${name} ${n}`).join(", "));
    return lines.concat(`${here.open} open`).join("\n");
  }
}
