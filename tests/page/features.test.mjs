// Loops, pay and rest, warnings, versions, doubtful words, regions and credit.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accept, at, download, open, rows } from "./browser.mjs";

const tasks = await rows("everything");
const begin = async (t, options = {}, prepare) => {
  const opened = await open(t, { locale: "en-GB", ...options }, prepare, "everything");
  return opened;
};
const audio = (page, what) => page.evaluate((name) => document.getElementById("audio")[name], what);

test("a stretch is chosen by mouse, words or arrows, and loops by one key while typing", async (t) => {
  const { page, trouble } = await begin(t);
  await page.click("#start-go");
  await at(page, 1);
  const box = await page.locator("#wave-area").boundingBox();
  const length = tasks[0].end - tasks[0].start;
  const x = (share) => box.x + box.width * share;
  const y = box.y + box.height / 2;

  await page.mouse.move(x(0.5), y);
  await page.mouse.down();
  await page.mouse.move(x(0.7), y, { steps: 5 });
  await page.mouse.up();
  assert.match(await page.textContent("#announce"), /Stretch chosen, 2\.[34] to 3\.[34] seconds/);
  assert.equal(await page.evaluate(() => document.activeElement.id), "text");
  await page.keyboard.press("Alt+b");
  assert.equal(await page.getAttribute("#loop", "aria-pressed"), "true");
  assert.match(await page.textContent("#announce"), /Looping/);
  const seen = await page.evaluate(async () => {
    const audio = document.getElementById("audio");
    const seen = { low: 99, high: 0, turns: 0 };
    let last = audio.currentTime;
    const until = performance.now() + 3500;
    while (performance.now() < until) {
      await new Promise(requestAnimationFrame);
      const now = audio.currentTime;
      if (now < last - 0.3) seen.turns += 1;
      seen.low = Math.min(seen.low, now);
      seen.high = Math.max(seen.high, now);
      last = now;
    }
    return seen;
  });
  assert.ok(seen.turns >= 2 && seen.low >= 0.5 * length - 0.2 && seen.high <= 0.7 * length + 0.4, JSON.stringify(seen));
  await page.keyboard.press("Alt+b");
  assert.equal(await page.getAttribute("#loop", "aria-pressed"), "false");
  assert.ok(await audio(page, "paused"));
  assert.match(await page.textContent("#announce"), /Loop stopped/);

  // A plain click seeks and lets the stretch go.
  await page.mouse.click(x(0.2), y);
  assert.ok(Math.abs((await audio(page, "currentTime")) - 0.2 * length) < 0.1);
  assert.equal(await page.getAttribute("#stretch", "width"), "0");

  // Words of the draft.
  await page.locator(".word").nth(2).click();
  await page.locator(".word").nth(4).click({ modifiers: ["Shift"] });
  assert.equal(await page.locator(".word.chosen").count(), 3);
  await page.locator(".word").nth(4).focus();
  await page.keyboard.press("Shift+ArrowRight");
  assert.equal(await page.locator(".word.chosen").count(), 4);

  // Shift and arrows on the seek bar.
  await page.mouse.click(x(0.1), y);
  await page.focus("#seek");
  await page.keyboard.press("Escape");
  if (!(await audio(page, "paused"))) await page.keyboard.press("Escape");
  for (let n = 0; n < 5; n++) await page.keyboard.press("Shift+ArrowRight");
  const [, from, to] = (await page.textContent("#loop-range")).match(/([\d.]+)–([\d.]+) s/).map(Number);
  assert.ok(Math.abs(to - from - 0.5) < 0.11, `${from} ${to}`);

  // Without a stretch: a second and a half around the playhead, at the clip's end too.
  await page.mouse.click(x(0.98), y);
  await page.keyboard.press("Alt+b");
  const [, a, b] = (await page.textContent("#loop-range")).match(/([\d.]+)–([\d.]+) s/).map(Number);
  assert.ok(Math.abs(b - a - 1.5) < 0.11 && b <= length + 0.1, `${a} ${b}`);
  await page.keyboard.press("Alt+b");
  assert.equal(await page.textContent("#loop-range"), "");
  assert.deepEqual(trouble, []);
});

test("doubtful words are marked, for the eye and for screen readers, never in a blind clip", async (t) => {
  const { page } = await begin(t);
  await page.click("#start-go");
  await at(page, 1);
  assert.equal(await page.locator(".word.doubtful").count(), 2);
  const word = page.locator(".word.doubtful").first();
  assert.match(await word.textContent(), /^\S+ \(the machine is not sure of this word\)$/);
  assert.match(await word.evaluate((el) => getComputedStyle(el).textDecoration), /underline.*dotted|dotted.*underline/);
  await page.click("#next");
  await page.click("#next");
  await at(page, 3);
  assert.equal(await page.locator(".word").count(), 0);
});

test("time and pay are said before, the rate so far during the work", async (t) => {
  const { page } = await begin(t, {}, (page) => page.clock.install());
  const said = await page.textContent("#start-work");
  assert.match(said, /about 4 min, from batches done before/);
  assert.match(said, /€0\.12 a clip.*€0\.96.*€14\.40 an hour/);
  await page.click("#start-go");
  await at(page, 1);
  await page.keyboard.press("Alt+7");
  assert.equal(await page.textContent("#pay"), "€0.12 earned");
  await page.clock.runFor(25_000);
  await page.keyboard.press("Shift");
  await page.clock.runFor(25_000);
  await page.keyboard.press("Escape");
  await page.clock.runFor(25_000);
  assert.match(await page.textContent("#pay"), /€0\.12 earned, €[45]\.\d\d an hour so far · under the floor of €12\.00/);
});

test("a break and the day's limit are said and stop nobody", async (t) => {
  const { page } = await begin(t, {}, async (page) => {
    await page.clock.install({ time: new Date(2026, 10, 24, 10) }); // the work must not run past midnight
    await page.addInitScript(() => {
      const now = new Date();
      const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
      if (!localStorage.getItem("second-ear/day")) {
        localStorage.setItem("second-ear/day", JSON.stringify({ date: day, seconds: 240 * 60 - 44 * 60 - 30 }));
      }
    });
  });
  assert.equal(await page.textContent("#day"), "");
  await page.click("#start-go");
  await at(page, 1);
  let toast = "";
  for (let n = 0; n < 46 * 3 && !/limit/.test(toast); n++) {
    await page.keyboard.press("Shift");
    await page.clock.runFor(20_000);
    toast = await page.textContent("#toast");
  }
  assert.match(toast, /4 h 00 min of work today/);
  assert.match(await page.textContent("#day"), /limit is reached/);
  for (let n = 0; n < 4 && !/break/.test(toast); n++) {
    await page.keyboard.press("Shift");
    await page.clock.runFor(20_000);
    toast = await page.textContent("#toast");
  }
  assert.match(toast, /45 minutes of work: a break/);
  await page.keyboard.press("Alt+7");
  await at(page, 2);
});

test("a page without pay shows no money", async (t) => {
  const { page } = await open(t, { locale: "en-GB" });
  assert.ok(!(await page.isVisible("#start-work")));
  await page.click("#start-go");
  assert.equal(await page.textContent("#pay"), "");
});

test("a warned clip plays and shows nothing before it is asked for; passing costs nothing", async (t) => {
  const { page, trouble } = await begin(t);
  assert.match(await page.textContent("#start-warned-text"), /3 of 8 clips/);
  await page.click("#start-go");
  await at(page, 1);
  await page.keyboard.press("Alt+ArrowDown");
  await at(page, 2);
  assert.match(await page.textContent("#veil"), /Violence.*reported it as offensive/s);
  for (const id of ["text", "words", "before", "after", "wave", "reasons", "accept"]) assert.ok(!(await page.isVisible(`#${id}`)), id);
  assert.ok(!(await page.textContent("#announce")).includes("gens"));
  await page.keyboard.press("Escape");
  await page.keyboard.press("Alt+r");
  await page.keyboard.press("Alt+b");
  await page.keyboard.press("Alt+1");
  await at(page, 2);
  assert.ok(await audio(page, "paused"));
  assert.equal(await audio(page, "currentTime"), 0);
  await page.waitForTimeout(550);
  await page.keyboard.press("Enter");
  await page.locator("#text").waitFor();
  await page.waitForFunction(() => document.getElementById("audio").currentTime > 0.1);
  // An offensive clip: the sound stops at once, and the next one waits.
  await page.keyboard.press("Alt+6");
  assert.ok(await audio(page, "paused"));
  await at(page, 3);
  await page.waitForTimeout(300);
  assert.ok(await audio(page, "paused"));
  assert.match(await page.textContent("#hint"), /Press Esc to listen/);
  for (let n = 3; n <= 5; n++) {
    await at(page, n);
    await page.keyboard.press("Alt+7");
  }
  await at(page, 6);
  const { rows } = await download(page, "#download-now");
  assert.deepEqual(rows.slice(1).map((row) => row.verdict), ["offensive", "skip", "skip", "skip"]);
  assert.deepEqual(trouble, []);
});

test("warned clips are passed over on request, which can be undone", async (t) => {
  const { page } = await begin(t);
  for (const box of await page.locator("#pass-kinds input").all()) await box.check();
  await page.click("#start-go");
  await at(page, 1);
  await page.keyboard.press("Alt+2");
  await at(page, 3);
  assert.match(await page.textContent("#toast"), /1 clip with a warning passed over/);
  assert.equal(await page.textContent("#pay"), "€0.24 earned");
  await page.keyboard.press("Alt+x");
  await at(page, 2);
  assert.ok(await page.isVisible("#veil"));
  await page.keyboard.press("Alt+7");
  for (const n of [3, 4, 7, 8]) {
    await at(page, n);
    await page.keyboard.press("Alt+7");
  }
  await page.locator("#done").waitFor();
  const { rows } = await download(page, "#download");
  assert.equal(rows.filter((row) => row.verdict === "skip").length, 7);
});

test("versions that people gave are put into the box by a click or a key, differing words set off", async (t) => {
  const { page, trouble } = await begin(t);
  await page.click("#start-go");
  await page.click("#next");
  await page.click("#next");
  await at(page, 3);
  assert.deepEqual(await page.locator(".version").first().locator("mark").allTextContents(), ["natation", "améliorer"]);
  assert.deepEqual(await page.locator(".support").allTextContents(), ["2 people", "1 person", ""]);
  await page.keyboard.press("Alt+Shift+Digit2");
  assert.match(await page.inputValue("#text"), /maintenir/);
  await page.keyboard.press("Control+z");
  assert.equal(await page.inputValue("#text"), "");
  await page.locator(".version").first().click();
  await accept(page, 4);
  const { rows } = await download(page, "#download-now");
  assert.deepEqual([rows[1].verdict, rows[1].text],
    ["corrected", "Les gens font souvent de la natation pour améliorer leur condition physique."]);
  assert.deepEqual(Object.keys(rows[1]), Object.keys(tasks[2]));
  assert.deepEqual(trouble, []);
});

test("another reading is put into the box by one key, and is not called people's", async (t) => {
  const { page, trouble } = await begin(t);
  await page.click("#start-go");
  for (let n = 1; n < 7; n++) await page.click("#next");
  await at(page, 7);
  assert.match(await page.locator("#versions-label").textContent(), /^Perhaps this is said/);
  assert.deepEqual(await page.locator(".version mark").allTextContents(), ["natation"]);
  await page.keyboard.press("Alt+Shift+Digit1");
  assert.match(await page.inputValue("#text"), /natation/);
  assert.deepEqual(trouble, []);
});

test("the batch's own regions can be chosen, and credit is given only to those who ask", async (t) => {
  const { page } = await begin(t);
  await page.click("#start-go");
  await at(page, 1);
  await page.keyboard.press("Alt+t");
  await page.check('input[value="accent"]');
  await page.selectOption("#tag-region", { label: "Gaspé" });
  await page.click("#tagger-form .primary");
  await page.keyboard.press("Alt+7");
  await at(page, 2);
  const plain = await download(page, "#download-now");
  assert.ok(!("credit" in plain.rows[0]));
  assert.match(plain.rows[0].written_at, /^\d{4}/);
  assert.match(plain.rows[1].validator, /^v-\w{8}$/);
  assert.deepEqual(plain.rows[1].tags, [{ kind: "accent", text: "", region: "fr-CA-QC-GASP", meaning: "" }]);
  await page.click("#to-start");
  await page.check("#credit");
  await page.click("#start-go");
  assert.ok(await page.isVisible("#start"), "a name is needed");
  await page.fill("#credit-name", " Zoé  Tremblay ");
  await page.click("#start-go");
  const named = await download(page, "#download-now");
  assert.equal(named.rows[0].credit, "Zoé Tremblay");
  assert.deepEqual(Object.keys(named.rows[1]), Object.keys(tasks[0]));
});
