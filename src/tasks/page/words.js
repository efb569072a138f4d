// The draft as words that can be heard one by one, chosen together, and marked as doubtful.
let wordAnchor = 0; // where a choice of several words starts

/** Builds the words of a clip; arrows move between them, Enter or a click plays from there, Shift chooses. */
function showWords(i) {
  const line = $("words");
  const { words, doubtful } = clips[i];
  line.replaceChildren();
  wordAnchor = 0;
  $("draft-line").hidden = !words.length;
  $("draft-label").textContent = t(doubtful.length ? "draft.label.doubtful" : "draft.label");
  words.forEach(([text, start], n) => {
    const word = make("button", { type: "button", className: "word", textContent: text.trim(), tabIndex: n ? -1 : 0 });
    if (doubtful.includes(n)) {
      word.classList.add("doubtful");
      word.title = t("draft.doubtful");
      word.append(make("span", { className: "unseen", textContent: ` (${t("draft.doubtful")})`, lang: language }));
    }
    word.addEventListener("click", (event) => {
      if (event.shiftKey) return chooseWords(i, n);
      const again = wordAnchor === n && word.classList.contains("here");
      wordAnchor = n;
      player.from(start / 1000);
      markHere(n);
      // A key stays among the words. The first touch only plays: the screen's keyboard would cover half of the page.
      selectWord(n, event.detail > 0 && (!isTouch() || again));
      return undefined;
    });
    word.addEventListener("keydown", (event) => walkWords(event, i, n));
    // Across words with a mouse's button down; a finger scrolls instead.
    word.addEventListener("pointerdown", (event) => { if (!event.shiftKey) wordAnchor = n; });
    word.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "mouse" && event.buttons === 1 && n !== wordAnchor) chooseWords(i, n);
    });
    line.append(word, " ");
  });
  markKept(i);
}

/** Marks the word that was chosen last. */
function markHere(n) {
  [...$("words").children].forEach((el, m) => el.classList.toggle("here", m === n));
}

function walkWords(event, i, n) {
  const line = $("words");
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const to = n + (getComputedStyle(line).direction === "rtl" ? -step : step);
  const next = step && line.children[to];
  if (!next || event.altKey) return;
  line.children[n].tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
  event.preventDefault();
  if (event.shiftKey) chooseWords(i, to);
  else wordAnchor = to;
}

/** Chooses the sound from the word where the choice started to word n. */
function chooseWords(i, n) {
  const words = clips[i].words;
  const [first, last] = n < wordAnchor ? [n, wordAnchor] : [wordAnchor, n];
  chooseStretch(words[first][1] / 1000, words[last][2] / 1000);
  sayStretch();
}

const bare = (word) => word.normalize("NFC").toLowerCase().replace(/[^\p{L}\p{M}\p{N}]+/gu, "");

/** Words of the draft that are no longer in the text are struck through (longest common subsequence). */
function markKept(i) {
  const buttons = [...$("words").children];
  const draft = clips[i].words.map(([text]) => bare(text));
  const text = works[i].text.split(/\s+/).map(bare).filter(Boolean);
  const table = Array.from({ length: draft.length + 1 }, () => new Uint16Array(text.length + 1));
  for (let a = draft.length - 1; a >= 0; a--) {
    for (let b = text.length - 1; b >= 0; b--) {
      table[a][b] = draft[a] === text[b] ? table[a + 1][b + 1] + 1 : Math.max(table[a + 1][b], table[a][b + 1]);
    }
  }
  for (let a = 0, b = 0; a < draft.length; ) {
    const kept = b < text.length && draft[a] === text[b];
    if (kept || b >= text.length || table[a + 1][b] >= table[a][b + 1]) {
      buttons[a].classList.toggle("gone", !kept && draft[a] !== "");
      a += 1;
      if (kept) b += 1;
    } else {
      b += 1;
    }
  }
}

/** Marks the word being spoken. */
function markSpoken() {
  const now = player.time() * 1000;
  const words = clips[current].words;
  const on = player.playing() || player.time() > 0;
  let spoken = -1;
  words.forEach(([, start, end], n) => { if (on && start <= now && now < end) spoken = n; });
  [...$("words").children].forEach((el, n) => el.classList.toggle("spoken", n === spoken));
}
