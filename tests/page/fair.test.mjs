// What the page tells those who work: what is noted about them, and the account of their work.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import axe from "axe-core";
import { accept, at, download, languages, open } from "./browser.mjs";

for (const [language, file] of Object.entries(languages)) {
  test(`the notice stands on the start screen in ${language}, with what the settings make of it`, async (t) => {
    const { page, trouble } = await open(t, { locale: language }, undefined, "everything");
    await page.click("#start-notice summary");
    const text = await page.textContent("#start-notice-text");
    for (const key of ["notice.measured", "notice.decided", "notice.kept", "notice.ask", "notice.flags", "notice.object"]) {
      assert.ok(text.includes(file.texts[key]), key);
    }
    assert.match(text, /0\.12 EUR/);
    assert.doesNotMatch(text, /[{}]|notice\./);
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(trouble, []);
  });
}

test("the work statement counts one's own answers, with a digest that anybody can compute", async (t) => {
  const { page, trouble } = await open(t, { locale: "en-GB" }, undefined, "everything");
  await page.fill("#validator", "Ana");
  await page.click("#start-go");
  await at(page, 1);
  await accept(page, 2);
  await page.keyboard.press("Alt+Digit7");
  await at(page, 3);
  const answers = (await downloadNow(page)).rows.filter((row) => row.clip);
  while (!(await page.isVisible("#done"))) {
    await page.keyboard.press("Alt+Digit7");
    await page.waitForTimeout(100);
  }
  await page.click("#show-statement");
  await page.locator("#statement-lines dd").first().waitFor();
  const said = await page.locator("#statement-lines").innerText();
  assert.match(said, /Ana/);
  assert.match(said, /€0\.12/);
  assert.deepEqual(await violations(page), []);
  const saved = JSON.parse((await saveOf(page)));
  const [own] = saved.batches;
  assert.equal(saved.format, "second-ear work statement");
  assert.equal(saved.person, "Ana");
  assert.equal(own.answers, own.skips + 1);
  assert.ok(Math.abs(own.earned - 0.12 * own.answers) < 1e-9);
  assert.ok(answers.length === 2);
  // The same as views/statement.rs computes.
  await page.click("#statement button[data-t='statement.close']");
  const all = (await download(page, "#download")).rows.filter((row) => row.clip);
  const lines = all.map((row) => `${row.clip} ${row.active_seconds.toFixed(1)}`).sort();
  const text = `${saved.workspace} ${own.batch} Ana\n${lines.join("\n")}`;
  assert.equal(own.digest, createHash("sha256").update(text).digest("hex"));
  assert.deepEqual(trouble, []);
});

test("clips are passed over by kind, and what somebody listens to of the others is counted for them alone", async (t) => {
  const { page, trouble } = await open(t, { locale: "en-GB" }, undefined, "everything");
  const offered = await page.locator("#pass-kinds label").allTextContents();
  assert.ok(offered.length >= 1 && offered.every((text) => /\(\d+\)$/.test(text.trim())), String(offered));
  assert.deepEqual(await violations(page), []);
  await page.click("#start-go");
  await at(page, 1);
  await page.keyboard.press("Alt+Digit7");
  await at(page, 2);
  // Nothing was chosen: the clip waits behind its veil.
  assert.ok(await page.isVisible("#veil"));
  await page.waitForTimeout(700);
  await page.click("#veil-hear");
  await page.locator("#clip-body").waitFor();
  await page.waitForTimeout(1600);
  while (!(await page.isVisible("#done"))) {
    await page.keyboard.press("Alt+Digit7");
    await page.waitForTimeout(100);
  }
  assert.match(await page.textContent("#done-exposure"), /1 min with clips that carry a warning/);
  const { text } = await download(page, "#download");
  assert.ok(!text.includes("exposed"), "it is in no file");
  assert.deepEqual(trouble, []);
});

async function violations(page) {
  await page.evaluate(axe.source);
  const found = await page.evaluate(() => axe.run({ runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] } }));
  return found.violations.map((violation) => violation.id);
}

const downloadNow = (page) => download(page, "#download-now");

async function saveOf(page) {
  const [file] = await Promise.all([page.waitForEvent("download"), page.click("#statement-save")]);
  assert.match(file.suggestedFilename(), /^statement-.*\.json$/);
  return readFile(await file.path(), "utf8");
}
