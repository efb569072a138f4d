// Elements of the page, and texts as the importer makes them uniform. Needs nothing of the batch.
const $ = (id) => document.getElementById(id);

function make(tag, props = {}, ...children) {
  const el = Object.assign(document.createElement(tag), props);
  el.append(...children);
  return el;
}

/** A copy that shares nothing; of plain data. */
const copyOf = (value) => JSON.parse(JSON.stringify(value));

// Safari reads no lookbehind before 16.4, so the signs around are looked at one by one.
const UNSEEN = /[\p{DI}\uFFF9-\uFFFB]/u;
const SELECTOR = /^[\uFE00-\uFE0F]$/;
// A letter or sign of a script, or an emoji, that may be written with joiners.
const JOINED = /^(?!\p{DI}|\s)[\u0590-\u{10FFFF}]$/u;

/** Whether sign n, which nobody sees, is how its neighbours are written: a joiner between two, a variation selector after one. */
function isWritten(signs, n) {
  const before = signs[n - 1] || "";
  if (SELECTOR.test(signs[n])) return JOINED.test(before);
  const joiner = signs[n] === "\u200C" || signs[n] === "\u200D";
  return joiner && (JOINED.test(before) || SELECTOR.test(before)) && JOINED.test(signs[n + 1] || "");
}

function withoutUnseen(text) {
  if (!UNSEEN.test(text)) return text;
  const signs = Array.from(text);
  return signs.filter((sign, n) => !UNSEEN.test(sign) || isWritten(signs, n)).join("");
}

/**
 * As the importer does it: NFC, one line, single spaces, trimmed, nothing that nobody sees; joiners and variation
 * selectors stay between letters of scripts and in emoji that are written with them.
 */
function tidy(text) {
  return withoutUnseen(text.normalize("NFC").replace(/[\p{Cc}\u2028\u2029]/gu, " "))
    .replace(/ +/g, " ")
    .trim()
    .normalize("NFC");
}
