// Keys of one's own, a Mac's option key, input methods, and what the browser may correct by itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, at, download, number, open, rows } from "./browser.mjs";

const mac = (page) => page.addInitScript(() => Object.defineProperty(navigator, "platform", { value: "MacIntel" }));

/** A key press as a browser tells it; gives whether the page took it. */
const press = (page, init) => page.evaluate((how) => {
  const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...how });
  if (how.keyCode) Object.defineProperty(event, "keyCode", { value: how.keyCode });
  return !(document.activeElement || document.body).dispatchEvent(event);
}, init);

async function begin(t, options = {}, prepare, name = "everything") {
  const opened = await open(t, { locale: "en-GB", ...options }, prepare, name);
  await opened.page.click("#start-go");
  await at(opened.page, 1);
  return opened;
}

async function choose(page, action, ...keys) {
  await page.click(`.change-key[data-action="${action}"]`);
  for (const key of keys) await page.keyboard.press(key);
}

test("each action gets a key of its own, for a foot pedal say, and keeps it in every batch", async (t) => {
  const { page, trouble } = await begin(t);
  await page.click("#show-guide");
  await choose(page, "play", "F9");
  assert.equal(await page.textContent("#keys-said"), "play, pause: F9");
  await choose(page, "skip", "Control+Alt+KeyK");
  await page.keyboard.press("Escape");
  assert.ok(await page.isHidden("#guide"));
  assert.equal(await page.textContent("#play kbd"), "F9");
  assert.match(await page.textContent('[data-verdict="skip"]'), /Ctrl Alt K/);
  const playing = () => page.evaluate(() => !document.getElementById("audio").paused);
  const before = await playing();
  await page.keyboard.press("F9");
  assert.equal(await playing(), !before);
  await page.keyboard.press("Escape");
  assert.equal(await playing(), before, "the usual key goes on working");
  await page.keyboard.press("Control+Alt+KeyK");
  await at(page, 2);
  await page.goto(addressOf("page"));
  await page.click("#start-go");
  await at(page, 1);
  assert.equal(await page.textContent("#play kbd"), "F9");
  await page.click("#show-guide");
  await page.click("#keys-reset");
  assert.equal(await page.locator("#play kbd").textContent(), "Esc");
  assert.deepEqual(trouble, [`request: ${addressOf("page")}`], "but the other batch that this test opens");
});

test("keys that write are refused, a pedal that is pressed twice moves, Escape and Backspace take it back", async (t) => {
  const { page } = await begin(t);
  await page.click("#show-guide");
  for (const key of ["a", "Shift+KeyA", "Enter", "Tab", "ArrowLeft", "Control+KeyC", "Home"]) {
    await choose(page, "loop", key);
    assert.match(await page.textContent("#keys-said"), /needed for writing/, key);
    await page.keyboard.press("Escape");
    assert.ok(await page.isVisible("#guide"));
  }
  await choose(page, "loop", "F8");
  await choose(page, "back", "F8");
  const keys = () => page.evaluate(() => JSON.parse(localStorage.getItem("second-ear/settings")).keys);
  assert.deepEqual(Object.keys(await keys()), ["back"]);
  await choose(page, "back", "Backspace");
  assert.deepEqual(await keys(), {});
});

test("on a Mac, what option writes is written and answers nothing", async (t) => {
  const { page } = await begin(t, {}, mac);
  const option = [["«", "Digit7"], ["“", "Digit3"], ["»", "Digit7", true], ["”", "Digit3", true], ["œ", "KeyO"], ["@", "KeyL"],
    ["†", "KeyT"], ["¬", "KeyL"], ["≈", "KeyX"], ["Dead", "KeyN"], ["ß", "KeyB"], ["∂", "KeyD"], ["ê", "KeyG"]];
  for (const [key, code, shiftKey = false] of option) {
    assert.equal(await press(page, { key, code, altKey: true, shiftKey }), false, `${key} is left to the text`);
  }
  assert.match(await number(page), /1 of/);
  assert.match(await page.textContent('[data-verdict="skip"]'), /⌃7/);
  assert.equal(await press(page, { key: "7", code: "Digit7", ctrlKey: true }), true);
  await at(page, 2);
  const { rows } = await download(page, "#download-now");
  assert.deepEqual(rows.slice(1).map((row) => row.verdict), ["skip"]);
});

test("elsewhere, AltGr writes and answers nothing", async (t) => {
  const { page } = await begin(t);
  assert.equal(await press(page, { key: "«", code: "Digit7", altKey: true, ctrlKey: true }), false);
  assert.equal(await press(page, { key: "@", code: "Digit2", altKey: true, modifierAltGraph: true }), false);
  assert.match(await number(page), /1 of/);
});

test("Enter that ends a composition accepts nothing", async (t) => {
  const { page } = await begin(t);
  await page.evaluate(() => document.getElementById("audio").pause());
  for (const how of [{ isComposing: true }, { keyCode: 229 }]) {
    for (let n = 0; n < 3; n++) assert.equal(await press(page, { key: "Enter", code: "Enter", ...how }), false);
    assert.equal(await page.textContent("#hint"), "");
    assert.match(await number(page), /1 of/);
  }
  assert.equal(await press(page, { key: "Enter", code: "Enter" }), true);
});

test("nothing corrects a regional word by itself", async (t) => {
  const { page } = await begin(t, {}, undefined, "page");
  const tasks = await rows("tasks");
  const seen = new Set();
  for (let n = 1; n <= tasks.length; n++) {
    await at(page, n);
    const [correct, check] = await page.locator("#text").evaluate((el) => [el.getAttribute("autocorrect"), el.spellcheck]);
    assert.equal(correct, "off");
    assert.equal(check, !tasks[n - 1].region && !tasks[n - 1].reasons.some((code) => /^region|idiom/.test(code)));
    seen.add(check);
    if (n < tasks.length) await page.click("#next");
  }
  assert.equal(seen.size, 2, "some clips are regional speech, others are not");
});
