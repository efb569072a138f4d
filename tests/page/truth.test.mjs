// What the page says of itself and its clips is so: languages, sound that is not heard, names, typography.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accept, at, download, languages, open } from "./browser.mjs";

const begin = async (t, prepare, name = "everything") => {
  const opened = await open(t, { locale: "en-GB" }, prepare, name);
  await opened.page.click("#start-go");
  await at(opened.page, 1);
  return opened;
};

test("the language of each clip is said, and the one that is expected where it is another", async (t) => {
  const { page } = await open(t, { locale: "en-GB" }, undefined, "everything");
  assert.equal(await page.textContent("#start-expected"), "Expected language: French.");
  await page.click("#start-go");
  await at(page, 1);
  assert.equal(await page.textContent("#spoken-language"), "language: French");
  assert.equal(await page.getAttribute("#text", "lang"), "fr");
  for (let n = 2; n <= 5; n++) await page.click("#next");
  await at(page, 5);
  assert.equal(await page.textContent("#spoken-language"), "language: English (expected: French)");
  assert.equal(await page.getAttribute("#text", "lang"), "en");
});

test("without a sound device the page says so, and what is not heard does not count as listened to", async (t) => {
  const { page, trouble } = await begin(t, (page) => page.addInitScript(() => {
    navigator.mediaDevices.enumerateDevices = async () => [{ kind: "audioinput" }];
  }));
  await page.locator("#audio-problem", { hasText: "no sound device" }).waitFor();
  await page.waitForFunction(() => document.getElementById("audio").ended);
  await page.keyboard.press("Enter");
  assert.match(await page.textContent("#hint"), /not played: this clip does not count as listened to/);
  await at(page, 1);
  await page.keyboard.press("Enter");
  await at(page, 2);
  assert.deepEqual(trouble, []);
});

test("a sound that stands still, or cannot be played, is told and does not count", async (t) => {
  const still = await begin(t, (page) => page.addInitScript(() => {
    Object.defineProperty(HTMLMediaElement.prototype, "currentTime", { get: () => 0, set() {} });
  }));
  await still.page.locator("#audio-problem", { hasText: "does not move" }).waitFor();
  const broken = await begin(t, (page) => page.addInitScript(() => {
    URL.createObjectURL = ((make) => () => make(new Blob(["no sound"])))(URL.createObjectURL);
  }));
  await broken.page.locator("#audio-problem", { hasText: "cannot play" }).waitFor();
  await broken.page.keyboard.press("Enter");
  assert.match(await broken.page.textContent("#hint"), /does not count as listened to/);
});

test("playback that goes on steps back a little, and not after a move", async (t) => {
  const { page } = await begin(t);
  await page.waitForFunction(() => document.getElementById("audio").currentTime > 1.2);
  await page.keyboard.press("Escape");
  const now = () => page.evaluate(() => document.getElementById("audio").currentTime);
  const paused = await now();
  await page.evaluate(() => document.getElementById("audio").addEventListener("playing", (event) => { window.from ??= event.target.currentTime; }));
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => window.from !== undefined);
  const from = await page.evaluate(() => window.from);
  assert.ok(from < paused - 0.3 && from > paused - 0.7, `${paused} ${from}`);
  await page.keyboard.press("Escape");
  await page.locator("#seek").evaluate((el) => { el.value = "2.5"; el.dispatchEvent(new Event("input")); });
  await page.keyboard.press("Escape");
  assert.ok(await now() >= 2.5);
});

test("a second person on the same computer gets a name of their own, and each answer keeps its own", async (t) => {
  const { page, trouble } = await open(t, { locale: "en-GB" });
  assert.ok(await page.isHidden("#who-last"), "nobody worked here yet");
  await page.fill("#validator", "Zoé");
  await page.check("#credit");
  await page.fill("#credit-name", "Zoé Tremblay");
  await page.click("#start-go");
  await page.keyboard.press("Alt+7");
  await at(page, 2);
  await page.reload();
  assert.equal(await page.textContent("#who-last-text"), "Are you Zoé?");
  await page.click("#who-other");
  const name = await page.inputValue("#validator");
  assert.match(name, /^v-/);
  assert.ok(!(await page.isChecked("#credit")), "the credit is the other person's");
  await page.fill("#validator", "Ana");
  await page.click("#start-go");
  await page.locator("#who").waitFor();
  assert.match(await page.textContent("#who-text"), /1 answer here is by “Zoé”/);
  await page.click("#who-two");
  await at(page, 2);
  await page.keyboard.press("Alt+2");
  await at(page, 3);
  const { rows } = await download(page, "#download-now");
  assert.deepEqual(rows.map((row) => row.format ? `credit ${row.credit ?? "none"}` : `${row.validator} ${row.verdict}`),
    ["credit Zoé Tremblay", "Zoé skip", "credit none", "Ana not_speech"]);
  // Back to the first, who is known and not asked again.
  await page.reload();
  assert.equal(await page.inputValue("#validator"), "Ana");
  await page.fill("#validator", "Zoé");
  await page.click("#start-go");
  await at(page, 3);
  assert.deepEqual(trouble, []);
});

test("a name that differs by accents or capitals is asked about, once", async (t) => {
  const { page } = await open(t, { locale: "en-GB" });
  await page.fill("#validator", "Zoé");
  await page.click("#start-go");
  await page.keyboard.press("Alt+7");
  await at(page, 2);
  const startAs = async (name) => {
    await page.click("#to-start");
    await page.fill("#validator", name);
    await page.click("#start-go");
  };
  await startAs("zoe");
  assert.match(await page.textContent("#who-text"), /“zoe” and “Zoé” look alike/);
  await page.click("#who-one");
  await at(page, 2);
  await page.keyboard.press("Alt+2");
  await at(page, 3);
  await startAs("ZOE");
  await page.click("#who-two");
  await at(page, 3);
  await startAs("Zoé");
  await at(page, 3);
  await startAs("ZOE");
  await at(page, 3);
  const { rows } = await download(page, "#download-now");
  assert.deepEqual(rows.filter((row) => row.clip).map((row) => row.validator), ["Zoé", "Zoé"]);
});

test("a name that was changed is put on the answers given so far, where it is the same person", async (t) => {
  const { page } = await open(t, { locale: "en-GB" });
  await page.click("#start-go");
  await page.keyboard.press("Alt+7");
  await at(page, 2);
  await page.click("#to-start");
  await page.fill("#validator", "Zoé");
  await page.click("#start-go");
  await page.click("#who-one");
  await at(page, 2);
  const { rows } = await download(page, "#download-now");
  assert.equal(rows[1].validator, "Zoé");
});

test("a voice is left out for the sitting, nothing is answered for it, and it comes back", async (t) => {
  const { page, trouble } = await begin(t);
  await page.click("#leave-out");
  assert.match(await page.textContent("#toast"), /4 clips of this voice are left out/);
  for (const n of [2, 4, 6, 8]) {
    await at(page, n);
    if (n === 2 || n === 6) await page.click("#veil-skip");
    else await accept(page);
  }
  await page.locator("#done").waitFor();
  assert.equal(await page.textContent("#done-title"), "4 clips left");
  assert.match(await page.textContent("#done-left-out"), /4 clips are of voices that you left out/);
  assert.equal((await download(page, "#download")).rows.length, 1 + 4);
  await page.click("#take-back");
  await at(page, 1);
  assert.deepEqual(trouble, []);
});

test("the team's words are shown as text, at the start and in the help", async (t) => {
  const { page, trouble } = await open(t, { locale: "en-GB" }, undefined, "everything");
  assert.equal(await page.title(), "Appels de Gaspésie — batch 2");
  assert.equal(await page.textContent("#start-title"), "Appels de Gaspésie — batch 2");
  for (const place of ["start", "guide"]) {
    const words = page.locator(`#${place}-instructions`);
    assert.match(await words.textContent(), /Écoutez toute la phrase, même <b>longue<\/b>\./);
    assert.deepEqual(await words.locator("strong, em").allTextContents(), ["toute", "doute"]);
    assert.equal(await words.locator("b, a").count(), 0);
    assert.deepEqual(await page.locator(`#${place}-team li`).allTextContents(),
      ["To be sent by: Tuesday, December 15, 2026", "Questions: Dora, dora@example.org"]);
  }
  assert.deepEqual(await page.locator("#start-rules li").allTextContents(), ["Nombres en lettres.", "Les prénoms restent."]);
  await page.click("#start-go");
  await page.keyboard.press("Alt+g");
  assert.deepEqual(await page.locator("#conventions li").allTextContents(), ["Nombres en lettres.", "Les prénoms restent."]);
  assert.deepEqual(trouble, []);
});

test("a page of a team that says nothing shows its own rules and no empty place", async (t) => {
  for (const [locale, { conventions }] of Object.entries(languages)) {
    const { page } = await open(t, { locale });
    for (const id of ["start-instructions", "start-team", "start-rules-row"]) assert.ok(await page.isHidden(`#${id}`), id);
    assert.deepEqual(await page.locator("#conventions li").allTextContents(), conventions);
  }
});

test("French signs of two parts stand after a space that does not break", () => {
  const { texts, conventions } = languages.fr;
  const wrong = [...Object.values(texts), ...conventions].filter((text) => / [;:?!»]|« |[\p{L}\p{N})}»][;:?!]|«[^\u00a0]|[^\u00a0]»/u.test(text));
  assert.deepEqual(wrong, []);
});
