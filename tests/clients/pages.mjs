// Reports and the viewer in a real browser: no serious finding of axe, no request elsewhere, no script but ours, no page
// wider than its window, in light and dark, narrow and wide; and the keys of the viewer.
//
//   npm install puppeteer-core@25 axe-core@4
//   node pages.mjs [--pictures FOLDER] ADDRESS|REPORT...
//
// ADDRESS is what `gradatim view` printed, REPORT a page that `gradatim report` wrote. Ends with 1 where something was found.
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import puppeteer from "puppeteer-core";

const { values: { pictures }, positionals: asked } = parseArgs({ options: { pictures: { type: "string" } }, allowPositionals: true });
const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: ["--no-sandbox"],
  // A report of megabytes takes its time on a busy machine.
  protocolTimeout: 900_000,
});
let found = 0;
const tell = (what) => { found += 1; console.log(what); };

// `of` is where all begins that the page may ask for.
async function opened({ name, address, of }, scheme, width) {
  const page = await browser.newPage();
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  page.on("dialog", (dialog) => { tell(`${name}: a script of somebody else's ran`); dialog.dismiss(); });
  page.on("pageerror", (error) => tell(`${name}: ${error}`));
  // A page that is refused on purpose is logged as such.
  page.on("console", (message) => {
    if (message.type() === "error" && name !== "refused") tell(`${name}: ${message.text()}`);
  });
  page.on("request", (request) => { if (!request.url().startsWith(of)) tell(`${name}: asks ${request.url()}`); });
  const start = performance.now();
  await page.goto(address, { waitUntil: "load" });
  return { page, took: Math.round(performance.now() - start) };
}

async function looked(one) {
  const { name, scripts } = one;
  for (const scheme of ["light", "dark"]) for (const width of [1400, 360]) {
    const { page, took } = await opened(one, scheme, width);
    for (const is_open of [false, true]) {
      const state = `${name} ${scheme} ${width}${is_open ? " opened" : ""}`;
      if (is_open) await page.$$eval("details", (all) => all.forEach((details) => { details.open = true; }));
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (over > 0) tell(`${state}: ${over} pixels wider than its window`);
      if (pictures) await page.screenshot({ path: `${pictures}/${state.replaceAll(" ", "-")}.png` });
      const { violations } = await page.evaluate(`${axe}; axe.run()`);
      for (const { id, impact, nodes } of violations) if (["serious", "critical"].includes(impact)) {
        tell(`${state}: ${id}, ${nodes.length} times: ${nodes[0].html.slice(0, 160)} ${nodes[0].failureSummary}`);
      }
      const lesser = violations.map(({ id }) => id).join(" ");
      console.log(`${state}: ${is_open ? "" : `${took} ms`}${lesser && ` (axe: ${lesser})`}`);
    }
    const count = await page.$$eval("script, [onerror], [onload], [onclick]", (all) => all.length);
    if (count !== scripts) tell(`${name}: ${count} scripts`);
    await page.close();
  }
}

// The first link of a kind on a page.
async function first(one, selector) {
  const { page } = await opened(one, "light", 1400);
  const link = await page.$eval(selector, (a) => a.href).catch(() => null);
  await page.close();
  return link;
}

async function keys(list) {
  const { page } = await opened(list, "light", 1400);
  const text = () => page.evaluate(() => document.activeElement.textContent.trim());
  const rows = await page.$$eval("a.row", (all) => all.map((a) => a.textContent.trim()));
  const pressed = async (key) => { await page.keyboard.press(key); return text(); };
  if ((await pressed("j")) !== rows[0] || (await pressed("j")) !== rows[1] || (await pressed("k")) !== rows[0]) tell("j and k do not go down and up");
  const goes = async (key) => {
    const [done] = await Promise.all([page.waitForNavigation(), page.keyboard.press(key)]);
    return done.url();
  };
  const entry = await goes("Enter");
  if (!entry.includes("/row/")) tell("Enter does not open a row");
  const next = await goes("j");
  if (!next.includes("n=1") || (await goes("k")) !== entry) tell("j and k do not go to the neighbours");
  if (!(await goes("u")).includes("/rows")) tell("u does not go to the list");
  if (!(await goes("n")).includes("page=2")) tell("n does not turn the page");
  await page.keyboard.press("/");
  if (!(await page.evaluate(() => document.activeElement.id === "search"))) tell("/ does not go to the search");
  await page.keyboard.type("j?");
  if ((await page.evaluate(() => document.activeElement.value)) !== "j?") tell("keys act while one types");
  await page.keyboard.press("Escape");
  if (!(await goes("?")).endsWith("/help")) tell("? does not help");
  await page.close();
}

async function viewer(address) {
  const at = (name, where) => ({ name, address: new URL(where, address).href, of: new URL(address).origin, scripts: 1 });
  const named = async (name, from, selector) => {
    const link = from && await first(from, selector);
    return link && at(name, link);
  };
  const home = at("overview", "");
  const rows = at("rows", "rows");
  const questions = at("questions", "questions");
  const isOfRuns = !(await first(home, "a[href*='/questions']"));
  const row = isOfRuns && await named("row", rows, "a.row");
  const pages = isOfRuns ? [
    rows, at("filtered", "rows?where=tokens%20%3E%20100&sort=tokens&desc=1"), at("search", "rows?q=the"), row,
    await named("problem", row, "a[href*='/problem/']"), at("hostile", "rows?q=script"),
    at("sql", "sql?q=SELECT%20*%20FROM%20ledger%20LIMIT%2020"),
  ] : [
    questions, await named("question", questions, "a[href*='/question?']"), at("sql", "sql?q=SELECT%20*%20FROM%20attempts%20LIMIT%2020"),
  ];
  pages.push(home, await named("compare", home, "a[href*='/compare?']"), at("help", "help"), at("refused", "nowhere"));
  for (const page of pages) if (page) await looked(page);
  if (isOfRuns) await keys(rows);
}

for (const one of asked) {
  if (one.startsWith("http:")) await viewer(one);
  else {
    const address = pathToFileURL(one).href;
    await looked({ name: path.basename(one, ".html"), address, of: address, scripts: 0 });
  }
}
await browser.close();
console.log(found ? `${found} findings` : "nothing was found");
process.exit(found ? 1 : 0);
