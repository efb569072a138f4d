// A page under a passphrase: nothing before it is given, everything after, and a wrong one is said plainly.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import axe from "axe-core";
import { accept, addressOf, at, download, languages, number, open, rows } from "./browser.mjs";

const PASSPHRASE = "quatre mots faciles à dire";
const says = (key, code = "fr") => languages[code].texts[key];

async function unlock(page, passphrase) {
  await page.fill("#passphrase", passphrase);
  await page.keyboard.press("Enter");
}

test("the right passphrase opens the page, and its answers are those of any other page", async (t) => {
  const { page, trouble } = await open(t, {}, undefined, "sealed");
  assert.equal(await page.title(), says("unlock.title"));
  assert.equal(await page.locator("#unlock-title").textContent(), says("unlock.title"));
  assert.ok(await page.locator("#start").isHidden());
  assert.equal(await page.evaluate(() => document.activeElement.id), "passphrase");
  await unlock(page, `  ${PASSPHRASE.replace(" ", "  ")} `);
  await page.locator("#start").waitFor();
  assert.equal(await page.title(), "Lot protégé");
  assert.ok(await page.locator("#start-sealed").isVisible(), "what is not encrypted is said");
  await page.click("#start-go");
  await at(page, 1);
  assert.match(await number(page), /1/);
  await accept(page, 2);
  const given = await download(page, "#download-now");
  const [first] = await rows("sealed");
  assert.equal(given.rows[1].clip, first.clip);
  assert.equal(given.rows[1].draft_digest, first.draft_digest);
  assert.deepEqual(trouble, []);
});

test("a wrong passphrase is said, and the right one still opens", async (t) => {
  const { page, trouble } = await open(t, {}, undefined, "sealed");
  await unlock(page, "quatre mots faciles a dire");
  await page.locator("#unlock-problem", { hasText: says("unlock.wrong") }).waitFor();
  assert.ok(await page.locator("#start").isHidden());
  await unlock(page, PASSPHRASE);
  await page.locator("#start").waitFor();
  assert.deepEqual(trouble, []);
});

test("a damaged page says so, and a piece that is missing is noticed", async (t) => {
  for (const damage of ["cut", "swapped"]) {
    const { page } = await open(t, { bypassCSP: true }, async (page) => {
      await page.addInitScript((how) => {
        document.addEventListener("readystatechange", () => {}, true);
        const parse = JSON.parse;
        JSON.parse = (text) => {
          const value = parse(text);
          if (value && value.pieces && how === "cut") value.pieces.splice(2, 1);
          if (value && value.pieces && how === "swapped") [value.pieces[1], value.pieces[2]] = [value.pieces[2], value.pieces[1]];
          return value;
        };
      }, damage);
    }, "sealed");
    await unlock(page, PASSPHRASE);
    await page.locator("#unlock-problem", { hasText: says("unlock.damaged") }).waitFor();
  }
});

test("work goes on after a reload with the passphrase", async (t) => {
  const { page } = await open(t, {}, undefined, "sealed");
  await unlock(page, PASSPHRASE);
  await page.click("#start-go");
  await at(page, 1);
  await page.fill("#text", "Une correction.");
  await page.reload();
  await unlock(page, PASSPHRASE);
  await page.click("#start-go");
  await at(page, 1);
  assert.equal(await page.inputValue("#text"), "Une correction.");
});

test("the file itself holds no word of its batch", async () => {
  const text = await readFile(fileURLToPath(addressOf("sealed")), "utf8");
  for (const row of await rows("sealed")) {
    for (const word of [row.clip, row.draft, row.path, row.draft_digest]) assert.ok(!text.includes(word), word);
  }
  assert.ok(!text.includes("Lot protégé"));
});

for (const code of Object.keys(languages)) {
  test(`the question for the passphrase can be used by everybody, in ${code}`, async (t) => {
    const { page } = await open(t, { bypassCSP: true, locale: code, viewport: { width: 320, height: 640 } }, undefined, "sealed");
    assert.equal(await page.locator("#unlock-title").textContent(), says("unlock.title", code));
    await page.evaluate(axe.source);
    const { violations } = await page.evaluate(() => axe.run({ runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] } }));
    assert.deepEqual(violations.map((v) => v.id), []);
    const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(inner <= outer);
  });
}
