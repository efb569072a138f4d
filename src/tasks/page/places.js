// Where the words of the draft stand in the text box, whatever was changed there since; and the way from one doubt to the next.
const REACTION = 0.25; // seconds between hearing a wrong word and the key

/** For each place in `a`, from 0 to its length, the place in `b` that it has come to (longest common subsequence of signs). */
function placesIn(a, b) {
  const table = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i][j] = a[i] === b[j] ? table[i + 1][j + 1] + 1 : Math.max(table[i + 1][j], table[i][j + 1]);
    }
  }
  const places = [];
  for (let i = 0, j = 0; i <= a.length; ) {
    if (i < a.length && j < b.length && a[i] === b[j]) places[i++] = j++;
    else if (i < a.length && (j === b.length || table[i + 1][j] >= table[i][j + 1])) places[i++] = j;
    else if (j < b.length) j += 1;
    else places[i++] = j;
  }
  return places;
}

/** The same for a draft and a text of any length: only what differs in the middle is compared sign by sign. */
function alignedPlaces(draft, text) {
  let head = 0;
  while (head < draft.length && head < text.length && draft[head] === text[head]) head += 1;
  let tail = 0;
  const most = Math.min(draft.length, text.length) - head;
  while (tail < most && draft[draft.length - 1 - tail] === text[text.length - 1 - tail]) tail += 1;
  const places = placesIn(draft.slice(head, draft.length - tail), text.slice(head, text.length - tail)).map((place) => place + head);
  return (at) => {
    if (at <= head) return at;
    return at > draft.length - tail ? at - draft.length + text.length : places[at - head];
  };
}

/** From where to where each word of clip i's draft stands in the box: [[from, to]]; of a word that is gone, what replaced it. */
function wordPlaces(i) {
  const words = clips[i].words.map(([text]) => text);
  const text = works[i].text;
  const draft = words.join("");
  const place = alignedPlaces(draft, text);
  let at = 0;
  return words.map((word) => {
    const inner = word.search(/[\p{L}\p{M}\p{N}]/u);
    const letters = word.replace(/^[^\p{L}\p{M}\p{N}]+|[^\p{L}\p{M}\p{N}]+$/gu, "");
    const from = at + Math.max(0, inner);
    at += word.length;
    return wholeWord(text, place(from), place(from + letters.length));
  });
}

/** A stretch of the text without the spaces and signs at its ends, and with the rest of a word that it cuts. */
function wholeWord(text, from, to) {
  const letter = (n) => n >= 0 && n < text.length && /[\p{L}\p{M}\p{N}]/u.test(text[n]);
  while (from < to && !letter(from)) from += 1;
  while (to > from && !letter(to - 1)) to -= 1;
  if (!/\s/.test(text)) return [from, to]; // written without spaces: nothing tells where its words end
  while (letter(from) && letter(from - 1)) from -= 1;
  while (letter(to) && letter(to - 1)) to += 1;
  return [from, to];
}

/** Selects word n of the draft in the box; the box takes the focus where `focus` says so. */
function selectWord(n, focus) {
  const box = $("text");
  const [from, to] = wordPlaces(current)[n];
  if (focus) box.focus({ preventScroll: true });
  box.setSelectionRange(from, to);
}

/** Puts the caret where the first doubt is, else at the end. */
function caretAtFirstDoubt() {
  const box = $("text");
  const [first] = clips[current].doubtful;
  const at = first === undefined ? box.value.length : wordPlaces(current)[first][0];
  box.setSelectionRange(at, at);
}

/** Selects the next doubtful word after the caret, around the end. Where none is marked: the word just heard, then the one before it. */
function nextDoubt() {
  const { words, doubtful } = clips[current];
  const box = $("text");
  if (!words.length) return focusBox();
  const places = wordPlaces(current);
  const selected = (n) => places[n][0] === box.selectionStart && places[n][1] === box.selectionEnd && box.selectionStart < box.selectionEnd;
  if (doubtful.length) {
    const open = doubtful.filter((n) => places[n][1] > places[n][0]);
    const after = open.find((n) => places[n][0] >= box.selectionStart && !selected(n));
    const next = after === undefined ? open[0] : after;
    if (next !== undefined) selectWord(next, true);
    return undefined;
  }
  const now = (player.time() - (player.playing() ? REACTION : 0)) * 1000;
  const heard = Math.max(0, words.reduce((last, [, start], n) => (start <= now ? n : last), 0));
  const again = words.findIndex((_, n) => n <= heard && selected(n));
  selectWord(again > 0 ? again - 1 : heard, true);
  return undefined;
}
