// One sitting in a Chromium of May 2021, which knows neither light-dark() nor structuredClone.
import assert from "node:assert/strict";
import { access, chmod, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import { addressOf, rows } from "./rows.mjs";
import { standIn } from "./stand_in.mjs";

const old = new URL("old/node_modules/", import.meta.url);
const packed = new URL("chrome-aws-lambda/bin/chromium.br", old);
const there = process.arch === "x64" && await access(packed).then(() => true, () => false);
if (!there) console.error("*** NOT TESTED: Chromium 91 (cd tests/page/old && npm ci --ignore-scripts; 64-bit Intel only) ***");

/** A page of it. */
async function start(t) {
  const puppeteer = createRequire(new URL("x", old))("puppeteer-core");
  const executablePath = fileURLToPath(new URL("../../target/page-test/chromium91", import.meta.url));
  if (!await access(executablePath).then(() => true, () => false)) {
    await writeFile(executablePath, brotliDecompressSync(await readFile(packed)));
    await chmod(executablePath, 0o755);
  }
  const browser = await puppeteer.launch({ executablePath, headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--no-zygote", "--disable-dev-shm-usage", "--lang=en-GB", "--autoplay-policy=no-user-gesture-required"] });
  t.after(() => browser.close());
  assert.match(await browser.version(), /\/91\./);
  const page = await browser.newPage();
  const trouble = [];
  page.on("console", (message) => trouble.push(message.text()));
  page.on("pageerror", (error) => trouble.push(String(error)));
  // This build, made for servers, ends on a download: what would be in the file is taken on its way.
  await page.evaluateOnNewDocument(() => {
    const make = URL.createObjectURL;
    URL.createObjectURL = (blob) => {
      if (/ndjson/.test(blob.type)) window.handedOver = blob;
      return make(blob);
    };
    HTMLAnchorElement.prototype.click = () => {};
  });
  const clip = (n) => page.waitForFunction((m) => new RegExp(`^\\D+${m}\\D`).test(document.getElementById("clip-number").textContent), {}, n);
  return { page, trouble, clip };
}

test("one sitting in Chromium 91", { skip: !there }, async (t) => {
  const { page, trouble, clip } = await start(t);
  await page.goto(addressOf("everything"));
  const tasks = await rows("everything");
  const paint = (id) => page.$eval(id, (el) => { const { borderTopColor, backgroundColor } = getComputedStyle(el); return [borderTopColor, backgroundColor]; });
  await page.waitForSelector("#start-go");
  assert.deepEqual(await paint("#start-go"), ["rgb(10, 101, 93)", "rgb(10, 101, 93)"]);
  await page.keyboard.press("Enter");
  await clip(1);
  assert.deepEqual(await paint("#back"), ["rgb(140, 135, 124)", "rgb(255, 254, 251)"]);
  await page.click("#show-guide");
  assert.equal((await paint("#guide"))[1], "rgb(255, 254, 251)");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.getElementById("audio").currentTime > 0.3);
  // Selecting by keys or by the mouse ends this build as well.
  await page.$eval("#text", (el) => el.select());
  await page.keyboard.type("Les gens font souvent de la natation.");
  await page.keyboard.press("Enter");
  if (await page.$eval("#hint", (el) => el.textContent)) await page.keyboard.press("Enter");
  await clip(2);
  await page.reload();
  await page.waitForSelector("#start-go");
  await page.keyboard.press("Enter");
  await clip(2);
  await page.click("#download-now");
  const text = await page.evaluate(() => window.handedOver.text());
  const [header, row] = text.trim().split("\n").map(JSON.parse);
  assert.equal(header.answered, 1);
  assert.deepEqual([row.clip, row.verdict, row.text], [tasks[0].clip, "corrected", "Les gens font souvent de la natation."]);
  assert.deepEqual(trouble, []);
});

test("over a link every answer arrives from Chromium 91, also what was given without a connection", { skip: !there }, async (t) => {
  const stand = await standIn(t, { said: { code: "C0DE" } });
  const { page, clip } = await start(t);
  const said = (part) => page.waitForFunction((words) => document.getElementById("sending").textContent.includes(words), {}, part);
  const chord = async (digit) => {
    await page.keyboard.down("Alt");
    await page.keyboard.press(`Digit${digit}`);
    await page.keyboard.up("Alt");
  };
  await page.goto(stand.link());
  await page.waitForSelector("#give-back-row", { visible: true });
  await page.keyboard.press("Enter");
  await clip(1);
  await chord(2);
  await said("All answers are on the server");
  stand.behave = ({ method }) => (method === "PUT" ? "drop" : null);
  await clip(2);
  await chord(7);
  await said("No connection: 1 answer is kept");
  stand.behave = () => null;
  for (let n = 3; n <= stand.tasks.length; n++) {
    await clip(n);
    await chord(7);
  }
  await page.waitForSelector("#code-row", { visible: true });
  assert.deepEqual(stand.sent().map((row) => row.clip), stand.tasks.map((row) => row.clip));
});
