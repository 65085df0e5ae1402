// The timeline page in headless Chromium. Usage: node page_test.mjs BUILD_DIRECTORY SOURCE_DIRECTORY
//
// With SHOTS=FOLDER pictures of the pages are left there, to look at.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [BUILD, SOURCE] = process.argv.slice(2, 4).map((p) => path.resolve(p));
const { chromium } = createRequire(path.join(SOURCE, "build/node/"))("playwright-core");
const CLUSTERSPEC = path.join(BUILD, "clusterspec");
const REFERENCE = fs.readFileSync(path.join(SOURCE, "scenarios/implementations/reference/reference.toml"), "utf8");
const MANY = 10000;

let folder, browser;
const pages = {};

// Whatever a run's exit code is: the page must be there.
function run(name, ...args) {
  const file = path.join(folder, name + ".html");
  const ran = spawnSync(CLUSTERSPEC, ["run", "--config=none", "--results", path.join(folder, name), ...args, "--report", `html=${file}`], { encoding: "utf8", cwd: folder });
  assert.ok(fs.existsSync(file) && fs.statSync(file).size, ran.stdout + ran.stderr);
  pages[name] = pathToFileURL(file).href;
  return ran;
}

function implementation(name, executable, more = "") {
  const file = path.join(folder, name + ".toml");
  fs.writeFileSync(file, REFERENCE.replace('executable = "reference_server"', `executable = "${BUILD}/${executable}"`).replace("endpoint = ", more + "endpoint = "));
  return file;
}

// A journal in which every connection happened that often, so that a page of very many needs no such run.
function multiplied(from, to) {
  const events = fs.readFileSync(from, "utf8").trim().split("\n").map((line) => JSON.parse(line));
  const ended = events.filter((event) => event.event === "concluded");
  const lines = [];
  for (const event of events) {
    if (event.event !== "concluded") {
      lines.push(event);
      continue;
    }
    const copies = Math.ceil(MANY / ended.length);
    for (let i = 0; i < copies; i++) lines.push({ ...event, connection: lines.length, begun: Math.floor(event.begun * (0.7 + (0.3 * i) / copies)) });
  }
  fs.writeFileSync(to, lines.map((event, n) => JSON.stringify({ ...event, n })).join("\n") + "\n");
}

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "clusterspec-test-"));
  run("passing", "terminate.launcher-closes-last", "-i", implementation("passing", "reference_server"), "--keep-journals");
  run("failing", "terminate.*", "-i", implementation("failing", "faulty_server", 'arguments = ["--fault", "launcher-closes-first"]\n'));
  const scenarios = path.join(folder, "scenarios/documented");
  fs.mkdirSync(scenarios, { recursive: true });
  fs.copyFileSync(path.join(SOURCE, "scenarios/requirements.toml"), path.join(folder, "scenarios/requirements.toml"));
  fs.writeFileSync(path.join(scenarios, "life.toml"), 'title = "</script><script>alert(1)</script>"\nwhy = "w"\nverifies = ["share.every-process-serves"]\n[launch]\nworkers = 1\n[[step]]\nawait = "ready"\n[[expect]]\nexit = "launcher"\ncode = 0\n');
  const hostile = path.join(folder, "hostile.toml");
  fs.writeFileSync(hostile, `name = "hostile"\nexecutable = "${BUILD}/hostile_server"\narguments = ["prints-poison", "{port}", "{workers}"]\nstart-within = "300ms"\n[requests.quick]\npath = "/"\n`);
  run("hostile", "--scenarios", path.join(folder, "scenarios"), "-i", hostile);
  const kept = path.join(folder, "failing/journals");
  const journals = fs.readdirSync(kept).filter((name) => name.includes("launcher-closes-last"));
  assert.ok(journals.length, "the fault is not noticed");
  const many = path.join(folder, "many.jsonl");
  const answered = path.join(folder, "passing/journals");
  multiplied(path.join(answered, fs.readdirSync(answered)[0]), many);
  execFileSync(CLUSTERSPEC, ["timeline", many, "-o", path.join(folder, "many.html")]);
  pages.many = pathToFileURL(path.join(folder, "many.html")).href;
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
});

after(async () => {
  await browser?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

// A page on which nothing but itself is ever asked for, and nothing goes wrong.
async function open(name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, offline: true, ...options });
  const page = await context.newPage();
  const trouble = [];
  page.on("request", (request) => { if (!request.url().startsWith("file:")) trouble.push("asks for " + request.url()); });
  page.on("pageerror", (error) => trouble.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error") trouble.push(message.text()); });
  page.on("dialog", (dialog) => { trouble.push("a dialog: " + dialog.message()); dialog.dismiss(); });
  const begun = performance.now();
  await page.goto(pages[name]);
  page.tookMs = performance.now() - begun;
  page.done = async () => { await context.close(); assert.deepEqual(trouble, []); };
  return page;
}

const texts = (page, selector) => page.locator(selector).allTextContents();
const chosen = (page) => page.locator("#chosen").textContent();
const view = (page) => page.locator(".bar .dim.mono").textContent();
const index = (page) => page.evaluate(() => location.hash);

async function firstFailing(page) {
  await page.keyboard.press("f");
  await page.waitForSelector("#chart svg .proof");
}

test("a passing case has a lane for each process, with its steps, listeners, signals and end", async () => {
  const page = await open("passing");
  await page.locator("#cases a").last().click();
  await page.waitForSelector("#chart svg");
  // A line of output stands there in full only if there is room for it; pointed at it always does.
  const words = (await texts(page, "#chart text")).concat(await page.locator("#chart .out").evaluateAll((lines) => lines.map((line) => line.dataset.tip))).join("\n");
  for (const name of ["launcher (pid", "worker 1 (pid", "steps", "signals", "SIGINT", "terminating gracefully"]) assert.match(words, new RegExp(name.replace("(", "\\(")));
  const processes = await page.evaluate(() => detailsOf(RUN.cases[open]).picture.processes.length);
  assert.ok(processes > 1);
  assert.equal(await page.locator("#chart .alive").count(), processes);
  assert.equal(await page.locator("#chart .ended").count(), processes);
  assert.ok(await page.locator("#chart .listen").count() >= processes);
  assert.ok(await page.locator("#chart .drain").count() > 0);
  assert.ok(await page.locator("#chart .sigline").count() > 0);
  assert.ok(await page.locator("#chart .stepline").count() > 1);
  assert.ok(await page.locator("#chart .out").count() > 0);
  assert.equal(await page.locator("#chart .proof").count(), 0);
  await page.done();
});

test("evidence leads to its event in the picture and in the list", async () => {
  const page = await open("failing");
  await firstFailing(page);
  const link = page.locator(".evidence").first(), number = await link.getAttribute("data-number");
  await link.click();
  assert.ok((await chosen(page)).startsWith(`#${number}  `));
  assert.equal(await page.locator("#chart line.now").count(), 1);
  assert.equal(await page.locator("#events .row.here").getAttribute("data-number"), number);
  assert.ok(await page.locator("#events .row.proved").count() > 0);
  const proof = page.locator("#chart .proof").last(), proved = await proof.getAttribute("data-event");
  await proof.click();
  assert.ok((await chosen(page)).startsWith(`#${proved}  `));
  const row = page.locator("#events .row:not(.here)").nth(6), other = await row.getAttribute("data-number");
  await row.click();
  assert.ok((await chosen(page)).startsWith(`#${other}  `));
  await page.done();
});

test("the overview tells by requirement what failed, and leads to its cases", async () => {
  const page = await open("failing");
  const row = page.locator("#requirements tr", { hasText: "terminate.launcher-closes-last" });
  assert.equal(await row.locator(".badge").textContent(), "fail");
  await row.locator("a").click();
  assert.ok(await page.locator("#cases li:visible").count() > 0);
  await page.done();
});

test("the overview says of each failing case what was found, and leads to it", async () => {
  const page = await open("failing");
  const failing = await page.locator("#cases .v-fail, #cases .v-error").count();
  const items = page.locator("#failures li");
  assert.equal(await items.count(), failing);
  const first = items.first(), said = await first.locator("div:not(.id)").first().textContent();
  await first.locator("a").click();
  assert.ok(page.url().includes("#case-"));
  assert.ok(said.startsWith(await page.locator(".finding strong").first().textContent()));
  await page.done();
});

test("filters by verdict and by text", async () => {
  const page = await open("failing");
  const shown = () => page.locator("#cases li:visible").count(), all = await shown();
  const failing = await page.locator("#cases .v-fail").count();
  assert.ok(failing > 0 && failing < all);
  await page.locator("#verdicts button[data-verdict=pass]").click();
  assert.equal(await page.locator("#cases li:visible .v-pass").count(), 0);
  await page.keyboard.press("/");
  await page.keyboard.type("refused");
  assert.ok(await shown() > 0 && await shown() < all);
  await page.keyboard.press("Escape");
  await page.locator("#search").fill("no such text anywhere");
  assert.equal(await shown(), 0);
  assert.match(await page.locator("#shown").textContent(), /^0 of /);
  await page.done();
});

test("the keyboard alone leads through cases, time and events", async () => {
  const page = await open("failing"), press = (key) => page.keyboard.press(key);
  await press("j");
  assert.equal(await index(page), "#case-0");
  await press("j");
  await press("k");
  assert.equal(await index(page), "#case-0");
  await press("o");
  assert.ok(await page.locator("#requirements").isVisible());
  await firstFailing(page);
  await press("0");
  const whole = await view(page);
  await press("+");
  const near = await view(page);
  assert.notEqual(near, whole);
  await press("ArrowLeft");
  assert.notEqual(await view(page), near);
  await press("0");
  assert.equal(await view(page), whole);
  await press("s");
  assert.notEqual(await view(page), whole);
  await press("-");
  await press("e");
  const proofs = await page.evaluate(() => proofs);
  assert.ok((await chosen(page)).startsWith(`#${proofs[0]}  `));
  await press("n");
  assert.ok((await chosen(page)).startsWith(`#${proofs[0] + 1}  `));
  await press("p");
  assert.ok((await chosen(page)).startsWith(`#${proofs[0]}  `));
  const visible = await page.locator("#cases li:visible").count();
  await press("1");
  assert.ok(await page.locator("#cases li:visible").count() < visible);
  const dark = () => page.evaluate(() => document.documentElement.classList.contains("dark"));
  const before = await dark();
  await press("t");
  assert.notEqual(await dark(), before);
  await press("?");
  assert.ok(await page.locator("#keys").isVisible());
  await press("Escape");
  assert.ok(!await page.locator("#keys").isVisible());
  await page.done();
});

test("pointing tells what it is, dragging zooms, a double click shows all again", async () => {
  const page = await open("failing");
  await firstFailing(page);
  await page.locator("#chart .sighit").first().hover();
  assert.match(await page.locator("#tip").textContent(), /SIG[A-Z]+/);
  await page.keyboard.press("0");
  await page.locator("#chart").scrollIntoViewIfNeeded();
  const box = await page.locator("#chart").boundingBox(), whole = await view(page), y = box.y + 32;
  await page.mouse.move(box.x + 300, y);
  await page.mouse.down();
  await page.mouse.move(box.x + 500, y, { steps: 4 });
  await page.mouse.up();
  assert.notEqual(await view(page), whole);
  await page.mouse.dblclick(box.x + 300, y);
  assert.equal(await view(page), whole);
  await page.done();
});

test("a case opens where it happens, and the strip above leads elsewhere", async () => {
  const page = await open("passing");
  await page.locator("#cases a").last().click();
  await page.waitForSelector("#chart svg");
  const [from, to, signal, end] = await page.evaluate(() => [...chart.view, chart.picture.signals[0].at, chart.picture.end]);
  assert.ok(signal < end * 0.4 ? from === 0 : from > 0 && from < signal, `${from} of ${signal}`);
  assert.ok(to >= end);
  await page.keyboard.press("s");
  const seen = () => page.evaluate(() => chart.view);
  const strip = await page.locator("#chart .window").boundingBox(), left = await page.evaluate(() => chart.left);
  const box = await page.locator("#chart").boundingBox();
  await page.mouse.move(strip.x + strip.width / 2, strip.y + 5);
  await page.mouse.down();
  await page.mouse.move(box.x + left + 2, strip.y + 5, { steps: 3 });
  await page.mouse.up();
  assert.equal((await seen())[0], 0);
  await page.mouse.click(box.x + box.width - 3, strip.y + 5);
  assert.ok((await seen())[1] >= end);
  await page.done();
});

test("with many findings the picture stays near: the first ones are open, a requirement is told once", async () => {
  const page = await open("failing");
  await page.keyboard.press("f");
  await page.waitForSelector("#chart svg");
  const told = await page.locator(".finding").evaluateAll((boxes) => boxes.map((box) => [box.querySelector("strong").textContent, box.textContent.includes("Required")]));
  assert.ok(told.length > 1);
  told.forEach(([requirement, required], i) => assert.equal(required, i === 0 || told[i - 1][0] !== requirement));
  const folded = await page.evaluate(() => findingBoxes(Array.from({ length: 9 }, () => ({ requirement: "a.b", evidence: [], evidence_left: 0 }))).map((box) => [box.tagName, box.querySelectorAll(".finding").length]));
  assert.deepEqual(folded, [["SECTION", 0], ["SECTION", 0], ["SECTION", 0], ["DETAILS", 6]]);
  await page.locator(".evidence").first().click();
  assert.ok(await page.locator("#chart").evaluate((box) => box.getBoundingClientRect().top < innerHeight));
  await page.done();
});

test("ten thousand connections stay usable: numbers over time, and rows when zoomed in", async () => {
  const page = await open("many");
  await page.waitForSelector("#chart svg");
  assert.ok(page.tookMs < 15000, `${page.tookMs} ms`);
  assert.equal(await page.evaluate(() => detailsOf(RUN.cases[0]).picture.connections.begun.length) >= 10000, true);
  assert.ok(await page.locator("#chart *").count() < 5000);
  assert.ok(await page.locator("#events .row").count() < 100);
  assert.match((await texts(page, "#chart text")).join("\n"), /↑ ended, at most [\d,]+ a bar; ↓ begun, at most/);
  assert.match((await texts(page, "#chart text")).join("\n"), /accepted by launcher|worker \d \(pid \d+\): /);
  const took = await page.evaluate(() => {
    const begun = performance.now();
    for (let i = 0; i < 10; i++) chart.zoom(0.9);
    return (performance.now() - begun) / 10;
  });
  assert.ok(took < 300, `${took} ms for a frame`);
  const event = await page.evaluate(() => chart.picture.connections.event[5000]);
  await page.evaluate((number) => choose(number), event);
  assert.ok((await chosen(page)).startsWith(`#${event}  `));
  assert.equal(await page.locator("#events .row.here").count(), 1);
  for (let i = 0; i < 24; i++) await page.keyboard.press("+");
  await page.done();
});

test("what a server prints is text: no script runs, nothing is asked for", async () => {
  const page = await open("hostile");
  await page.waitForSelector("#chart svg");
  const scripts = await page.evaluate(() => [...document.scripts].map((one) => one.type));
  assert.deepEqual(scripts.filter((type) => type !== "application/json"), [""]);
  assert.match(await page.locator("#events").textContent(), /\]\]> <!-- & " '/);
  assert.match(await page.locator("h2").first().textContent(), /<\/script><script>alert\(1\)<\/script>/);
  assert.equal(await page.locator("main script, main img, main iframe, main style").count(), 0);
  await page.done();
});

test("the policy lets no other script run, even if one stood in the page", async () => {
  const page = await open("passing");
  const ran = await page.evaluate(() => {
    window.got = "nothing";
    const script = document.createElement("script");
    script.textContent = "window.got = 'run'";
    document.body.append(script);
    const image = document.createElement("div");
    image.innerHTML = "<img src=x onerror=\"window.got = 'run'\">";
    document.body.append(image);
    return new Promise((done) => setTimeout(() => done(window.got), 0));
  });
  assert.equal(ran, "nothing");
  await page.context().close();
});

test("a narrow screen shows all of it without scrolling sideways, light and dark", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const page = await open("failing", { viewport: { width: 400, height: 800 }, colorScheme });
    assert.equal(await page.evaluate(() => document.documentElement.classList.contains("dark")), colorScheme === "dark");
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(await wide() <= 400);
    await firstFailing(page);
    assert.ok(await wide() <= 400);
    assert.ok(await page.locator(".back").isVisible());
    await page.locator(".back").click();
    assert.ok(await page.locator("#cases").isVisible());
    await page.done();
  }
});

// Ten thousand requests in flight when the signal comes, really: it takes half a minute.
const DRAIN = `title = "Ten thousand requests in flight are answered"
why = "w"
verifies = ["terminate.in-flight-completes"]
waive = ["unexpected-process"]
[launch]
workers = 3
files = 12000
[[step]]
await = "ready"
[[step]]
open = "slow"
request = "slow"
delay = "8s"
count = 10000
at-once = 500
until = "handled"
within = "60s"
hung-after = "60s"
[[step]]
signal = "INT"
to = "all"
[[step]]
await = "exited"
of = "all"
within = "60s"
[[step]]
await = "concluded"
connections = "slow"
within = "60s"
[[expect]]
connections = "slow"
outcome = "answered"
`;

test("pictures to look at", { skip: !process.env.SHOTS }, async () => {
  const scenarios = path.join(folder, "drain-scenarios");
  fs.mkdirSync(path.join(scenarios, "documented"), { recursive: true });
  fs.copyFileSync(path.join(SOURCE, "scenarios/requirements.toml"), path.join(scenarios, "requirements.toml"));
  fs.writeFileSync(path.join(scenarios, "documented/drain.toml"), DRAIN);
  run("drain", "--scenarios", scenarios, "-i", implementation("drain", "reference_server"));
  for (const [name, keys] of [["passing", ["j"]], ["failing", ["f"]], ["failing-overview", []], ["failing-zoomed", ["f", "s", "e"]], ["many", []], ["drain", []], ["drain-all", ["0"]], ["drain-dark", []], ["hostile", []]])
    for (const width of [1280, 400]) {
      const page = await open(name.split("-")[0], { viewport: { width, height: 900 }, colorScheme: name.endsWith("dark") ? "dark" : "light" });
      for (const key of keys) await page.keyboard.press(key);
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      await page.screenshot({ path: path.join(process.env.SHOTS, `${name}-${width}.png`), fullPage: true });
      await page.context().close();
    }
});
