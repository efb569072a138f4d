// The task page over a link: a server hands it out and takes its answers, and a lost connection costs nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { accept, at, download } from "./browser.mjs";
import { CLIPS, ON_SERVER, answer, begin, check, status, tasks } from "./served.mjs";
import { standIn } from "./stand_in.mjs";

test("a sitting by keyboard over a link: no name is asked for, every answer arrives, and a code, a way back and the next batch are there", async (t) => {
  const stand = await standIn(t, { said: { code: "C0DE-7Q", return_address: "https://app.example.org/submissions/complete?cc=C0DE-7Q" } });
  const { page, trouble } = await begin(t, stand);
  assert.equal(await page.textContent("#start-as"), "This link is yours: your answers carry the name “ana”.");
  assert.ok(await page.isHidden("#validator") && await page.isHidden("#who-last"));
  assert.match(await page.textContent("#start-until"), /^These clips are kept for you until/);
  await page.keyboard.press("Enter");
  await at(page, 1);
  await page.keyboard.press("Alt+d");
  await page.keyboard.type("natation");
  await accept(page, 2);
  await status(page, ON_SERVER);
  assert.deepEqual(stand.sent().map((row) => [row.clip, row.verdict, row.validator]), [[tasks[0].clip, "corrected", "ana"]]);
  await answer(page, 2, CLIPS);
  await page.locator("#done").waitFor();
  await page.locator("#code-row").waitFor();
  assert.equal(await page.inputValue("#code"), "C0DE-7Q");
  assert.equal(await page.textContent("#served-state"), `${ON_SERVER}.`);
  const link = page.locator("#return-link");
  assert.deepEqual([await link.getAttribute("href"), await link.getAttribute("rel"), await link.textContent()],
    ["https://app.example.org/submissions/complete?cc=C0DE-7Q", "noreferrer", "Return to app.example.org"]);
  // Each answer once, under the header of a download.
  assert.deepEqual(stand.sent().map((row) => row.clip), tasks.map((row) => row.clip));
  assert.ok(stand.puts().every((one) => one.type === "application/x-ndjson" && one.header.answered === one.rows.length));
  const file = await download(page, "#served-download");
  const without = ({ active_seconds, ...row }) => row;
  assert.deepEqual(file.rows.slice(1).map(without), stand.sent().map(without));
  await Promise.all([page.waitForNavigation(), page.click("#next-batch")]);
  assert.deepEqual(trouble, []);
});

test("the connection is lost in the middle and comes back: work goes on, nothing is lost and nothing comes twice", async (t) => {
  const stand = await standIn(t);
  const { page, context } = await begin(t, stand);
  await page.keyboard.press("Enter");
  await answer(page, 1, 2);
  await status(page, ON_SERVER);
  await context.setOffline(true);
  await answer(page, 3, 5);
  await status(page, "No connection: 3 answers are kept on this device");
  assert.equal(stand.sent().length, 2);
  await page.waitForTimeout(8000); // the pauses between tries grow: the next one is seconds away
  await context.setOffline(false);
  await status(page, ON_SERVER, 2500);
  assert.deepEqual(stand.sent().map((row) => row.clip), tasks.slice(0, 5).map((row) => row.clip));
  assert.deepEqual(Object.keys(stand.answers.ana).sort(), tasks.slice(0, 5).map((row) => row.clip).sort());
});

test("while nothing is on the server, the last screen says so and goes on trying; then it is done", async (t) => {
  const stand = await standIn(t, { said: { code: "C0DE" } });
  const { page, context } = await begin(t, stand);
  await page.keyboard.press("Enter");
  await answer(page, 1, CLIPS - 1);
  await context.setOffline(true);
  await answer(page, CLIPS, CLIPS);
  await page.locator("#served-state", { hasText: "No connection" }).waitFor();
  assert.equal(await page.textContent("#done-title"), "All answered, but not all sent yet");
  assert.ok(await page.isHidden("#code-row") && await page.isHidden("#next-batch"));
  assert.ok(await page.isVisible("#served-download"));
  await check(page, "done, offline");
  await context.setOffline(false);
  await page.locator("#code-row").waitFor();
  assert.equal(await page.textContent("#done-title"), "All done, thank you!");
  await check(page, "done");
});

test("a server that fails, drops connections and answers twice still gets every answer, once", async (t) => {
  const stand = await standIn(t);
  const { page } = await begin(t, stand);
  // Two failures; then it takes the rows, and its word is lost: the same rows come again, and are known.
  const turns = [{ status: 500 }, "drop", "late"];
  stand.behave = ({ method }) => (method === "PUT" ? turns.shift() ?? null : null);
  await page.keyboard.press("Enter");
  await answer(page, 1, 1);
  await status(page, /The server has a problem: 1 answer is|No connection: 1 answer is/);
  await status(page, ON_SERVER, 30_000);
  assert.equal(turns.length, 0);
  const arrived = stand.sent();
  assert.deepEqual([arrived.length, new Set(arrived.map((row) => JSON.stringify(row))).size], [2, 1]);
  assert.deepEqual(Object.keys(stand.answers.ana), [tasks[0].clip]);
});

test("a slow server holds no key back", async (t) => {
  const stand = await standIn(t);
  const { page } = await begin(t, stand);
  stand.behave = ({ method }) => (method === "PUT" ? { wait: 3000 } : null);
  await page.keyboard.press("Enter");
  await answer(page, 1, 1);
  await stand.until(() => stand.puts().length === 1);
  const before = Date.now();
  await answer(page, 2, 5);
  assert.ok(Date.now() - before < 2900, `${Date.now() - before} ms`);
  assert.equal(stand.puts().length, 1, "one request at a time");
  await status(page, ON_SERVER);
  assert.equal(stand.sent().length, 5);
});

test("what is not on the server is asked about before the page is closed, and only that", async (t) => {
  const stand = await standIn(t);
  const { page } = await begin(t, stand);
  await page.keyboard.press("Enter");
  await answer(page, 1, 1);
  await status(page, ON_SERVER);
  const asked = [];
  page.on("dialog", (dialog) => { asked.push(dialog.type()); dialog.accept(); });
  await page.reload();
  assert.deepEqual(asked, []);
  await status(page, ON_SERVER);
  stand.behave = ({ method }) => (method === "PUT" ? { status: 503 } : null);
  await page.click("#start-go");
  await answer(page, 2, 2);
  await status(page, "The server has a problem");
  await page.reload();
  assert.deepEqual(asked, ["beforeunload"]);
});

test("an answer given just before the page is closed arrives all the same", async (t) => {
  const stand = await standIn(t);
  const { page } = await begin(t, stand);
  page.on("dialog", (dialog) => dialog.accept());
  await page.keyboard.press("Enter");
  await answer(page, 1, 1);
  await page.goto("about:blank");
  await stand.until(() => stand.answers.ana?.[tasks[0].clip]);
});

test("a proxy's own page in the server's place is no end of the link", async (t) => {
  const stand = await standIn(t);
  const { page } = await begin(t, stand);
  let turns = 1;
  stand.behave = ({ method }) => (method === "PUT" && turns-- > 0 ? { status: 404, body: "<h1>nginx</h1>" } : null);
  await page.keyboard.press("Enter");
  await answer(page, 1, 1);
  await status(page, "The server has a problem");
  await status(page, ON_SERVER);
});

test("a busy server is left alone for as long as it asks", async (t) => {
  const stand = await standIn(t);
  const { page } = await begin(t, stand);
  let turns = 1;
  const times = [];
  stand.behave = ({ method }) => {
    if (method !== "PUT") return null;
    times.push(Date.now());
    return turns-- > 0 ? { status: 429, headers: { "Retry-After": "4" } } : null;
  };
  await page.keyboard.press("Enter");
  await answer(page, 1, 1);
  await status(page, "The server is very busy: 1 answer is kept");
  await answer(page, 2, 3); // another answer does not hurry it
  await status(page, ON_SERVER);
  assert.equal(times.length, 2);
  assert.ok(times[1] - times[0] >= 3900, `${times[1] - times[0]} ms`);
  assert.equal(stand.sent().length, 3);
});

test("answers that are too many for one request go in several", async (t) => {
  const stand = await standIn(t);
  const { page, context } = await begin(t, stand);
  stand.behave = ({ method }, body) => (method === "PUT" && body.trim().split("\n").length > 3 ? { status: 413, body: { error: "too_large", why: "too large" } } : null);
  await page.keyboard.press("Enter");
  await context.setOffline(true);
  await answer(page, 1, 6);
  await context.setOffline(false);
  await status(page, ON_SERVER);
  assert.ok(stand.puts().filter((one) => one.rows).every((one) => one.rows.length <= 2));
  assert.equal(stand.sent().length, 6);
});
