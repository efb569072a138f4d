// What the page's tests share. Run tests/page/make first, then `node --test --test-concurrency=1 tests/page/*.test.mjs`.
import { readdir, readFile } from "node:fs/promises";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { addressOf, root } from "./rows.mjs";

export { addressOf, root, rows } from "./rows.mjs";

export const binary = fileURLToPath(new URL("chromium", import.meta.url));
export const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"];
/** The page's languages: what each file says, by code. */
const folder = new URL("src/tasks/page/strings/", root);
export const languages = Object.fromEntries(await Promise.all((await readdir(folder)).sort()
  .map(async (file) => [file.replace(".json", ""), JSON.parse(await readFile(new URL(file, folder), "utf8"))])));
let browser;

before(async () => { browser = await chromium.launch({ executablePath: binary, args: flags }); });
after(() => browser?.close());

/** A page of its own, and what goes wrong in it: console messages, script errors, requests that are `foreign`. */
async function fresh(t, options, foreign) {
  const context = await browser.newContext({ locale: "fr-FR", viewport: { width: 1200, height: 900 }, acceptDownloads: true, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  const trouble = [];
  page.on("console", (message) => trouble.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => trouble.push(`error: ${error}`));
  page.on("request", (request) => { if (foreign(request.url())) trouble.push(`request: ${request.url()}`); });
  // The machine that runs the tests may have no sound device, which the page would tell.
  await page.addInitScript(() => {
    if (navigator.mediaDevices) navigator.mediaDevices.enumerateDevices = async () => [{ kind: "audiooutput" }];
  });
  return { page, context, trouble };
}

/** A page that fails the test on any network request, console message or script error. */
export async function open(t, options = {}, prepare = () => {}, name = "page") {
  const address = addressOf(name);
  const { page, trouble } = await fresh(t, options, (url) => !/^(file|blob|data):/.test(url) || (url.startsWith("file:") && url !== address));
  page.on("dialog", (dialog) => { trouble.push(`dialog: ${dialog.type()} ${dialog.message()}`); dialog.dismiss(); });
  await prepare(page);
  await page.goto(address);
  return { page, trouble };
}

/** The page as a server hands it out; fails the test on any request to another origin and on script errors. */
export async function openLink(t, stand, options = {}, prepare = () => {}, token = undefined) {
  const opened = await fresh(t, options, (url) => !/^(blob|data|about):/.test(url) && !url.startsWith(`${stand.origin}/`));
  await prepare(opened.page);
  await opened.page.goto(stand.link(token));
  return opened;
}

export async function download(page, button) {
  const [file] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
  const text = await readFile(await file.path(), "utf8");
  return { name: file.suggestedFilename(), text, rows: text.trim().split("\n").map(JSON.parse) };
}

export const number = (page) => page.locator("#clip-number").textContent();
export const at = (page, n) => page.locator("#clip-number", { hasText: new RegExp(`^\\D+${n}\\D`) }).waitFor();

/** A phone: what a finger does, and media queries that say so. */
export const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

/** Enter, and Enter again where the page asks whether one has listened. */
export async function accept(page, next) {
  await page.keyboard.press("Enter");
  if (await page.locator("#hint").textContent()) await page.keyboard.press("Enter");
  if (next) await at(page, next);
}
