// How many keys it takes to put one wrong word right, in real drafts: counted for the shortest way, and pressed in the page.
import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { at, open, root } from "./browser.mjs";
import { fewestKeys } from "./effort.mjs";

const drafts = JSON.parse(await readFile(new URL("tests/data/page/drafts.json", root), "utf8"));

/** From where to where word n stands in the draft, without the signs around it. */
function place({ draft, words }, n) {
  const texts = words.map(([text]) => text);
  const before = texts.slice(0, n).join("").length - (texts.join("").length - texts.join("").trimStart().length);
  const [head] = texts[n].match(/^[^\p{L}\p{M}\p{N}]*/u);
  const [tail] = texts[n].match(/[^\p{L}\p{M}\p{N}]*$/u);
  const to = before + texts[n].length - tail.length;
  assert.ok(to <= draft.length);
  return { from: before + head.length, to };
}

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};
/** Keys before the first that changes the text. */
const toReach = (keys) => keys.findIndex((key) => !/^(Arrow|Control\+Arrow|Home|End|Alt)/.test(key));

const ways = drafts.map((one) => {
  const wrong = place(one, one.wrong);
  const jumps = one.doubtful.map((n) => place(one, n));
  const end = one.draft.length;
  return {
    before: fewestKeys(one.draft, one.wanted, wrong, end),
    arrows: fewestKeys(one.draft, one.wanted, wrong, end, [], { arrowsAlone: true }),
    marked: fewestKeys(one.draft, one.wanted, wrong, jumps.length ? jumps[0].from : end, jumps),
    heard: fewestKeys(one.draft, one.wanted, wrong, end, [wrong]),
    heardPlain: fewestKeys(one.draft, one.wanted, wrong, end, [wrong], { arrowsAlone: true }),
  };
});

/** A page of these drafts, with marks or without, all with the same sound; the words' times are squeezed into it. */
async function pageOf(t, marked) {
  const [head, rest] = (await readFile(new URL("target/page-test/page.html", root), "utf8")).split('id="tasks">');
  const end = rest.indexOf("</script");
  const data = JSON.parse(rest.slice(0, end));
  const [first] = data.items;
  data.items = drafts.map(({ draft, words, doubtful }, n) => {
    const squeeze = 4000 / words.at(-1)[2];
    return { ...first, words: words.map(([text, from, to]) => [text, from * squeeze, to * squeeze]), doubtful: marked ? doubtful : [],
      row: { ...first.row, clip: `clip-${n}`, draft, draft_digest: `digest-${n}` } };
  });
  const name = `drafts-${marked ? "marked" : "plain"}`;
  const file = new URL(`target/page-test/${name}.html`, root);
  await writeFile(file, head + 'id="tasks">' + JSON.stringify(data).replace(/[<>&]/g, " ") + rest.slice(end));
  t.after(() => rm(file));
  const opened = await open(t, { locale: "en-GB" }, undefined, name);
  await opened.page.uncheck("#autoplay");
  await opened.page.click("#start-go");
  return opened;
}

for (const marked of [true, false]) {
  test(`a wrong word is put right in the keys counted, ${marked ? "doubtful words marked" : "none marked, just heard"}`, async (t) => {
    const { page, trouble } = await pageOf(t, marked);
    for (const [n, { words, wrong, wanted }] of drafts.entries()) {
      await at(page, n + 1);
      const keys = ways[n][marked ? "marked" : "heard"];
      // Paused where the wrong word is heard.
      if (!marked) await page.evaluate((seconds) => { document.getElementById("audio").currentTime = seconds; },
        (words[wrong][1] + words[wrong][2]) / 2 / words.at(-1)[2] * 4);
      for (const key of keys.slice(0, -1)) {
        if (key.length === 1) await page.keyboard.insertText(key);
        else await page.keyboard.press(key);
      }
      assert.equal(await page.inputValue("#text"), wanted, keys.join(" "));
      assert.equal(keys.at(-1), "Enter");
      await page.keyboard.press("Enter");
      if (await page.textContent("#hint")) await page.keyboard.press("Enter"); // not heard here; a person has
    }
    await page.locator("#done").waitFor();
    assert.deepEqual(trouble, []);
  });
}

test("the page's own keys lead to the wrong word at once", (t) => {
  const of = (way, what = (keys) => keys.length) => median(ways.map((one) => what(one[way])));
  const best = median(ways.map((one) => Math.min(one.marked.length, one.heard.length)));
  t.diagnostic(`${drafts.length} drafts with one wrong word, median keys, Enter included: arrows alone ${of("arrows")}, now ${of("heardPlain")}; `
    + `every shortcut of the browser ${of("before")}, marked ${of("marked")}, heard ${of("heard")}, the shorter of both ${best}`);
  t.diagnostic(`median keys to reach the word: arrows alone ${of("arrows", toReach)}, now ${of("heardPlain", toReach)}; `
    + `every shortcut ${of("before", toReach)}, marked ${of("marked", toReach)}, heard ${of("heard", toReach)}`);
  assert.ok(drafts.length >= 15);
  assert.ok(best < of("before") && best <= 5.5, `${best}`);
  assert.ok(of("heardPlain") <= of("arrows") / 2);
  assert.ok(of("heardPlain", toReach) <= 1);
});
