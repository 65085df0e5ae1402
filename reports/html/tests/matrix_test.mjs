// The conformance matrix in headless Chromium. Usage: node matrix_test.mjs BUILD_DIRECTORY SOURCE_DIRECTORY
//
// With SHOTS=FOLDER pictures are left there, to look at; with MATRIX=FILE these are of that page.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [BUILD, SOURCE] = process.argv.slice(2, 4).map((p) => path.resolve(p));
const { chromium } = createRequire(path.join(SOURCE, "build/node/"))("playwright-core");
const CLUSTERSPEC = path.join(BUILD, "clusterspec");
const REFERENCE = fs.readFileSync(path.join(SOURCE, "scenarios/implementations/reference/reference.toml"), "utf8");

let folder, browser, matrix;

function implementation(name, executable, more = "") {
  const file = path.join(folder, name + ".toml");
  fs.writeFileSync(file, REFERENCE.replace('name = "reference"', `name = "${name}"`).replace('executable = "reference_server"', `executable = "${BUILD}/${executable}"`).replace("endpoint = ", more + "endpoint = "));
  return file;
}

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "clusterspec-test-"));
  const fault = 'arguments = ["--fault", "launcher-closes-first"]\n';
  const good = implementation("good", "reference_server"), faulty = implementation("faulty", "faulty_server", fault);
  const known = implementation("stated", "faulty_server", fault);
  fs.appendFileSync(known, '\n[[known]]\nrequirement = "terminate.launcher-closes-last"\nreason = "it closes <b>first</b> & says so"\n');
  const absent = implementation("absent", "no_such_server", 'install = "apt-get install it"\n');
  fs.writeFileSync(absent, fs.readFileSync(absent, "utf8").replace(`${BUILD}/no_such_server`, "no_such_server"));
  const results = path.join(folder, "results with [brackets] & %20");
  const ran = spawnSync(CLUSTERSPEC, ["matrix", ...[good, faulty, known, absent].flatMap((file) => ["-i", file]), "--results", results, "--combinations", "one", "--suite", "all",
    "terminate.launcher-closes-last", "terminate.exit-code", "exit.reaped", "launch.spawn-fails", "exit.restart"], { encoding: "utf8", cwd: folder });
  matrix = path.join(results, "matrix.html");
  assert.equal(ran.status, 1, ran.stdout + ran.stderr);
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
});

after(async () => {
  await browser?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

// A page on which nothing but itself is ever asked for, and nothing goes wrong.
async function open(options = {}, file = matrix) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, offline: true, ...options });
  const page = await context.newPage();
  const trouble = [];
  page.on("request", (request) => { if (!request.url().startsWith("file:")) trouble.push("asks for " + request.url()); });
  page.on("pageerror", (error) => trouble.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error") trouble.push(message.text()); });
  page.on("dialog", (dialog) => { trouble.push("a dialog: " + dialog.message()); dialog.dismiss(); });
  await page.goto(pathToFileURL(file).href);
  page.done = async () => { await context.close(); assert.deepEqual(trouble, []); };
  return page;
}

const row = (page, requirement) => page.locator("tbody tr", { has: page.locator("summary", { hasText: requirement }) });
const inRow = (page, requirement, column) => row(page, requirement).locator("td").nth(column);
const visible = (page, selector) => page.locator(`${selector}:visible`).count();

test("rows are requirements, columns implementations, each cell its verdict and what was measured", async () => {
  const page = await open();
  assert.deepEqual(await page.locator("thead th").evaluateAll((heads) => heads.slice(1).map((head) => head.dataset.name)), ["good", "faulty", "stated", "absent"]);
  const closes = "terminate.launcher-closes-last";
  assert.match(await inRow(page, closes, 0).textContent(), /^pass/);
  assert.match(await inRow(page, closes, 1).locator("summary").textContent(), /^fail.*refused/s);
  assert.match(await inRow(page, closes, 2).textContent(), /^known.*Known: it closes <b>first<\/b> & says so/s);
  assert.equal(await inRow(page, closes, 3).textContent(), "–");
  assert.match(await page.locator("thead th").nth(4).textContent(), /apt-get install it/);
  assert.equal(await page.locator("table b:text-is('first')").count(), 0);
  await page.done();
});

test("an opened cell leads to its journal, from wherever the page lies, and names the command that plays it again", async () => {
  const page = await open();
  const failing = inRow(page, "terminate.launcher-closes-last", 1);
  await failing.locator("summary").click();
  const links = await failing.locator("a").evaluateAll((all) => all.map((one) => [one.textContent, one.href]));
  assert.deepEqual(links.map(([name]) => name), ["journal", "capsule"]);
  for (const [, href] of links) assert.ok(fs.statSync(fileURLToPath(href)).size > 0, href);
  const judged = spawnSync(CLUSTERSPEC, ["judge", fileURLToPath(links[0][1])], { encoding: "utf8" });
  assert.equal(judged.status, 1, judged.stdout + judged.stderr);
  assert.match(await failing.locator("code").textContent(), /^clusterspec run -i faulty /);
  await page.done();
});

test("filters by requirement, by verdict and by implementation", async () => {
  const page = await open();
  const all = await visible(page, "tbody tr");
  await page.locator("#text").fill("exit.");
  const some = await visible(page, "tbody tr");
  assert.ok(some > 0 && some < all);
  assert.match(await page.locator("#shown").textContent(), new RegExp(`^${some} of ${all} requirements`));
  await page.locator("#text").fill("");
  await page.getByLabel("fail", { exact: true }).check();
  assert.equal(await visible(page, "tbody tr"), 1);
  await page.locator("#columns").fill("good");
  assert.equal(await visible(page, "tbody tr"), 0);
  await page.getByLabel("fail", { exact: true }).uncheck();
  assert.equal(await visible(page, "tbody tr"), all);
  assert.equal(await visible(page, "thead th"), 2);
  await page.locator("#columns").fill("go sta");
  assert.equal(await visible(page, "thead th"), 3);
  await page.done();
});

test("the keyboard alone filters, goes from cell to cell over what is hidden, and opens one", async () => {
  const page = await open(), press = (key) => page.keyboard.press(key);
  await press("/");
  await page.keyboard.type("launcher-closes");
  assert.equal(await visible(page, "tbody tr"), 1);
  await press("Escape");
  assert.ok(await visible(page, "tbody tr") > 1);
  await page.locator("#text").fill("launcher-closes");
  await page.locator("#columns").fill("faulty");
  await page.locator(".scroll").focus();
  await press("ArrowDown");
  await press("ArrowRight");
  assert.equal(await page.evaluate(() => document.activeElement.closest("td")?.dataset.verdict), "fail");
  await press("Enter");
  assert.equal(await visible(page, "td details[open]"), 1);
  await press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "journal");
  await press("ArrowLeft");
  assert.equal(await page.evaluate(() => document.activeElement.closest("th")?.tagName), "TH");
  await press("ArrowUp");
  assert.equal(await page.evaluate(() => document.activeElement.closest("th")?.tagName), "TH");
  await page.done();
});

test("a narrow screen scrolls the table alone, and what is read stays in sight", async () => {
  for (const width of [1280, 400]) {
    const page = await open({ viewport: { width, height: 800 } });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= width);
    await page.locator(".scroll").evaluate((one) => { one.scrollLeft = 10000; one.scrollTop = 10000; });
    const head = await page.locator("tbody th").last().boundingBox(), last = await page.locator("tbody tr").last().locator("td").last().boundingBox();
    assert.ok(head.x >= 0 && last.x >= head.x + head.width - 1, "the name of the row is covered");
    assert.ok(last.x + last.width <= width);
    await page.done();
  }
});

test("words and ground differ enough to be read, light and dark", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const page = await open({ colorScheme });
    const poor = await page.evaluate(() => {
      const channels = (text) => text.match(/[\d.]+/g).slice(0, 3).map(Number);
      const luminance = (text) => channels(text).map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
      const ground = luminance(getComputedStyle(document.body).backgroundColor);
      const ratio = (one) => { const other = luminance(getComputedStyle(one).color); return (Math.max(other, ground) + 0.05) / (Math.min(other, ground) + 0.05); };
      return [...document.querySelectorAll("td, td b, td small, th, th small, p, label")].filter((one) => ratio(one) < 4.5).map((one) => one.outerHTML.slice(0, 80));
    });
    assert.deepEqual(poor, []);
    await page.done();
  }
});

test("the policy lets no other script run, even if one stood in the page", async () => {
  const page = await open();
  const ran = await page.evaluate(() => {
    window.got = "nothing";
    const script = document.createElement("script");
    script.textContent = "window.got = 'run'";
    document.body.append(script);
    return new Promise((done) => setTimeout(() => done(window.got), 0));
  });
  assert.equal(ran, "nothing");
  await page.context().close();
});

test("pictures to look at", { skip: !process.env.SHOTS }, async () => {
  for (const width of [1280, 400])
    for (const colorScheme of ["light", "dark"]) {
      const page = await open({ viewport: { width, height: 900 }, colorScheme }, process.env.MATRIX || matrix);
      await page.screenshot({ path: path.join(process.env.SHOTS, `matrix-${width}-${colorScheme}.png`) });
      await page.locator("td.fail summary, td.known summary").first().click();
      await page.screenshot({ path: path.join(process.env.SHOTS, `matrix-open-${width}-${colorScheme}.png`) });
      await page.context().close();
    }
});
