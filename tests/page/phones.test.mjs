// Small screens: the box and the accept button in view with a keyboard open, no key named where there is none, answers shared.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accept, at, download, languages, open, phone } from "./browser.mjs";

/** Where elements stand, and how much of the window can be seen. */
const boxes = (page, ...ids) => page.evaluate((names) => Object.fromEntries(names.map((id) => {
  const { top, bottom } = document.getElementById(id).getBoundingClientRect();
  return [id, { top, bottom }];
})), ids);

async function inView(page, bottom, ...ids) {
  await page.waitForTimeout(150);
  const found = await boxes(page, ...ids);
  for (const id of ids) assert.ok(found[id].top >= -1 && found[id].bottom <= bottom + 1, `${id} at ${JSON.stringify(found[id])} of ${bottom}`);
}

test("on a phone the box and the accept button are in view together while the keyboard is open", async (t) => {
  const { page, trouble } = await open(t, { ...phone, locale: "en-GB" }, (page) => page.addInitScript(() => {
    // As Safari and Chrome do it: the keyboard shrinks the visual viewport alone.
    const view = Object.assign(new EventTarget(), { offsetTop: 0 });
    Object.defineProperty(view, "height", { get: () => innerHeight - (window.keyboard || 0) });
    Object.defineProperty(window, "visualViewport", { value: view });
    addEventListener("focusin", (event) => { window.keyboard = event.target.id === "text" ? 340 : 0; setTimeout(() => view.dispatchEvent(new Event("resize")), 30); });
  }), "everything");
  await page.tap("#start-go");
  await at(page, 1);
  assert.notEqual(await page.evaluate(() => document.activeElement.id), "text", "no keyboard before it is asked for");
  await page.tap("#text");
  assert.equal(await page.evaluate(() => window.keyboard), 340);
  await inView(page, 740 - 340, "text", "accept");
  await page.keyboard.type("Une phrase bien plus longue, ".repeat(6));
  await inView(page, 740 - 340, "accept");
  await page.tap("#accept");
  const hint = await page.textContent("#hint");
  if (hint) {
    assert.match(hint, /Accept again to accept anyway/);
    await page.tap("#accept");
  }
  await at(page, 2);
  assert.deepEqual(trouble, []);
});

test("so they are where the keyboard shrinks the whole page", async (t) => {
  const { page } = await open(t, { ...phone, viewport: { width: 360, height: 400 } }, undefined, "everything");
  await page.tap("#start-go");
  await at(page, 1);
  await page.tap("#text");
  await inView(page, 400, "text", "accept");
});

test("a touched word is heard, and corrected when touched again", async (t) => {
  const { page } = await open(t, { ...phone, locale: "en-GB" }, undefined, "everything");
  await page.tap("#start-go");
  await at(page, 1);
  const word = page.locator(".word.doubtful").first();
  await word.tap();
  await page.waitForFunction(() => document.getElementById("audio").currentTime > 1);
  assert.notEqual(await page.evaluate(() => document.activeElement.id), "text");
  await word.tap();
  assert.equal(await page.evaluate(() => document.activeElement.id), "text");
  assert.equal(await page.evaluate(() => getSelection().toString()), "notation");
});

for (const code of Object.keys(languages)) {
  test(`no key is named on a screen that is touched, in ${code}`, async (t) => {
    const { page } = await open(t, { ...phone, locale: code }, undefined, "everything");
    const { texts } = languages[code];
    const keys = new RegExp(`${texts["keyname.enter"]}|${texts["keyname.shift"]}|\\bAlt\\b|\\bEsc\\b|Échap|Ctrl`);
    const shown = async () => (await page.evaluate(() => document.body.innerText)).match(keys)?.input.match(new RegExp(`.*(${keys.source}).*`))[0] ?? null;
    assert.equal(await shown(), null);
    await page.tap("#start-go");
    await at(page, 1);
    assert.equal(await shown(), null);
    await page.tap("#accept");
    assert.equal(await shown(), null, "the reminder to listen");
    await page.tap("#show-guide");
    assert.equal(await shown(), null, "the help");
    assert.ok((await page.textContent("#guide")).includes(texts["guide.fingers.text"]));
  });
}

/** Sharing as phones have it; window.shared is what an app got. */
const sharing = (outcome) => (page) => page.addInitScript((how) => {
  navigator.canShare = ({ files }) => files.every((file) => file.name.endsWith(".txt"));
  navigator.share = async ({ files }) => {
    if (how !== "works") throw new DOMException("no", how);
    window.shared = { name: files[0].name, type: files[0].type, text: await files[0].text() };
  };
}, outcome);

test("answers are shared where files can be, and downloaded where that fails", async (t) => {
  const { page, trouble } = await open(t, { ...phone, locale: "en-GB" }, sharing("works"));
  await page.tap("#start-go");
  await page.tap('[data-verdict="skip"]');
  await at(page, 2);
  assert.equal(await page.textContent("#download-now"), "Send");
  await page.tap("#download-now");
  await page.waitForFunction(() => window.shared);
  const shared = await page.evaluate(() => window.shared);
  assert.match(shared.name, /^answers-.*\.jsonl\.txt$/);
  assert.deepEqual(shared.text.trim().split("\n").map((line) => JSON.parse(line).verdict), [undefined, "skip"]);
  assert.match(await page.textContent("#toast"), /1 answer handed to the app/);
  assert.deepEqual(trouble, []);

  const stopped = await open(t, { ...phone, locale: "en-GB" }, sharing("AbortError"));
  await stopped.page.tap("#start-go");
  await stopped.page.tap('[data-verdict="skip"]');
  await stopped.page.tap("#download-now");
  await stopped.page.locator("#toast", { hasText: "Nothing was sent" }).waitFor();

  const refused = await open(t, { ...phone, locale: "en-GB" }, sharing("NotAllowedError"));
  await refused.page.tap("#start-go");
  await refused.page.tap('[data-verdict="skip"]');
  const { name, rows } = await download(refused.page, "#download-now");
  assert.match(name, /\.jsonl$/);
  assert.equal(rows.length, 2);
});

test("a computer downloads, even where it could share", async (t) => {
  const { page } = await open(t, { locale: "en-GB" }, sharing("works"));
  await page.click("#start-go");
  await page.keyboard.press("Alt+7");
  await at(page, 2);
  assert.equal(await page.textContent("#download-now"), "Download");
  assert.equal((await download(page, "#download-now")).rows.length, 2);
});

test("on a low screen the title, the box and the accept button are on the first screen", async (t) => {
  for (const locale of Object.keys(languages)) {
    const { page } = await open(t, { viewport: { width: 1366, height: 650 }, locale }, undefined, "everything");
    await page.click("#start-go");
    await at(page, 1);
    await inView(page, 650, "clip-number", "text", "accept");
    assert.equal(await page.evaluate(() => scrollY), 0);
  }
});

test("the page keys scroll, also from within the box, and go to no other clip", async (t) => {
  const { page } = await open(t, { viewport: { width: 1366, height: 500 } }, undefined, "everything");
  await page.click("#start-go");
  await at(page, 1);
  assert.equal(await page.evaluate(() => document.activeElement.id), "text");
  const before = await page.evaluate(() => scrollY);
  await page.keyboard.press("PageDown");
  const after = await page.evaluate(() => scrollY);
  assert.ok(after > before, `${before} ${after}`);
  await page.keyboard.press("PageUp");
  assert.ok(await page.evaluate(() => scrollY) < after);
  await at(page, 1);
});

test("the box that has the focus is in view at 200 % zoom, clip after clip", async (t) => {
  const { page } = await open(t, { viewport: { width: 683, height: 325 }, locale: "en-GB" });
  await page.click("#start-go");
  for (let n = 1; n <= 3; n++) {
    await at(page, n);
    await inView(page, 325, "text");
    const { text, accept: button } = await boxes(page, "text", "accept");
    assert.ok(text.bottom <= button.top + 1, "not under the accept button");
    if (n < 3) await accept(page, n + 1);
  }
});
