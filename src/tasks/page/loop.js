// A stretch of the clip: chosen on the waveform, by words, or with Shift and arrows. Alt+B plays it over and over;
// without one it takes a moment around the playhead.
const AROUND = 1.5;
const SHORTEST = 0.1;
let stretch = null; // { anchor, head, own } in seconds; own: made by the key itself, gone when the loop ends

function stretchEnds() {
  return [Math.min(stretch.anchor, stretch.head), Math.max(stretch.anchor, stretch.head)];
}

function stretchText(key) {
  const [from, to] = stretchEnds();
  return t(key, { from: decimal(from), to: decimal(to) });
}

/** Chooses from anchor to head, in either order; while looping, the loop follows. */
function chooseStretch(anchor, head) {
  const inside = (seconds) => Math.min(Math.max(0, seconds), player.length());
  stretch = { anchor: inside(anchor), head: inside(head), own: false };
  const [from, to] = stretchEnds();
  if (player.looping()) player.repeat(to - from >= SHORTEST ? [from, to] : null);
  drawStretch();
}

function sayStretch() {
  if (stretch) announce(stretchText("loop.chosen"));
}

function clearStretch() {
  stretch = null;
  player.repeat(null);
  drawStretch();
}

function toggleLoop() {
  if (player.looping()) {
    player.repeat(null);
    player.stop();
    drawStretch();
    announce(t("loop.stopped"));
    return;
  }
  if (!stretch || stretchEnds()[1] - stretchEnds()[0] < SHORTEST) {
    // Whole also at the clip's ends: the moment moves inwards rather than shrinking.
    const from = Math.max(0, Math.min(player.time() - AROUND / 2, player.length() - AROUND));
    stretch = { anchor: from, head: Math.min(from + AROUND, player.length()), own: true };
  }
  player.repeat(stretchEnds());
  drawStretch();
  announce(stretchText("loop.started"));
}

/** The stretch on the waveform, its words, and whether it loops. */
function drawStretch() {
  const looping = player.looping();
  if (stretch && stretch.own && !looping) stretch = null;
  const [from, to] = stretch ? stretchEnds() : [0, 0];
  const scale = $("wave").viewBox.baseVal.width / player.length();
  $("stretch").setAttribute("x", from * scale);
  $("stretch").setAttribute("width", (to - from) * scale);
  $("stretch").classList.toggle("looping", looping);
  $("loop").setAttribute("aria-pressed", String(looping));
  $("loop-range").textContent = stretch ? stretchText("loop.range") : "";
  const words = $("words").children;
  clips[current].words.forEach(([, start, end], n) => {
    const chosen = stretch !== null && start / 1000 >= from - 0.01 && end / 1000 <= to + 0.01;
    if (words[n]) words[n].classList.toggle("chosen", chosen);
  });
}

/** Each frame: a loop that was left by seeking is no longer shown as one. */
function drawStretchEnd() {
  const shown = $("loop").getAttribute("aria-pressed") === "true";
  if (shown !== player.looping()) drawStretch();
}

/** Shift and an arrow on the seek bar move the end that was moved last. */
function growStretch(by) {
  const anchor = stretch ? stretch.anchor : player.time();
  const head = (stretch ? stretch.head : player.time()) + by;
  chooseStretch(anchor, head);
  sayStretch();
}
