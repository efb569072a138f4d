// The task page over a link on several devices and computers, reopened, undone, erased: each answer arrives once, the latest counts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { at, download, open, openLink, phone } from "./browser.mjs";
import { CLIPS, ON_SERVER, answer, begin, status, tasks } from "./served.mjs";
import { standIn } from "./stand_in.mjs";

test("after a reload only what is missing is sent", async (t) => {
  const stand = await standIn(t);
  const { page } = await begin(t, stand);
  await page.keyboard.press("Enter");
  await answer(page, 1, 2);
  await status(page, ON_SERVER);
  stand.behave = ({ method }) => (method === "PUT" ? { status: 503 } : null);
  await answer(page, 3, 3);
  await status(page, "The server has a problem: 1 answer");
  await at(page, 4);
  await page.keyboard.type("half of");
  page.on("dialog", (dialog) => dialog.accept());
  await page.reload();
  stand.behave = () => null;
  await status(page, ON_SERVER);
  assert.match(await page.textContent("#start-go"), /3 of/);
  assert.deepEqual(stand.sent().map((row) => row.clip), tasks.slice(0, 3).map((row) => row.clip));
  await page.click("#start-go");
  await at(page, 4);
  assert.match(await page.inputValue("#text"), /half of/);
});

test("another device has the answers given so far, and work goes on there; a newer answer stays", async (t) => {
  const stand = await standIn(t);
  const desk = await begin(t, stand);
  await desk.page.keyboard.press("Enter");
  await answer(desk.page, 1, 3);
  await status(desk.page, ON_SERVER);
  const { page, trouble } = await begin(t, stand, phone);
  assert.match(await page.textContent("#start-go"), /3 of/);
  assert.equal(stand.sent().length, 3, "what comes from the server is not sent back");
  await page.tap("#start-go");
  await at(page, 4);
  await page.locator("#verdicts button").nth(1).tap();
  await status(page, ON_SERVER);
  // The desk answers the first clip anew; then the phone is opened again.
  await desk.page.keyboard.press("Alt+ArrowUp");
  await desk.page.keyboard.press("Alt+ArrowUp");
  await desk.page.keyboard.press("Alt+ArrowUp");
  await at(desk.page, 1);
  await desk.page.waitForTimeout(1100);
  await desk.page.keyboard.press("Alt+1");
  await desk.page.waitForTimeout(1500);
  await status(desk.page, ON_SERVER);
  await page.reload();
  await page.locator("#give-back-row").waitFor();
  await page.tap("#start-go");
  const { rows: kept } = await download(page, "#download-now");
  assert.deepEqual(kept.slice(1).map((row) => row.verdict), ["unintelligible", "skip", "not_speech", "not_speech"]);
  assert.deepEqual(trouble, []);
});

test("an answer that is undone after it was sent is replaced by the next one, also after a reload", async (t) => {
  const stand = await standIn(t);
  const { page } = await begin(t, stand);
  await page.keyboard.press("Enter");
  await answer(page, 1, 1);
  await status(page, ON_SERVER);
  await page.keyboard.press("Alt+x");
  await at(page, 1);
  assert.equal(stand.answers.ana[tasks[0].clip].verdict, "not_speech");
  await page.reload();
  await page.locator("#give-back-row").waitFor();
  assert.doesNotMatch(await page.textContent("#start-go"), /1 of/, "the server's copy of what was undone does not come back");
  await page.keyboard.press("Enter");
  await at(page, 1);
  await page.keyboard.press("Alt+1");
  await at(page, 2);
  await status(page, ON_SERVER);
  assert.equal(stand.answers.ana[tasks[0].clip].verdict, "unintelligible");
  // Answered anew and undone: the earlier answer stands again, as the latest.
  await page.keyboard.press("Alt+ArrowUp");
  await at(page, 1);
  await page.keyboard.press("Alt+2");
  await at(page, 2);
  await stand.until(() => stand.answers.ana[tasks[0].clip].verdict === "not_speech");
  await status(page, ON_SERVER);
  await page.keyboard.press("Alt+x");
  await stand.until(() => stand.answers.ana[tasks[0].clip].verdict === "unintelligible");
  await status(page, ON_SERVER);
});

test("two people with their own links on one computer keep their own answers", async (t) => {
  const stand = await standIn(t, { tokens: { "l1nk-ana": "ana", "l1nk-ben": "ben" } });
  const { page, trouble } = await begin(t, stand);
  await page.keyboard.press("Enter");
  await answer(page, 1, 2);
  await status(page, ON_SERVER);
  await page.goto(stand.link("l1nk-ben"));
  await page.locator("#start-as", { hasText: "“ben”" }).waitFor();
  assert.doesNotMatch(await page.textContent("#start-go"), /2 of/);
  await page.keyboard.press("Enter");
  await answer(page, 1, 1);
  await status(page, ON_SERVER);
  assert.deepEqual([Object.keys(stand.answers.ana).length, Object.keys(stand.answers.ben).length], [2, 1]);
  assert.deepEqual(trouble, []);
});

test("a link that was replaced by another takes over what was answered under the first", async (t) => {
  const tokens = { "l1nk-ana": "ana" };
  const stand = await standIn(t, { tokens });
  const { page } = await begin(t, stand);
  await page.keyboard.press("Enter");
  await answer(page, 1, 1);
  await status(page, ON_SERVER);
  delete tokens["l1nk-ana"];
  await answer(page, 2, 3);
  await page.locator("#link-ended").waitFor();
  Object.assign(tokens, { "l1nk-new": "ana", "l1nk-ben": "ben" });
  page.on("dialog", (dialog) => dialog.accept());
  await page.goto(stand.link("l1nk-ben"));
  await page.locator("#start-as", { hasText: "“ben”" }).waitFor();
  await page.waitForTimeout(1500);
  assert.deepEqual(stand.answers.ben, undefined, "nobody else's");
  await page.goto(stand.link("l1nk-new"));
  await status(page, ON_SERVER);
  assert.deepEqual(stand.sent().map((row) => row.clip), tasks.slice(0, 3).map((row) => row.clip));
});

test("an answer given without a connection does not undo a later one from another device, which is then shown here too", async (t) => {
  const stand = await standIn(t);
  const desk = await begin(t, stand);
  const { page } = await begin(t, stand);
  await desk.context.setOffline(true);
  await desk.page.keyboard.press("Enter");
  await answer(desk.page, 1, 1);
  await status(desk.page, "No connection");
  await page.waitForTimeout(1100); // times are in seconds
  await page.keyboard.press("Enter");
  await at(page, 1);
  await page.keyboard.press("Alt+1");
  await status(page, ON_SERVER);
  await desk.context.setOffline(false);
  await status(desk.page, ON_SERVER);
  await desk.page.keyboard.press("Alt+ArrowUp");
  await at(desk.page, 1);
  await desk.page.locator("#state", { hasText: "Answered: Unintelligible" }).waitFor();
  assert.equal(stand.answers.ana[tasks[0].clip].verdict, "unintelligible");
  const count = stand.log.length;
  await desk.page.waitForTimeout(2500);
  assert.equal(stand.log.length, count, "and that is the end of it");
});

test("time spent on an answered clip goes along at the end, so that both have the same account", async (t) => {
  const stand = await standIn(t);
  const { page } = await begin(t, stand);
  await page.keyboard.press("Enter");
  await answer(page, 1, CLIPS);
  await page.locator("#served-state", { hasText: ON_SERVER }).waitFor();
  const before = stand.answers.ana[tasks[0].clip].active_seconds;
  await page.click("#review");
  await at(page, 1);
  await page.waitForTimeout(1500);
  await page.click("#segments .segment:last-child");
  await at(page, CLIPS);
  await page.keyboard.press("Alt+7");
  await page.locator("#done").waitFor();
  await stand.until(() => stand.answers.ana[tasks[0].clip].active_seconds > before);
  await page.locator("#served-state", { hasText: ON_SERVER }).waitFor();
  const { rows: kept } = await download(page, "#served-download");
  assert.deepEqual(kept.slice(1).map((row) => [row.clip, row.active_seconds]), tasks.map(({ clip }) => [clip, stand.answers.ana[clip].active_seconds]));
});

test("work may begin before the server has said whose link it is and what it has", async (t) => {
  const stand = await standIn(t, { tokens: { "l1nk-ben": "ben" } }); // the page was made for ana
  const other = await begin(t, stand);
  await other.page.keyboard.press("Enter");
  await answer(other.page, 1, 1);
  await status(other.page, ON_SERVER);
  stand.behave = ({ method }, body, path) => (method === "GET" && /batches/.test(path) ? { wait: 4000 } : null);
  const { page, trouble } = await openLink(t, stand, { locale: "en-GB" });
  await page.check("#credit");
  await page.fill("#credit-name", "Zoé Ann");
  await page.click("#start-go");
  await at(page, 1);
  assert.equal(await page.textContent("#state"), "");
  await page.click("#next");
  await answer(page, 2, 2);
  await at(page, 3);
  await page.keyboard.type("half of");
  await status(page, ON_SERVER);
  assert.equal(await page.inputValue("#text"), "half of");
  assert.ok(stand.sent().every((row) => row.validator === "ben"));
  assert.deepEqual(Object.keys(stand.answers.ben).sort(), tasks.slice(0, 2).map((row) => row.clip).sort());
  assert.equal(stand.puts().slice(-1)[0].header.credit, "Zoé Ann");
  await page.keyboard.press("Alt+ArrowUp");
  await page.keyboard.press("Alt+ArrowUp");
  await at(page, 1);
  assert.equal(await page.textContent("#state"), "Answered: No speech");
  assert.deepEqual(trouble, []);
});

test("what is filled in on the start screen stays when a slow server answers, and the clip at hand shows what it has", async (t) => {
  const stand = await standIn(t);
  const other = await begin(t, stand);
  await other.page.keyboard.press("Enter");
  await answer(other.page, 1, 1);
  await status(other.page, ON_SERVER);
  stand.behave = ({ method }, body, path) => (method === "GET" && /batches/.test(path) ? { wait: 2000 } : null);
  const { page } = await openLink(t, stand, { locale: "en-GB" });
  await page.check("#credit");
  await page.fill("#credit-name", "Zoé");
  await page.locator("#give-back-row").waitFor();
  assert.ok(await page.isChecked("#credit"));
  assert.equal(await page.inputValue("#credit-name"), "Zoé");
  const third = await openLink(t, stand, { locale: "en-GB" });
  await third.page.click("#start-go");
  await at(third.page, 1);
  await third.page.locator("#state", { hasText: "Answered: No speech" }).waitFor();
});

test("work erased from the browser stays on the server and comes back with the link; what is not there is named before", async (t) => {
  const stand = await standIn(t);
  const { page } = await begin(t, stand);
  const asked = [];
  page.on("dialog", (dialog) => { asked.push(dialog.message()); dialog.accept(); });
  await page.keyboard.press("Enter");
  await answer(page, 1, 2);
  await status(page, ON_SERVER);
  stand.behave = ({ method }) => (method === "PUT" ? { status: 503 } : null);
  await answer(page, 3, 3);
  await status(page, "The server has a problem");
  await page.click("#to-start");
  await page.click('summary[data-t="start.more"]');
  await page.click("#erase");
  assert.match(asked[0], /1 of them are not on the server yet and would be lost/);
  assert.equal(await page.textContent("#start-go"), "Start");
  stand.behave = () => null;
  await page.reload();
  await page.locator("#give-back-row").waitFor();
  assert.match(await page.textContent("#start-go"), /2 of/);
  assert.equal(stand.sent().length, 2);
});

test("a download that is loaded back over a link goes to the server", async (t) => {
  const stand = await standIn(t);
  const { page: file } = await open(t, { locale: "en-GB" }, undefined, "everything");
  await file.click("#start-go");
  await answer(file, 1, 2);
  const { text } = await download(file, "#download-now");
  const { page, trouble } = await begin(t, stand);
  await page.click('summary[data-t="start.more"]');
  // Of the same clips; the file of another batch would say so.
  await page.setInputFiles("#load", { name: "answers.jsonl", mimeType: "text/plain", buffer: Buffer.from(text) });
  await page.locator("#load-result", { hasText: "Answers loaded: 2" }).waitFor();
  await status(page, ON_SERVER);
  assert.deepEqual(stand.sent().map((row) => [row.clip, row.validator]), tasks.slice(0, 2).map((row) => [row.clip, "ana"]));
  assert.deepEqual(trouble, []);
});

test("two tabs of one link send each answer once", async (t) => {
  const stand = await standIn(t);
  const { page, context } = await begin(t, stand);
  const other = await context.newPage();
  await other.goto(stand.link());
  await other.locator("#give-back-row").waitFor();
  await page.bringToFront();
  await page.keyboard.press("Enter");
  await answer(page, 1, 2);
  await status(page, ON_SERVER);
  await other.bringToFront();
  await other.click("#start-go");
  await at(other, 3);
  await other.keyboard.press("Alt+2");
  await status(other, ON_SERVER);
  assert.deepEqual(stand.sent().map((row) => row.clip), tasks.slice(0, 3).map((row) => row.clip));
});
