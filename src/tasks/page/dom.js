// Elements of the page, and texts as the importer makes them uniform. Needs nothing of the batch.
const $ = (id) => document.getElementById(id);

function make(tag, props = {}, ...children) {
  const el = Object.assign(document.createElement(tag), props);
  el.append(...children);
  return el;
}

// A letter or sign of a script, or an emoji, that may be written with joiners.
const JOINED = "(?!\\p{DI}|\\s)[\\u0590-\\u{10FFFF}]";
const WRITTEN =
  `(?<=${JOINED}|[\\uFE00-\\uFE0F])[\\u200C\\u200D](?=${JOINED})|(?<=${JOINED})[\\uFE00-\\uFE0F]`;
const UNSEEN = new RegExp(`(?!${WRITTEN})[\\p{DI}\\uFFF9-\\uFFFB]`, "gu");

/**
 * As the importer does it: NFC, one line, single spaces, trimmed, nothing that nobody sees; joiners and variation
 * selectors stay between letters of scripts and in emoji that are written with them.
 */
function tidy(text) {
  return text
    .normalize("NFC")
    .replace(/[\p{Cc}\u2028\u2029]/gu, " ")
    .replace(UNSEEN, "")
    .replace(/ +/g, " ")
    .trim()
    .normalize("NFC");
}
