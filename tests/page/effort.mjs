// How many keys a correction takes at least: the shortest way for somebody who knows every key. In: a draft, what is to stand there, and
// where the page puts the caret. Out: the keys, as Playwright names them. A key held with another counts as one press.

/** Places where Ctrl and an arrow stop in Chromium on Linux: starts of words and signs to the left, ends to the right. */
function stops(text) {
  const words = [...new Intl.Segmenter("fr", { granularity: "word" }).segment(text)].filter((part) => part.segment.trim());
  return { starts: words.map((part) => part.index), ends: words.map((part) => part.index + part.segment.length) };
}

/** The one stretch in which two texts differ. */
export function difference(from, to) {
  let head = 0;
  while (head < from.length && head < to.length && from[head] === to[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(from.length, to.length) - head && from.at(-1 - tail) === to.at(-1 - tail)) tail += 1;
  return { from: head, to: from.length - tail, typed: to.slice(head, to.length - tail) };
}

/** Ways to end: at a place of the caret, or with a word selected; each with the keys that remain. */
function endings(draft, wanted, word) {
  const { from, to, typed } = difference(draft, wanted);
  const times = (key, n) => Array(n).fill(key);
  const ways = [{ at: to, keys: [...times("Backspace", to - from), ...typed] }, { at: from, keys: [...times("Delete", to - from), ...typed] }];
  const after = wanted.length - (draft.length - word.to);
  ways.push({ at: word.to, keys: ["Control+Backspace", ...wanted.slice(word.from, after)] });
  ways.push({ at: word.from, keys: ["Control+Delete", ...wanted.slice(word.from, after)] });
  if (from >= word.from && to <= word.to) ways.push({ selected: word, keys: [...wanted.slice(word.from, after)] });
  return ways;
}

/**
 * The fewest keys from the caret at `start` to the wanted text, Enter included. `jumps`: what the page's own key selects, in order.
 * `arrowsAlone`: for somebody who does not know Home, End and Control.
 */
export function fewestKeys(draft, wanted, word, start, jumps = [], { arrowsAlone = false } = {}) {
  const { starts, ends } = stops(draft);
  const ways = endings(draft, wanted, word).filter(({ keys }) => !arrowsAlone || !keys.some((key) => key.startsWith("Control")));
  const same = (one, other) => one && one.from === other.from && one.to === other.to;
  const seen = new Set();
  let states = [{ at: start, keys: [] }];
  let best = null;
  for (let depth = 0; states.length && (!best || depth < best.length); depth++) {
    const next = [];
    for (const state of states) {
      const name = state.selected ? `${state.selected.from}-${state.selected.to}` : String(state.at);
      if (seen.has(name)) continue;
      seen.add(name);
      for (const way of ways) {
        const fits = way.selected ? same(state.selected, way.selected) : !state.selected && state.at === way.at;
        if (fits && (!best || state.keys.length + way.keys.length + 1 < best.length)) best = [...state.keys, ...way.keys, "Enter"];
      }
      const go = (key, at) => next.push({ at, keys: [...state.keys, key] });
      const { from, to } = state.selected ?? { from: state.at, to: state.at };
      go("ArrowLeft", state.selected ? from : Math.max(0, from - 1));
      go("ArrowRight", state.selected ? to : Math.min(draft.length, to + 1));
      if (!arrowsAlone) {
        go("Home", 0);
        go("End", draft.length);
      }
      if (!state.selected && !arrowsAlone) {
        go("Control+ArrowLeft", starts.filter((at) => at < from).at(-1) ?? 0);
        go("Control+ArrowRight", ends.find((at) => at > to) ?? draft.length);
      }
      const jump = jumps.find((one) => one.from >= from && !same(state.selected, one)) ?? jumps[0];
      if (jump) next.push({ selected: jump, keys: [...state.keys, "Alt+d"] });
    }
    states = next;
  }
  return best;
}
