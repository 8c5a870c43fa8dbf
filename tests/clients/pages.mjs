// The viewer in a real browser: no serious finding of axe, no request elsewhere, no script but ours, no page wider than its
// window, in light and dark, narrow and wide; and the keys.
//
//   npm install puppeteer-core@25 axe-core@4
//   node viewer.mjs ADDRESS [FOLDER for pictures]
//
// ADDRESS is what `gradatim view` printed. Ends with 1 where something was found.
import fs from "node:fs";
import { createRequire } from "node:module";
import puppeteer from "puppeteer-core";

const [address, pictures] = process.argv.slice(2);
const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: ["--no-sandbox"],
});
const { origin } = new URL(address);
let found = 0;
const tell = (what) => { found += 1; console.log(what); };

async function opened(path, scheme, width) {
  const page = await browser.newPage();
  await page.setViewport({ width, height: 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  page.on("dialog", (dialog) => { tell(`${path}: a script of somebody else's ran`); dialog.dismiss(); });
  page.on("pageerror", (error) => tell(`${path}: ${error}`));
  // A page that is refused on purpose is logged as such.
  page.on("console", (message) => {
    if (message.type() === "error" && path !== "nowhere") tell(`${path}: ${message.text()}`);
  });
  page.on("request", (request) => { if (!request.url().startsWith(origin)) tell(`${path}: asks ${request.url()}`); });
  const start = performance.now();
  await page.goto(new URL(path, address).href, { waitUntil: "load" });
  return { page, took: Math.round(performance.now() - start) };
}

async function looked(name, path) {
  for (const scheme of ["light", "dark"]) for (const width of [1400, 360]) {
    const { page, took } = await opened(path, scheme, width);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) tell(`${name}: ${over} pixels wider than ${width}`);
    const scripts = await page.evaluate(() => [...document.querySelectorAll("script, [onerror], [onload], [onclick]")].length);
    if (scripts !== 1) tell(`${name}: ${scripts} scripts`);
    if (pictures) await page.screenshot({ path: `${pictures}/${name}-${scheme}-${width}.png` });
    const { violations } = await page.evaluate(`${axe}; axe.run()`);
    for (const one of violations.filter(({ impact }) => ["serious", "critical"].includes(impact))) {
      tell(`${name} ${scheme} ${width}: ${one.id}: ${one.nodes[0].html.slice(0, 160)}`);
    }
    const lesser = violations.map(({ id }) => id).join(" ");
    console.log(`${name} ${scheme} ${width}: ${took} ms${lesser && ` (axe: ${lesser})`}`);
    await page.close();
  }
}

// The first link of a kind on a page.
async function first(path, selector) {
  const { page } = await opened(path, "light", 1400);
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
  if (!next.includes("&n=1") || (await goes("k")) !== entry) tell("j and k do not go to the neighbours");
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

const row = await first("rows?fate=kept", "a.row");
const problem = row && (await first(row, "a[href*='/problem/']"));
const compared = await first("", "a[href*='/compare?']");
const pages = [
  ["overview", ""], ["rows", "rows"], ["filtered", "rows?where=tokens%20%3E%20100&sort=tokens&desc=1"],
  ["search", "rows?q=the"], ["row", row], ["problem", problem], ["compare", compared],
  ["hostile", "rows?q=script"], ["sql", "sql?q=SELECT%20*%20FROM%20ledger%20LIMIT%2020"], ["help", "help"], ["refused", "nowhere"],
];
for (const [name, path] of pages) if (path !== null) await looked(name, path);
await keys("rows");
await browser.close();
console.log(found ? `${found} findings` : "nothing was found");
process.exit(found ? 1 : 0);
