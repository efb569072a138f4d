// The batch as handed out. The blob is parsed once and then dropped from the document.
const tasks = (() => {
  const blob = document.getElementById("tasks");
  const parsed = JSON.parse(blob.textContent);
  blob.remove();
  return parsed;
})();
const clips = tasks.items;
const byClip = new Map(clips.map((item, i) => [item.row.clip, i]));

const $ = (id) => document.getElementById(id);

function make(tag, props = {}, ...children) {
  const el = Object.assign(document.createElement(tag), props);
  el.append(...children);
  return el;
}

/** As the importer does it: NFC, one line, single spaces, trimmed. */
function tidy(text) {
  return text
    .normalize("NFC")
    .replace(/\uFEFF/g, "")
    .replace(/[\p{Cc}\u2028\u2029]/gu, " ")
    .replace(/ +/g, " ")
    .trim();
}
