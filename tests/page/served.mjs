// What the tests of the page over a link share.
import assert from "node:assert/strict";
import axe from "axe-core";
import { at, openLink, rows } from "./browser.mjs";

export const tasks = await rows("served");
export const CLIPS = tasks.length;
export const ON_SERVER = "All answers are on the server";

/** Waits for a text in the line that says what the server has. */
export const status = (page, text, limit = 15_000) => page.locator("#sending", { hasText: text }).waitFor({ timeout: limit });

/** Opens the link, with the server's answer there. */
export async function begin(t, stand, options = {}, prepare = undefined) {
  const opened = await openLink(t, stand, { locale: "en-GB", ...options }, prepare);
  await opened.page.locator("#give-back-row").waitFor();
  return opened;
}

/** Answers clips from `first` to `last` by their keys: no speech, and skip where there is a warning. */
export async function answer(page, first, last) {
  for (let n = first; n <= last; n++) {
    await at(page, n);
    await page.keyboard.press(await page.isVisible("#veil") ? "Alt+7" : "Alt+2");
  }
}

export async function check(page, where) {
  await page.waitForTimeout(50);
  await page.evaluate(axe.source);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await page.evaluate((values) => axe.run({ runOnly: { type: "tag", values } }), tags);
  assert.deepEqual(violations.map((v) => `${where}: ${v.id} ${v.nodes.map((n) => n.target + " " + n.failureSummary).join(" | ")}`), []);
  const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(inner <= outer, `${where}: ${inner} px wide in ${outer}`);
}
