// A sitting through the real server in Chromium; while it is dead work goes on, and nothing is lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { at, openLink } from "./browser.mjs";
import { ON_SERVER, answer, check, status } from "./served.mjs";
import { CLIPS, serve } from "./server.mjs";

test("a sitting through the server: it is killed in the middle and begun again, every answer is there once, and the next batch comes", async (t) => {
  const server = await serve(t, ["ana"]);
  const batches = []; // in the order in which the page asks for them
  const note = (request) => {
    const [, batch] = request.url().match(/\/batches\/([0-9a-f]+)/) ?? [];
    if (batch && batches.at(-1) !== batch) batches.push(batch);
  };
  const { page, trouble } = await openLink(t, server, { locale: "en-GB" }, (opened) => opened.on("request", note));
  await page.locator("#give-back-row").waitFor();
  await check(page, "start");
  await page.keyboard.press("Enter");
  await answer(page, 1, 1);
  await status(page, ON_SERVER);
  await server.kill();
  await answer(page, 2, CLIPS - 1);
  await status(page, "No connection");
  await server.start();
  await status(page, ON_SERVER, 90_000);
  await answer(page, CLIPS, CLIPS);
  await page.locator("#code-row").waitFor();
  const code = await page.inputValue("#code");
  assert.match(await server.whose(code), new RegExp(`^ana of batch ${batches[0]}: ${CLIPS} of ${CLIPS} clips answered`));
  const [ana] = await server.people();
  assert.deepEqual([ana.name, ana.answered, ana.replaced], ["ana", CLIPS, 0]);
  await check(page, "done");
  await Promise.all([page.waitForNavigation(), page.click("#next-batch")]);
  await page.locator("#give-back-row").waitFor();
  assert.equal(batches.length, 2);
  // The browser writes down that the server was away; nothing else.
  assert.deepEqual(trouble.filter((line) => !line.includes("ERR_CONNECTION")), []);
});

test("a second device goes on where the first one was", async (t) => {
  const server = await serve(t, ["ana"]);
  const one = await openLink(t, server, { locale: "en-GB" });
  await one.page.locator("#give-back-row").waitFor();
  await one.page.keyboard.press("Enter");
  await answer(one.page, 1, 1);
  await status(one.page, ON_SERVER);
  const other = await openLink(t, server, { locale: "en-GB" });
  await other.page.locator("#give-back-row").waitFor();
  await other.page.locator("#start-go", { hasText: "1 of" }).waitFor();
  await other.page.keyboard.press("Enter");
  await at(other.page, 2);
});
