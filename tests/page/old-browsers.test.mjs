// Chrome 90, Firefox 91, Safari 15: what they lack has a fallback, seen in the sources, by their stylesheet in today's Chromium, and in
// a Chromium of that time.
import assert from "node:assert/strict";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { test } from "node:test";
import axe from "axe-core";
import { at, languages, open, root } from "./browser.mjs";
import { newInMarkup, newInScript, newInStyle, styleOfOld } from "./support.mjs";

const folder = new URL("src/tasks/page/", root);
const source = (name) => readFile(new URL(name, folder), "utf8");
const style = await source("page.css");
const markup = await source("page.html");
const parts = (await readdir(folder)).filter((name) => name.endsWith(".js"));
const script = (await Promise.all(parts.map(source))).join("\n");

/** What some of the oldest browsers lack, and what stands in for it: a pattern in the sources, or why nothing has to. */
const GUARDS = {
  "css :focus-visible": /:focus \{ outline: 3px[\s\S]*:focus:not\(:focus-visible\)/, // without it the ring is seen after a click too
  "css ::backdrop": /\.by-hand \{[^}]*box-shadow: 0 0 0 200vmax/,
  "css @media forced-colors": "Safari, which has no such mode",
  "css accent-color": "check boxes are blue",
  "css color-scheme": "scroll bars and check boxes stay light",
  "html <dialog>": /dialog:not\(\[open\]\) \{ display: none; \}/,
  "html autocapitalize": "a phone's keyboard begins with a small letter",
  "html autocorrect": "only Safari corrects by itself",
  "html enterkeyhint": "the key has its usual picture",
  "js .number": "a field of our data",
  "js .path": "a column of our rows",
  "js .showModal": /if \(typeof dialog\.showModal === "function"\) \{\s+dialog\.showModal\(\);/,
  "js navigator.canShare": /typeof navigator\.canShare !== "function"/,
  "js navigator.share": /typeof navigator\.share !== "function"/,
};

test("nothing that an old browser lacks is without a fallback", () => {
  const found = [...newInStyle(style).found, ...newInMarkup(markup), ...newInScript(script)];
  assert.deepEqual(found.filter((name) => !(name in GUARDS)), [], "too new for the oldest browsers: give it a fallback");
  assert.deepEqual(Object.keys(GUARDS).filter((name) => !found.includes(name)), [], "no longer used: take the guard out");
  for (const [name, guard] of Object.entries(GUARDS)) if (guard instanceof RegExp) assert.match(style + script, guard, name);
});

test("a feature that is too new is noticed", () => {
  for (const [text, name] of Object.entries({
    "a { color: light-dark(red, blue); }": "css light-dark()",
    "a { --x: light-dark(red, blue); }": "css light-dark()",
    "a { color: color-mix(in srgb, red, blue); }": "css color-mix()",
    "a:has(b) { color: red; }": "css :has",
    "a { & b { color: red; } }": "css nesting",
    "a { b { color: red; } }": "css nesting",
    "@layer x { a { color: red; } }": "css @layer",
    "@container (width > 1px) { a { color: red; } }": "css @container",
    "@media (width > 1px) { a { color: red; } }": "css @media with ranges",
    "a { height: 100dvh; }": "css dvh",
    "a { width: fit-content; }": "css width: fit-content",
    "a { overflow-wrap: anywhere; }": "css overflow-wrap: anywhere",
    "a { text-decoration: underline dotted; }": "css text-decoration: several values",
  })) assert.ok(newInStyle(text).found.some((one) => one.startsWith(name)), `${text} ${newInStyle(text).found}`);
  for (const text of ["a { height: 100vh; height: 100dvh; }", "a { inset: 0; aspect-ratio: 1; }",
    "@supports (color: light-dark(red, blue)) { a { color: light-dark(red, blue); } }"]) assert.deepEqual(newInStyle(text).found, [], text);
  for (const [text, name] of Object.entries({
    "structuredClone(1)": "js structuredClone", "[1].at(-1)": "js .at", "Object.hasOwn(a, b)": "js Object.hasOwn", "a.findLast(b)": "js .findLast",
    "a.toSorted()": "js .toSorted", "/(?<=a)b/": "js lookbehind", "new RegExp(`(?<!${a})b`)": "js lookbehind", "/a/v": "js /v",
    "class A { static { b(); } }": "js static {}", "a.inert = true": "js .inert", "a.showPopover()": "js .showPopover",
    "navigator.storage.getDirectory()": "js navigator.storage", "new CompressionStream(`gzip`)": "js CompressionStream",
    "crypto.randomUUID()": "js crypto.randomUUID", "Array.fromAsync(a)": "js Array.fromAsync", "Promise.withResolvers()": "js Promise.withResolvers",
  })) assert.ok(newInScript(text).includes(name), `${text} ${newInScript(text)}`);
  for (const text of ["a?.b ?? c; a ??= 1_000", "a.replaceAll(b, c)", "new AudioContext().resume()", "crypto.subtle", "class A { #b = 1; }"]) {
    assert.deepEqual(newInScript(text), [], text);
  }
  assert.deepEqual(newInMarkup('<div inert popover="auto">'), ["html inert", "html popover"]);
});

test("dark colours are the same whether the computer or the reader asks for them", () => {
  const lists = [...style.matchAll(/:root(?::not\(\[data-theme="light"\]\)|\[data-theme="dark"\]) \{([^}]*--paper[^}]*)\}/g)];
  const [asked, chosen] = lists.map(([, list]) => list.trim().split(/;\s*/));
  assert.equal(lists.length, 2);
  assert.deepEqual(asked, chosen);
  const light = style.slice(0, style.indexOf("@media")).match(/--[\w-]+(?=: #)/g);
  assert.deepEqual(asked.filter(Boolean).map((line) => line.split(":")[0]), light);
});

test("texts are made uniform as with a lookbehind, which Safari has only since 16.4", async () => {
  const { tidy } = new Function(`${await source("dom.js")}; return { tidy };`)();
  const joined = "(?!\\p{DI}|\\s)[\\u0590-\\u{10FFFF}]";
  const written = `(?<=${joined}|[\\uFE00-\\uFE0F])[\\u200C\\u200D](?=${joined})|(?<=${joined})[\\uFE00-\\uFE0F]`;
  const unseen = new RegExp(`(?!${written})[\\p{DI}\\uFFF9-\\uFFFB]`, "gu");
  const before = (text) => text.normalize("NFC").replace(/[\p{Cc}\u2028\u2029]/gu, " ").replace(unseen, "").replace(/ +/g, " ").trim().normalize("NFC");
  const signs = ["a", "é", " ", "\u200d", "\u200c", "\ufe0f", "\u200b", "\u00ad", "❤", "👩", "ش", "क", "\u202e", "\ufff9", "\u{e0100}", "\n", "世"];
  let seed = 7;
  for (let n = 0; n < 20_000; n++) {
    const text = Array.from({ length: 6 }, () => signs[(seed = (seed * 48271) % 2147483647) % signs.length]).join("");
    assert.equal(tidy(text), before(text), JSON.stringify(text));
  }
});

test("without dialogs and today's colours the whole page can be seen and used", async (t) => {
  const page = await readFile(new URL("target/page-test/everything.html", root), "utf8");
  const name = "everything-old";
  const file = new URL(`target/page-test/${name}.html`, root);
  await writeFile(file, page.replace(/<style>[\s\S]*?<\/style>/, () => `<style>${styleOfOld(style)}</style>`));
  t.after(() => rm(file));
  for (const colorScheme of ["light", "dark"]) {
    const opened = await open(t, { bypassCSP: true, locale: "en-GB", colorScheme, reducedMotion: "reduce" }, (page) => page.addInitScript(() => {
      for (const name of ["showModal", "show", "close"]) delete HTMLDialogElement.prototype[name];
      for (const name of ["structuredClone"]) delete window[name];
      for (const name of ["at", "findLast", "toSorted"]) delete Array.prototype[name];
      window.RegExp = new Proxy(RegExp, { construct(Old, [pattern, flags]) {
        if (/\(\?<[=!]/.test(pattern)) throw new SyntaxError("lookbehind");
        return new Old(pattern, flags);
      } });
    }), name);
    const { page: tab, trouble } = opened;
    const look = (id) => tab.locator(id).evaluate((el) => { const { borderTopColor, backgroundColor } = getComputedStyle(el); return [borderTopColor, backgroundColor]; });
    const [, paper] = await look("html");
    await tab.click("#start-go");
    await at(tab, 1);
    const [border, ground] = await look("#back");
    assert.ok(border !== paper && border !== "rgba(0, 0, 0, 0)" && ground !== "rgba(0, 0, 0, 0)", `${border} ${ground}`);
    await tab.keyboard.press("Alt+g");
    assert.ok(await tab.isVisible("#guide"));
    const [, help] = await look("#guide");
    assert.match(help, /^rgb\(/, "the help is opaque");
    assert.ok(await tab.evaluate(() => document.getElementById("guide").contains(document.activeElement)));
    await tab.keyboard.press("Shift+Tab");
    assert.ok(await tab.evaluate(() => document.getElementById("guide").contains(document.activeElement)), "Tab stays inside");
    await tab.evaluate(axe.source);
    const { violations } = await tab.evaluate(() => axe.run({ runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] } }));
    assert.deepEqual(violations.map((v) => `${v.id} ${v.nodes.map((n) => n.target)}`), []);
    await tab.keyboard.press("Escape");
    assert.ok(await tab.isHidden("#guide"));
    assert.equal(await tab.evaluate(() => document.activeElement.id), "text");
    await tab.keyboard.press("Alt+t");
    await tab.fill("#tag-text", "frette");
    await tab.keyboard.press("Enter");
    assert.ok(await tab.isHidden("#tagger"));
    assert.match(await tab.textContent("#tags"), /frette/);
    assert.deepEqual(trouble, []);
  }
});

test("without JavaScript the page names the browsers and the devices to use, in every language", async (t) => {
  const { page } = await open(t, { javaScriptEnabled: false, viewport: { width: 360, height: 740 } });
  await page.waitForTimeout(2500);
  const said = page.locator("#no-start");
  assert.equal(await said.evaluate((el) => getComputedStyle(el).visibility), "visible");
  for (const { texts } of Object.values(languages)) assert.ok((await said.textContent()).includes(texts["page.noscript"]));
  assert.match(languages.en.texts["page.noscript"], /Firefox 91, Chrome or Edge 90, Safari 15.*Android.*iPhone/);
  assert.ok(await page.isHidden("#top"), "nothing that would not work is offered");
});
