// The waveform: a click seeks, a drag chooses a stretch, arrows move, Shift and arrows choose.
const DRAG = 5; // pixels before a press counts as a drag
const STEP = 0.1; // seconds a Shift and arrow press

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
  const width = $("wave").viewBox.baseVal.width;
  $("played-width").setAttribute("width", share * width);
  $("playhead").setAttribute("x", share * width);
  $("seek").value = seconds;
  $("seek").setAttribute("aria-valuetext", t("player.seconds", { at: decimal(seconds), of: decimal(player.length(current)) }));
  $("time").textContent = t("player.seconds", { at: decimal(seconds), of: decimal(player.length(current)) });
  $("play").classList.toggle("on", player.playing());
  const label = t(player.playing() ? "player.pause" : "player.play");
  $("play-label").textContent = label;
  $("play-again").textContent = label;
}

function setUpWave() {
  const area = $("wave-area");
  let press = null; // { x, at, drags }
  const secondsAt = (event) => {
    const box = area.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * player.length();
  };
  area.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    press = { x: event.clientX, at: secondsAt(event), drags: false };
    area.setPointerCapture(event.pointerId);
  });
  // The caret stays in the text.
  area.addEventListener("mousedown", (event) => event.preventDefault());
  area.addEventListener("pointermove", (event) => {
    if (!press) return;
    press.drags = press.drags || Math.abs(event.clientX - press.x) > DRAG;
    if (press.drags) chooseStretch(press.at, secondsAt(event));
  });
  area.addEventListener("pointerup", (event) => {
    if (!press) return;
    const { at, drags } = press;
    press = null;
    if (drags) {
      player.seek(stretchEnds()[0]);
      sayStretch();
      return;
    }
    const inside = stretch && at >= stretchEnds()[0] && at < stretchEnds()[1];
    if (!inside) clearStretch();
    player.seek(secondsAt(event));
  });
  area.addEventListener("pointercancel", () => { press = null; });

  const seek = $("seek");
  seek.addEventListener("input", () => player.seek(Number(seek.value)));
  seek.addEventListener("keydown", (event) => {
    if (!event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
    const by = { ArrowLeft: -STEP, ArrowDown: -STEP, ArrowRight: STEP, ArrowUp: STEP, Home: -Infinity, End: Infinity }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    growStretch(by);
  });
}
