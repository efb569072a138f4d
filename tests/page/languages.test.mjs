// Every language of the page: found by the browser's wish, chosen from the list, kept, and complete.
import assert from "node:assert/strict";
import { test } from "node:test";
import { at, languages, open } from "./browser.mjs";

const codes = Object.keys(languages);

/** Texts that are still keys, such as "start.go". */
const untranslated = (page) => page.evaluate(() => {
  const texts = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const { data, parentElement } = walk.currentNode;
    if (!parentElement.closest("script, noscript, #recording")) texts.push(data.trim());
  }
  for (const el of document.querySelectorAll("[aria-label], [title]")) texts.push(el.getAttribute("aria-label") || el.title);
  return texts.filter((text) => /^[a-z]+(\.[a-z_]+)+$/.test(text) || /\{\w+\}/.test(text));
});

for (const code of codes) {
  test(`a browser that asks for ${code} gets ${languages[code].name}, whole`, async (t) => {
    const { texts, regions, name } = languages[code];
    const { page, trouble } = await open(t, { locale: `${code}-XX` }, undefined, "everything");
    assert.equal(await page.getAttribute("html", "lang"), code);
    assert.equal(await page.textContent("#start-go"), texts["start.go"]);
    assert.equal(await page.locator("#language option:checked").textContent(), name);
    assert.deepEqual(await untranslated(page), []);
    await page.click("#start-go");
    await at(page, 1);
    assert.deepEqual(await untranslated(page), []);
    assert.equal(await page.textContent("#region"), regions["fr-CA-QC"]);
    await page.click("#tag-add");
    const offered = await page.locator("#tag-region option").allTextContents();
    assert.ok(offered.includes(regions["fr-BE"]) && !offered.includes(regions["en-GB-SCT"]), offered.join());
    await page.click("#tagger-cancel");
    for (let n = 1; n <= 8; n++) {
      await at(page, n);
      await page.keyboard.press("Alt+7");
    }
    await page.locator("#done").waitFor();
    assert.deepEqual(await untranslated(page), []);
    assert.deepEqual(trouble, []);
  });
}

test("any language can be chosen, also amid the work, and is kept", async (t) => {
  const { page, trouble } = await open(t, { locale: "de-DE" }, undefined, "everything");
  // It has no German: the settings' language is shown.
  assert.equal(await page.getAttribute("html", "lang"), "fr");
  await page.click("#start-go");
  await at(page, 1);
  await page.fill("#text", "half a");
  for (const code of codes) {
    await page.selectOption("#language", code);
    assert.equal(await page.getAttribute("html", "lang"), code);
    assert.equal(await page.textContent("#text-label"), languages[code].texts["text.label"]);
    assert.equal(await page.inputValue("#text"), "half a");
  }
  await page.reload();
  assert.equal(await page.getAttribute("html", "lang"), codes.at(-1));
  assert.deepEqual(trouble, []);
});

test("a region without a name in the page's language is shown by its code", async (t) => {
  const named = ["fr", "en"];
  const { page } = await open(t, { locale: "fr" }, undefined, "everything");
  await page.click("#start-go");
  await at(page, 1);
  for (const code of codes) {
    await page.selectOption("#language", code);
    await page.click("#tag-add");
    const offered = await page.locator("#tag-region option").allTextContents();
    assert.equal(offered.includes("fr-CA-QC-GASP"), !named.includes(code), code);
    await page.click("#tagger-cancel");
  }
});
