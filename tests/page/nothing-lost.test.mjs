// Nothing is lost: a browser that keeps nothing, a crash, an answer half typed.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { chromium } from "playwright-core";
import { addressOf, at, binary, download, flags, open } from "./browser.mjs";

const refusals = {
  "is full": () => { Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); }; },
  "refuses storage": () => {
    for (const name of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
    }
  },
};
for (const [how, refuse] of Object.entries(refusals)) {
  test(`a browser that ${how} says so, warns before closing, and everything can be downloaded`, async (t) => {
    const { page, trouble } = await open(t, { locale: "en-GB" }, (page) => page.addInitScript(refuse));
    assert.match(await page.textContent("#start-saved"), /keeps nothing/);
    await page.keyboard.press("Enter");
    await at(page, 1);
    await page.keyboard.press("Alt+7");
    await at(page, 2);
    assert.match(await page.textContent("#saved"), /keeps nothing/);
    await page.keyboard.press("Alt+2");
    await at(page, 3);
    const { rows } = await download(page, "#download-now");
    assert.deepEqual(rows.slice(1).map((row) => row.verdict), ["skip", "not_speech"]);
    assert.deepEqual(trouble, []);
    await page.keyboard.type("à moitié");
    const asked = page.waitForEvent("dialog");
    await page.close({ runBeforeUnload: true });
    assert.equal((await asked).type(), "beforeunload");
    await page.evaluate(() => 0); // answered: a browser that is closed under its question may crash
  });
}

test("half an answer is back after a reload and never in a download", async (t) => {
  const { page, trouble } = await open(t, { locale: "en-GB" });
  await page.keyboard.press("Enter");
  await at(page, 1);
  await page.keyboard.press("Alt+7");
  await at(page, 2);
  await page.fill("#text", "only half");
  await page.reload();
  await page.keyboard.press("Enter");
  await at(page, 2);
  assert.equal(await page.inputValue("#text"), "only half");
  const { rows, text } = await download(page, "#download-now");
  assert.equal(rows.length, 2);
  assert.ok(!text.includes("only half"));
  assert.deepEqual(trouble, []);
});

/** A browser of our own on `profile`, which can be killed as the power going out would. */
async function start(profile) {
  const port = join(profile, "DevToolsActivePort"); // written once it listens: its port, then the path
  await rm(port, { force: true });
  const child = spawn(binary, [...flags, "--headless=new", "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"],
    { detached: true, stdio: "ignore" });
  let said = [];
  for (const limit = Date.now() + 30_000; said.length < 2; await setTimeout(50)) {
    assert.ok(child.exitCode === null && Date.now() < limit, "the browser does not start: see target/page-test/chromium.log");
    said = (await readFile(port, "utf8").catch(() => "")).split("\n");
  }
  const address = `ws://127.0.0.1:${said[0]}${said[1]}`;
  const browser = await chromium.connectOverCDP(address);
  const page = await browser.contexts()[0].newPage();
  await page.goto(addressOf("page"));
  return { page, kill: () => new Promise((gone) => { child.once("exit", gone); process.kill(-child.pid, "SIGKILL"); }) };
}

test("after a crash of the tab and of the whole browser the work is there", async (t) => {
  const profile = await mkdtemp(join(tmpdir(), "second-ear-page-"));
  t.after(() => rm(profile, { recursive: true, force: true, maxRetries: 5 }));
  let { page, kill } = await start(profile);
  await page.click("#start-go");
  await at(page, 1);
  await page.keyboard.press("Alt+7");
  await at(page, 2);
  await page.fill("#text", "typed before the crash");
  const session = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent("crash");
  session.send("Page.crash").catch(() => {});
  await crashed;
  // A tab that crashes loses nothing at all; the browser itself writes to disk every few seconds.
  const again = await page.context().newPage();
  await again.goto(addressOf("page"));
  assert.match(await again.textContent("#start-go"), /1 (of|sur) /);
  await again.click("#start-go");
  await at(again, 2);
  assert.equal(await again.inputValue("#text"), "typed before the crash");
  await again.waitForTimeout(10_000);
  await kill();
  ({ page, kill } = await start(profile));
  try {
    assert.match(await page.textContent("#start-go"), /1 (of|sur) /);
    await page.click("#start-go");
    await at(page, 2);
    assert.equal(await page.inputValue("#text"), "typed before the crash");
  } finally {
    await kill();
  }
});
