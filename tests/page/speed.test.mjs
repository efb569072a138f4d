// Size and speed: a page of 100 real clips opens soon, one of 500 stays fluid.
import assert from "node:assert/strict";
import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { at, open, root } from "./browser.mjs";

test("a page of 100 clips of 5 s can be worked in soon after it is opened", async (t) => {
  const begun = performance.now();
  const { page } = await open(t, {}, undefined, "hundred");
  await page.locator("#start-go:enabled").waitFor();
  const inPage = await page.evaluate(() => performance.getEntriesByType("navigation")[0].domInteractive);
  const opened = performance.now() - begun;
  const { size } = await stat(new URL("target/page-test/hundred.html", root));
  t.diagnostic(`${(size / 1e6).toFixed(1)} MB, interactive after ${inPage.toFixed(0)} ms (${opened.toFixed(0)} ms with a fresh context)`);
  assert.ok(opened < 5000, `${opened} ms`);
});

test("going to the next of 500 clips takes no time to speak of", async (t) => {
  // The same sounds again and again under other ids.
  const page500 = new URL("target/page-test/five-hundred.html", root);
  const [head, rest] = (await readFile(new URL("target/page-test/hundred.html", root), "utf8")).split('id="tasks">');
  const end = rest.indexOf("</script");
  const data = JSON.parse(rest.slice(0, end));
  data.items = Array.from({ length: 500 }, (_, n) => {
    const item = data.items[n % data.items.length];
    return { ...item, row: { ...item.row, clip: `${item.row.clip}-${n}` } };
  });
  data.batch = "500";
  await writeFile(page500, head + 'id="tasks">' + JSON.stringify(data).replace(/[<>&]/g, " ") + rest.slice(end));
  t.after(() => rm(page500));
  const { page, trouble } = await open(t, {}, undefined, "five-hundred");
  const inPage = await page.evaluate(() => performance.getEntriesByType("navigation")[0].domInteractive);
  await page.click("#start-go");
  await at(page, 1);
  const times = await page.evaluate(async () => {
    const times = [];
    for (let n = 0; n < 30; n++) {
      const begun = performance.now();
      document.getElementById("next").click();
      times.push(performance.now() - begun);
      await new Promise((then) => setTimeout(then, 300));
    }
    return times.sort((a, b) => a - b);
  });
  await at(page, 31);
  t.diagnostic(`500 clips, ${(data.items.reduce((n, i) => n + i.audio.length, 0) / 1e6).toFixed(0)} MB: interactive after `
    + `${inPage.toFixed(0)} ms, next clip median ${times[15].toFixed(1)} ms, worst ${times[29].toFixed(1)} ms`);
  assert.ok(times[15] < 100, `${times[15]} ms`);
  assert.deepEqual(trouble, []);
});
