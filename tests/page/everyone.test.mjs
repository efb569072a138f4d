// Everybody can use it: accessibility rules, narrow and zoomed windows, target sizes, focus, reduced motion.
import assert from "node:assert/strict";
import { test } from "node:test";
import axe from "axe-core";
import { at, languages, open } from "./browser.mjs";

/** Nothing that axe finds, nothing wider than the window, no target under 24 px. */
async function check(page, where) {
  await page.waitForTimeout(50);
  await page.evaluate(axe.source);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await page.evaluate((values) => axe.run({ runOnly: { type: "tag", values } }), tags);
  const found = violations.map((v) => `${where}: ${v.id} ${v.nodes.map((n) => n.target + " " + n.failureSummary).join(" | ")}`);
  assert.deepEqual(found, []);
  const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(inner <= outer, `${where}: ${inner} px wide in ${outer}`);
  // The words of a draft are targets in a line of text, which WCAG 2.5.8 leaves to the line.
  const small = await page.evaluate(() => [...document.querySelectorAll("button:not(.word), input, select, textarea, summary")]
    .map((el) => [el.id || el.className || el.textContent, el.getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.width < 24 || box.height < 24)).map(([name, box]) => `${name} ${box.width}x${box.height}`));
  assert.deepEqual(small, [], where);
  const moving = await page.evaluate(() => document.getAnimations().length
    + [...document.querySelectorAll("*")].filter((el) => getComputedStyle(el).transitionDuration !== "0s").length);
  assert.equal(moving, 0, `${where}: motion although it is not wanted`);
}

for (const [name, options] of Object.entries({
  "on a desk": {},
  "in the dark": { colorScheme: "dark", locale: "en-GB" },
  "on a phone": { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
  ...Object.fromEntries(Object.keys(languages).map((code) =>
    [`320 px wide, in ${code}`, { viewport: { width: 320, height: 640 }, locale: code }])),
  "320 px wide in the dark": { viewport: { width: 320, height: 640 }, colorScheme: "dark" },
  "at 200 % zoom": { viewport: { width: 600, height: 450 }, locale: "en-GB" },
  "at 200 % zoom in the dark": { viewport: { width: 600, height: 450 }, colorScheme: "dark" },
  "at 400 % zoom": { viewport: { width: 320, height: 256 } },
})) {
  test(`everybody can use it ${name}`, async (t) => {
    const { page } = await open(t, { ...options, bypassCSP: true, reducedMotion: "reduce" }, undefined, "everything");
    await page.check("#credit");
    await check(page, "start");
    await page.uncheck("#credit");
    await page.click("#start-go");
    await at(page, 1);
    await page.keyboard.press("Alt+b");
    await check(page, "clip, looping, doubtful words");
    await page.fill("#text", "Les gens font frette.");
    await page.click(".suggestion");
    await check(page, "corrected and tagged");
    await page.click("#show-guide");
    await check(page, "guide");
    await page.keyboard.press("Escape");
    await page.click("#tag-add");
    await check(page, "tagger");
    await page.click("#tagger-cancel");
    await page.click("#next");
    await at(page, 2);
    await check(page, "warned");
    await page.waitForTimeout(500);
    await page.click("#veil-hear");
    await page.locator("#veil").waitFor({ state: "hidden" });
    await page.click("#next");
    await at(page, 3);
    await page.hover("#accept"); // legible under the pointer while it waits for a text
    await check(page, "versions, no draft");
    await page.click("#next");
    await page.click(".version");
    await check(page, "versions, taken");
    await page.click("#previous");
    for (const n of [3, 4, 5, 6, 7, 8, 1, 2]) {
      await at(page, n);
      await page.click(n === 5 || n === 6 ? "#veil-skip" : '[data-verdict="skip"]');
    }
    await page.locator("#done").waitFor();
    await check(page, "done");
  });
}

test("hostile texts are legible and stay within a narrow window", async (t) => {
  const options = { viewport: { width: 320, height: 640 }, bypassCSP: true, reducedMotion: "reduce" };
  const { page } = await open(t, options);
  await page.click("#start-go");
  for (let n = 1; n <= 20; n++) {
    await at(page, n);
    if (n === 3 || n % 5 === 0) await check(page, `clip ${n}`);
    await page.click("#next");
  }
});

test("the focus is always seen", async (t) => {
  const { page } = await open(t, {}, undefined, "everything");
  const unseen = () => page.evaluate(() => {
    const el = document.activeElement;
    if (el === document.body) return "";
    const shown = el.id === "seek" ? document.getElementById("wave-area") : el;
    const { outlineStyle, outlineWidth } = getComputedStyle(shown);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 ? "" : el.id || el.className || el.tagName;
  });
  for (const stops of [14, 45]) {
    for (let n = 0; n < stops; n++) {
      await page.keyboard.press("Tab");
      assert.equal(await unseen(), "");
    }
    if (stops === 14) await page.click("#start-go");
  }
});
