// How work over a link ends: a code, the way back, the next batch; refused, revoked, withdrawn, given back. And who can use it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { at, download, open, openLink, phone } from "./browser.mjs";
import { CLIPS, ON_SERVER, answer, begin, check, status, tasks } from "./served.mjs";
import { standIn } from "./stand_in.mjs";

test("the code is copied by its button", async (t) => {
  const stand = await standIn(t, { said: { code: "C0DE-7Q" } });
  const { page } = await begin(t, stand, { permissions: ["clipboard-read", "clipboard-write"] });
  await page.keyboard.press("Enter");
  await answer(page, 1, CLIPS);
  await page.click("#code-copy");
  await page.locator("#code-said", { hasText: "Code copied." }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "C0DE-7Q");
  // As where a page without https has no clipboard.
  await page.evaluate(async () => {
    await navigator.clipboard.writeText("something else");
    window.clipboard = navigator.clipboard;
    Object.defineProperty(Navigator.prototype, "clipboard", { value: undefined });
    document.getElementById("code-said").textContent = "";
  });
  await page.click("#code-copy");
  await page.locator("#code-said", { hasText: "Code copied." }).waitFor();
  assert.equal(await page.evaluate(() => window.clipboard.readText()), "C0DE-7Q");
});

test("a way back that is not https is not offered, and without code or next batch there is neither", async (t) => {
  for (const address of ["http://app.example.org/", "javascript:alert(1)", "no address", 7]) {
    const stand = await standIn(t, { said: { return_address: address, next: false } });
    const { page, trouble } = await begin(t, stand);
    await page.keyboard.press("Enter");
    await answer(page, 1, CLIPS);
    await page.locator("#served-state", { hasText: ON_SERVER }).waitFor();
    for (const id of ["#return-row", "#code-row", "#next-batch"]) assert.ok(await page.isHidden(id), `${id} ${address}`);
    assert.ok(await page.isVisible("#served-download"));
    assert.deepEqual(trouble, []);
  }
});

test("a link that was revoked is told, nothing is sent any more, and the work can be downloaded", async (t) => {
  const stand = await standIn(t);
  const { page } = await begin(t, stand);
  await page.keyboard.press("Enter");
  await answer(page, 1, 1);
  await status(page, ON_SERVER);
  stand.behave = (request, body, path) => (/batches/.test(path) ? { status: 404, body: { error: "unknown_link", why: "revoked" } } : null);
  await answer(page, 2, 2);
  await page.locator("#link-ended").waitFor();
  assert.match(await page.textContent("#link-ended"), /no longer valid.*kept on this device.*dora@example\.org/s);
  await status(page, "nothing is sent any more");
  const requests = stand.log.length;
  await answer(page, 3, 4);
  await page.waitForTimeout(2500);
  assert.equal(stand.log.length, requests);
  await check(page, "revoked");
  const { rows: kept } = await download(page, "#link-ended-download");
  assert.equal(kept.length, 1 + 4);
});

test("a batch that was withdrawn is told", async (t) => {
  const stand = await standIn(t);
  stand.behave = (request, body, path) => (/batches/.test(path) ? { status: 410, body: { error: "withdrawn", why: "withdrawn" } } : null);
  const { page } = await openLink(t, stand, { locale: "en-GB", viewport: { width: 1366, height: 650 } });
  await page.locator("#link-ended", { hasText: "This batch was withdrawn" }).waitFor();
  assert.ok(await page.locator("#link-ended").evaluate((el) => el.getBoundingClientRect().bottom <= innerHeight && el.getBoundingClientRect().top >= 0), "in view");
  assert.ok(await page.isDisabled("#start-go"), "nobody begins what nobody takes");
});

test("an answer that the server refuses is told with its reason, and is not sent again", async (t) => {
  const stand = await standIn(t);
  const { page } = await begin(t, stand);
  await page.keyboard.press("Enter");
  stand.tasks.find((row) => row.clip === tasks[1].clip).draft_digest = "another";
  await answer(page, 1, CLIPS);
  await page.locator("#served-refused li").waitFor();
  assert.match(await page.textContent("#served-refused"), /^Clip 2: the server did not take the answer/);
  await status(page, "The server did not take 1 answer");
  await check(page, "refused");
  const count = stand.puts().length;
  await page.waitForTimeout(2000);
  assert.equal(stand.puts().length, count);
  await page.reload();
  await page.locator("#give-back-row").waitFor();
  await page.waitForTimeout(1500);
  assert.equal(stand.puts().length, count, "nor after a reload");
});

test("a batch is given back once everything is sent, and what was answered counts", async (t) => {
  const stand = await standIn(t);
  const { page, trouble } = await begin(t, stand);
  await page.keyboard.press("Enter");
  await answer(page, 1, 2);
  await page.click("#to-start");
  await page.click("#give-back");
  assert.match(await page.textContent("#who-text"), /Your 2 answers count/);
  await check(page, "give back?");
  await page.click("#who-two");
  assert.deepEqual(stand.returned, []);
  await page.click("#give-back");
  await page.click("#who-one");
  await page.locator("#done-title", { hasText: "Batch given back" }).waitFor();
  assert.deepEqual(stand.returned, ["ana"]);
  assert.equal(stand.sent().length, 2);
  await check(page, "given back");
  assert.ok(await page.isVisible("#next-batch"));
  // What is answered all the same is said not to be sent.
  await page.locator("#segments .segment").nth(4).click();
  await answer(page, 5, 5);
  await status(page, "Batch given back: 1 answer given since is not sent");
  assert.equal(stand.sent().length, 2);
  assert.deepEqual(trouble, []);
});

test("everybody can use each screen of a served page, and it asks nothing of another origin", async (t) => {
  for (const options of [{ viewport: { width: 1366, height: 650 } }, { ...phone, locale: "fr-FR" }, { colorScheme: "dark", locale: "es-ES" }, { viewport: { width: 320, height: 640 } }]) {
    const stand = await standIn(t, { said: { code: "C0DE-7Q", return_address: "https://app.example.org/x" } });
    const { page, trouble } = await begin(t, stand, { bypassCSP: true, reducedMotion: "reduce", ...options });
    await check(page, "start");
    await page.click("#start-go");
    await at(page, 1);
    await check(page, "work");
    for (let n = 1; n <= CLIPS; n++) {
      await at(page, n);
      await page.keyboard.press("Alt+7");
    }
    await page.locator("#code-row").waitFor();
    await check(page, "done");
    assert.deepEqual(trouble, []);
  }
});

test("a served page that was saved as a file works as a file, and sends nothing", async (t) => {
  const { page, trouble } = await open(t, { locale: "en-GB" }, undefined, "served");
  assert.ok(await page.isVisible("#validator") && await page.isHidden("#start-as"));
  await page.click("#start-go");
  await answer(page, 1, 2);
  await page.waitForTimeout(2000);
  assert.ok(await page.isHidden("#sending"));
  assert.deepEqual(trouble, []);
});

test("the page in a file may send nothing, and a served page only to its own server", async (t) => {
  const stand = await standIn(t);
  const { page } = await begin(t, stand);
  const policyOf = (one) => one.getAttribute('meta[http-equiv="Content-Security-Policy"]', "content");
  const elsewhere = await page.evaluate(() => fetch("http://127.0.0.1:9/").then(() => "sent", () => "stopped"));
  assert.equal(elsewhere, "stopped");
  const { page: file } = await open(t, {}, undefined, "everything");
  const hashes = /'sha256-[^']+'/g;
  const served = (await policyOf(page)).replace(hashes, "#");
  const alone = (await policyOf(file)).replace(hashes, "#");
  assert.equal(alone, "default-src 'none'; script-src #; style-src #; media-src blob: data:; img-src data:; base-uri 'none'; form-action 'none'");
  assert.equal(served, alone.replace("base-uri", "connect-src 'self'; base-uri"));
  assert.doesNotMatch(await file.content(), /fetch\(/);
});
