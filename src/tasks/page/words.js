// The draft as words that can be heard one by one, and the waveform above them.

/** Builds the words of a clip; arrows move between them, Enter or a click plays from there. */
function showWords(i) {
  const line = $("words");
  const words = clips[i].words;
  line.replaceChildren();
  $("draft-line").hidden = !words.length;
  words.forEach(([text, start], n) => {
    const word = make("button", { type: "button", className: "word", textContent: text.trim(), tabIndex: n ? -1 : 0 });
    word.addEventListener("click", () => { player.from(start / 1000); });
    word.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const next = step && line.children[n + (getComputedStyle(line).direction === "rtl" ? -step : step)];
      if (!next || event.altKey) return;
      word.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
      event.preventDefault();
    });
    line.append(word, " ");
  });
  markKept(i);
}

const bare = (word) => word.normalize("NFC").toLowerCase().replace(/[^\p{L}\p{M}\p{N}]+/gu, "");

/** Words of the draft that are no longer in the text are struck through (longest common subsequence). */
function markKept(i) {
  const buttons = [...$("words").children];
  const draft = buttons.map((b) => bare(b.textContent));
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

function showWave(i) {
  const peaks = clips[i].peaks.length ? clips[i].peaks : [2];
  const width = peaks.length;
  const path = peaks.map((peak, x) => {
    const half = 2 + (46 * peak) / 255;
    return `M${x + 0.15} ${(50 - half).toFixed(1)}h.7v${(2 * half).toFixed(1)}h-.7z`;
  }).join("");
  $("wave").setAttribute("viewBox", `0 0 ${width} 100`);
  $("wave-all").setAttribute("d", path);
  $("wave-played").setAttribute("d", path);
  $("seek").max = player.length(i).toFixed(2);
  drawPlayhead();
}

function drawPlayhead() {
  const seconds = player.time();
  const share = Math.min(1, seconds / player.length(current));
  $("played-width").setAttribute("width", share * $("wave").viewBox.baseVal.width);
  $("seek").value = seconds;
  $("seek").setAttribute("aria-valuetext", t("player.seconds", { at: decimal(seconds), of: decimal(player.length(current)) }));
  $("time").textContent = t("player.seconds", { at: decimal(seconds), of: decimal(player.length(current)) });
  $("play").classList.toggle("on", player.playing());
  const label = t(player.playing() ? "player.pause" : "player.play");
  $("play-label").textContent = label;
  $("play-again").textContent = label;
}
