// Firefox: a sitting by keyboard, a reload, the download, and axe. FIREFOX names another browser; without one it is said.
import assert from "node:assert/strict";
import { access, mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import axe from "axe-core";
import puppeteer from "puppeteer-core";
import { addressOf, rows } from "./rows.mjs";
import { CLIPS, serve } from "./server.mjs";
import { standIn } from "./stand_in.mjs";

const executablePath = process.env.FIREFOX || "/usr/bin/firefox-esr";
const there = await access(executablePath).then(() => true, () => false);
if (!there) console.error(`*** NOT TESTED: Firefox, there is no ${executablePath} (apt-get install firefox-esr) ***`);

const tasks = await rows("everything");
let browser, downloads;

before(async () => {
  if (!there) return;
  downloads = await mkdtemp(join(tmpdir(), "second-ear-firefox-"));
  browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true, extraPrefsFirefox: {
    "intl.accept_languages": "en-GB", "media.autoplay.default": 0, "media.cubeb.backend": "null",
    "browser.download.folderList": 2, "browser.download.dir": downloads, "browser.download.alwaysOpenPanel": false,
    "browser.helperApps.neverAsk.saveToDisk": "application/x-ndjson",
  } });
});
after(async () => {
  await browser?.close();
  if (downloads) await rm(downloads, { recursive: true, force: true });
});

/** A page that notes console messages, script errors and requests. */
async function open(t, address = addressOf("everything"), origin = "file:") {
  const page = await browser.newPage();
  t.after(() => page.close());
  const trouble = [];
  page.on("console", (message) => trouble.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => trouble.push(`error: ${error}`));
  page.on("request", (request) => { if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(origin)) trouble.push(`request: ${request.url()}`); });
  await page.goto(address);
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await page.waitForSelector("#start-go", { visible: true });
  const text = (id) => page.$eval(id, (el) => el.textContent);
  const at = (n) => page.waitForFunction((m) => new RegExp(`^\\D+${m}\\D`).test(document.getElementById("clip-number").textContent), {}, n);
  const chord = async (modifier, key) => {
    await page.keyboard.down(modifier);
    await page.keyboard.press(key);
    await page.keyboard.up(modifier);
  };
  return { page, trouble, text, at, chord };
}

/** axe's rules; its script is run by the browser's own hand, past the page's policy. */
async function check(page, where) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => (await axe.run({ runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] } }))
    .violations.map((v) => `${v.id} ${v.nodes.map((n) => n.target).join(" ")}`));
  assert.deepEqual(found, [], where);
}

async function downloaded() {
  for (let n = 0; n < 100; n++) {
    const file = (await readdir(downloads)).find((name) => name.endsWith(".jsonl"));
    const text = file ? await readFile(join(downloads, file), "utf8") : "";
    if (text.endsWith("\n")) {
      await rm(join(downloads, file));
      return text.trim().split("\n").map(JSON.parse);
    }
    await setTimeout(100);
  }
  throw new Error("no download");
}

test("Firefox: one sitting by keyboard alone, a reload, the download", { skip: !there }, async (t) => {
  const { page, trouble, text, at, chord } = await open(t);
  await page.keyboard.press("Enter");
  await at(1);
  await page.waitForFunction(() => document.getElementById("audio").currentTime > 0.5);
  await page.keyboard.press("Escape");
  assert.ok(await page.$eval("#audio", (el) => el.paused));
  await chord("Alt", "d");
  await page.keyboard.type("natation");
  assert.match(await page.$eval("#text", (el) => el.value), /de la natation pour/);
  await page.keyboard.press("Enter");
  if (await text("#hint")) await page.keyboard.press("Enter");
  await at(2);
  await setTimeout(600);
  await chord("Alt", "7");
  await at(3);
  await page.keyboard.type("only half");
  await page.reload();
  await page.waitForSelector("#start-go", { visible: true });
  assert.match(await text("#start-go"), /2/);
  await page.keyboard.press("Enter");
  await at(3);
  assert.equal(await page.$eval("#text", (el) => el.value), "only half");
  await page.click("#download-now");
  const [header, ...answers] = await downloaded();
  assert.equal(header.answered, answers.length);
  assert.deepEqual(answers.map((row) => [row.clip, row.verdict]), [[tasks[0].clip, "corrected"], [tasks[1].clip, "skip"]]);
  assert.deepEqual(trouble, []);
});

test("Firefox: everybody can use each screen", { skip: !there }, async (t) => {
  const { page, at, chord } = await open(t);
  await check(page, "start");
  await page.click("#start-go");
  await at(1);
  await check(page, "clip");
  await chord("Alt", "g");
  await page.waitForSelector("#guide[open]");
  await check(page, "help");
  await page.keyboard.press("Escape");
  await chord("Alt", "t");
  await page.waitForSelector("#tagger[open]");
  await check(page, "tagger");
});

test("Firefox: over a link every answer arrives, also what was given without a connection and before a reload", { skip: !there }, async (t) => {
  const stand = await standIn(t, { said: { code: "C0DE", next: false } });
  const { page, text, at, chord } = await open(t, stand.link(), stand.origin);
  const said = (part) => page.waitForFunction((words) => document.getElementById("sending").textContent.includes(words), {}, part);
  await page.waitForSelector("#give-back-row", { visible: true });
  await page.keyboard.press("Enter");
  await at(1);
  await chord("Alt", "2");
  await at(2);
  await said("All answers are on the server");
  stand.behave = ({ method }) => (method === "PUT" ? "drop" : null);
  await setTimeout(600);
  await chord("Alt", "7");
  await at(3);
  await said("No connection: 1 answer is kept");
  await check(page, "offline");
  page.on("dialog", (dialog) => dialog.accept());
  await page.reload();
  stand.behave = () => null;
  await said("All answers are on the server");
  assert.deepEqual(stand.sent().map((row) => row.clip), tasks.slice(0, 2).map((row) => row.clip));
  await page.click("#start-go");
  for (let n = 3; n <= tasks.length; n++) {
    await at(n);
    await setTimeout(100);
    await chord("Alt", "7");
  }
  await page.waitForSelector("#code-row", { visible: true });
  assert.equal(await page.$eval("#code", (el) => el.value), "C0DE");
  assert.match(await text("#served-state"), /All answers are on the server/);
  await check(page, "done");
  assert.deepEqual(stand.sent().map((row) => row.clip), tasks.map((row) => row.clip));
});

test("Firefox: a sitting through the real server", { skip: !there }, async (t) => {
  const server = await serve(t, ["ben"]);
  const { page, at, chord, trouble } = await open(t, server.link(), server.origin);
  await page.waitForSelector("#give-back-row", { visible: true });
  await page.keyboard.press("Enter");
  for (let n = 1; n <= CLIPS; n++) {
    await at(n);
    await setTimeout(600);
    await chord("Alt", "2");
  }
  await page.waitForSelector("#code-row", { visible: true });
  assert.match(await server.whose(await page.$eval("#code", (el) => el.value)), /^ben of batch/);
  assert.deepEqual((await server.people()).map((p) => [p.name, p.answered]), [["ben", CLIPS]]);
  assert.deepEqual(trouble, []);
});
