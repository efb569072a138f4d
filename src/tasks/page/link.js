// The link over which a server handed this page out: served.js, which stands in such a page alone, fills it in. In a file, and in a
// served page that somebody saved as a file, it is not on and nothing is sent.
const link = {
  on: Boolean(document.querySelector('meta[name="second-ear-served"]')) && /^https?:$/.test(location.protocol),
  /** The page has started. */
  begin() {},
  /** Clip i has an answer, another one, or none any more. */
  onAnswer() {},
  /** Writes what is seen of it: in the head, on the start screen, on the last screen. */
  redraw() {},
  redrawStart() {},
  redrawDone() {},
  /** The name that the link stands for. */
  name: () => "",
  /** The work on this batch was erased from this browser. */
  erased() {},
  /** What is asked before that. */
  eraseSure: () => t("erase.sure"),
  /** Whether leaving the page now would keep an answer from the server. */
  isOpen: () => false,
};

/** A short name for a text, the same each time (cyrb53): tells texts apart, hides nothing. */
function shortName(text) {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let n = 0; n < text.length; n++) {
    a = Math.imul(a ^ text.charCodeAt(n), 2654435761);
    b = Math.imul(b ^ text.charCodeAt(n), 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
}
