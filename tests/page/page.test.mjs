// The task page in a real browser, opened from file:// as a validator would: one sitting, and what could break it.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { accept, at, download, number, open, root, rows } from "./browser.mjs";

const tasks = await rows("tasks");
const expected = new URL("tests/data/page/answers.jsonl", root);
const fixed = "Les gens font souvent de la natation pour améliorer leur condition physique.";

test("one sitting by keyboard alone: hear, correct, tag, reload, finish, download", async (t) => {
  const { page, trouble } = await open(t);
  assert.equal(await page.getAttribute("html", "lang"), "fr");
  await page.fill("#validator", "  Zoé « l’Écoute » ");
  await page.keyboard.press("Enter");
  await at(page, 1);

  // It plays on arrival, and the word being spoken is marked.
  await page.waitForFunction(() => document.getElementById("audio").currentTime > 0.8);
  await page.locator(".word.spoken").first().waitFor();
  await page.keyboard.press("Escape");
  assert.ok(await page.evaluate(() => document.getElementById("audio").paused));
  const before = await page.evaluate(() => document.getElementById("audio").currentTime);
  await page.keyboard.press("Alt+l");
  assert.match(await page.textContent("#speed"), /1,1/);
  await page.keyboard.press("Alt+h");
  await page.keyboard.press("Alt+j");
  await page.waitForFunction((then) => document.getElementById("audio").currentTime < then, before + 0.01);

  // Correct a word by typing.
  assert.equal(await page.inputValue("#text"), tasks[0].draft);
  await page.fill("#text", fixed);
  assert.deepEqual(await page.locator(".word.gone").allTextContents(), ["notation"]);
  await page.keyboard.press("Enter");
  assert.match(await page.textContent("#hint"), /pas encore écouté/);
  await page.keyboard.press("Enter");
  await at(page, 2);

  // Tag: the word under the selection, and one that the lexicon suggests.
  await page.evaluate(() => {
    const box = document.getElementById("text");
    const from = box.value.indexOf("frette");
    box.setSelectionRange(from, from + "frette".length);
  });
  await page.keyboard.press("Alt+t");
  assert.equal(await page.inputValue("#tag-text"), "frette");
  assert.equal(await page.inputValue("#tag-region"), "fr-CA-QC");
  assert.equal(await page.inputValue("#tag-meaning"), "très froid");
  // The dialog's close event comes a moment after it is closed, and gives the text box the focus.
  await page.evaluate(() => {
    document.getElementById("tagger").addEventListener("close", () => { window.taggerClosed = true; }, { once: true });
  });
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => window.taggerClosed);
  await page.locator(".suggestion").focus();
  await page.keyboard.press("Enter");
  assert.equal(await page.locator(".chip").count(), 2);
  assert.equal(await page.locator(".suggestion").count(), 0);
  await accept(page, 3);

  // No draft: nothing to accept, no word given away.
  assert.equal(await page.inputValue("#text"), "");
  assert.equal(await page.locator(".word").count(), 0);
  await page.keyboard.press("Enter");
  assert.match(await page.textContent("#hint"), /Écrivez/);
  assert.equal(await number(page), `Extrait 3 sur ${tasks.length}`);
  await page.keyboard.type("à moitié");
  await page.keyboard.press("Alt+1");
  await at(page, 4);

  // Undo gives the clip back with what was typed; then the same again.
  await page.keyboard.press("Alt+x");
  await at(page, 3);
  assert.equal(await page.inputValue("#text"), "à moitié");
  await page.keyboard.press("Alt+1");
  await at(page, 4);

  // Half an answer survives a reload and is not in the download.
  await page.keyboard.type(" et la suite");
  const typed = await page.inputValue("#text");
  await page.reload();
  assert.equal(await page.inputValue("#validator"), "Zoé « l’Écoute »");
  assert.match(await page.textContent("#start-go"), /3 sur 29/);
  await page.keyboard.press("Enter");
  await at(page, 4);
  assert.equal(await page.inputValue("#text"), typed);
  assert.equal((await download(page, "#download-now")).rows.length, 1 + 3);
  await page.fill("#text", tasks[3].draft);

  // Hostile texts stand in the box as they are, and are accepted as they are; every verdict has its key.
  for (let n = 4; n <= tasks.length; n++) {
    await at(page, n);
    const shown = await page.inputValue("#text");
    assert.equal(shown, tasks[n - 1].draft.replace(/\r\n?/g, "\n"));
    const key = n - (tasks.length - 7);
    if (key >= 1 && key <= 7) await page.keyboard.press(`Alt+${key}`);
    else await accept(page);
  }
  await page.locator("#done").waitFor();
  const file = await download(page, "#download");
  assert.match(file.name, /^answers-[0-9a-f]{12}-.*\.jsonl$/);
  const [header, ...rows] = file.rows;
  assert.deepEqual([header.format, header.version, header.answered], ["second-ear answers", 1, tasks.length]);
  assert.equal(rows.length, tasks.length);
  rows.forEach((row, i) => {
    assert.deepEqual(Object.keys(row), Object.keys(tasks[i]));
    assert.deepEqual([row.clip, row.draft, row.draft_digest], [tasks[i].clip, tasks[i].draft, tasks[i].draft_digest]);
    assert.equal(row.validator, "Zoé « l’Écoute »");
    assert.ok(row.active_seconds >= 0 && row.active_seconds < 60);
    assert.ok(row.listened >= 0 && row.listened <= 1);
    assert.ok(Math.abs(Date.parse(row.answered_at) - Date.now()) < 120_000);
  });
  assert.deepEqual([rows[0].verdict, rows[0].text], ["corrected", fixed]);
  assert.ok(rows[0].active_seconds > 0);
  assert.deepEqual(rows[1].tags.map((tag) => [tag.kind, tag.text, tag.meaning]),
    [["regional_word", "frette", "très froid"], ["idiom", "lâche pas la patate", "ne te décourage pas"]]);
  assert.deepEqual([rows[2].verdict, rows[2].text], ["unintelligible", "à moitié"]);
  assert.deepEqual(new Set(rows.map((row) => row.verdict)).size, 9);
  assert.deepEqual(trouble, []);

  // The importer's tests read this file; UPDATE=1 writes it anew.
  const still = rows.map((row) => JSON.stringify({ ...row, active_seconds: 2.5, answered_at: "2026-11-23T10:00:00Z", listened: null }) + "\n").join("");
  const { format, version, workspace, batch, clips, answered } = header;
  const whole = JSON.stringify({ format, version, workspace, batch, clips, answered }) + "\n" + still;
  if (process.env.UPDATE) await writeFile(expected, whole);
  assert.equal(whole, await readFile(expected, "utf8"));
});

test("a download of an earlier version is loaded with today's codes", async (t) => {
  const { page, trouble } = await open(t, { locale: "en-IE" });
  await page.click('summary[data-t="start.more"]');
  await page.setInputFiles("#load", fileURLToPath(new URL("tests/data/page/answers_earlier_codes.jsonl", root)));
  await page.locator("#load-result", { hasText: `Answers loaded: ${tasks.length}` }).waitFor();
  await page.click("#start-go");
  const { rows } = await download(page, "#download");
  const want = (await readFile(expected, "utf8")).trim().split("\n").map(JSON.parse);
  assert.deepEqual(rows.slice(1), want.slice(1));
  assert.deepEqual(trouble, []);
});

test("answers can be loaded back elsewhere, and a newer answer stays", async (t) => {
  const { page, trouble } = await open(t, { locale: "en-IE" });
  await page.click('summary[data-t="start.more"]');
  await page.setInputFiles("#load", fileURLToPath(expected));
  await page.locator("#load-result", { hasText: `Answers loaded: ${tasks.length}` }).waitFor();
  assert.equal(await page.inputValue("#validator"), "Zoé « l’Écoute »");
  await page.setInputFiles("#load", fileURLToPath(expected));
  await page.locator("#load-result", { hasText: `older ${tasks.length}` }).waitFor();
  await page.setInputFiles("#load", { name: "x", mimeType: "text/plain", buffer: Buffer.from('{"clip":"x"}\nnull\n{"cut') });
  await page.locator("#load-result", { hasText: "of another batch 1, unreadable 1" }).waitFor();
  await page.click("#start-go");
  const { rows } = await download(page, "#download");
  const want = (await readFile(expected, "utf8")).trim().split("\n").map(JSON.parse);
  assert.deepEqual(rows.slice(1), want.slice(1));
  assert.deepEqual(trouble, []);
});

test("a change after an answer counts only once it is accepted", async (t) => {
  const { page } = await open(t, { locale: "en-GB" });
  await page.keyboard.press("Enter");
  await at(page, 1);
  await page.keyboard.press("Alt+2");
  await at(page, 2);
  await page.keyboard.press("Alt+ArrowUp");
  await at(page, 1);
  await page.fill("#text", fixed);
  assert.match(await page.textContent("#state"), /Changed since/);
  assert.equal((await download(page, "#download-now")).rows[1].verdict, "not_speech");
  await accept(page, 2);
  const { rows } = await download(page, "#download-now");
  assert.deepEqual([rows[1].verdict, rows[1].text], ["corrected", fixed]);
});

test("hostile texts make no element and run no script", async (t) => {
  const { page, trouble } = await open(t);
  assert.equal(await page.locator("script").count(), 1);
  assert.equal(await page.locator("img, iframe, object, embed, link[rel=stylesheet]").count(), 0);
  // Even a script that did get in would not run, and nothing would leave.
  const stopped = await page.evaluate(async () => {
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(script);
    const sent = await fetch("http://127.0.0.1:9/").then(() => true, () => false);
    return !window.ran && !sent;
  });
  assert.ok(stopped);
  assert.ok(trouble.every((line) => /Content Security Policy/.test(line)), trouble.join("\n"));
});

test("the clock stops when nothing happens for half a minute", async (t) => {
  const { page } = await open(t, {}, (page) => page.clock.install());
  await page.click("#start-go");
  await at(page, 1);
  await page.keyboard.press("Escape");
  await page.evaluate(() => document.getElementById("audio").pause());
  await page.clock.runFor(120_000);
  const [minutes, seconds] = (await page.textContent("#clock")).split(":").map(Number);
  assert.ok(minutes === 0 && seconds >= 25 && seconds <= 36, `${minutes}:${seconds}`);
  assert.ok(await page.isVisible("#clock-idle"));
});
