// Clips that carry a warning: nothing of them is played or shown before their listener says so, and passing over
// them costs nothing. On request the page passes over them itself.
const ENTER_AFTER = 500; // milliseconds in which Enter still belongs to the clip before
const lifted = new Set(); // clips that the listener chose to hear, in this sitting
const spared = new Set(); // clips not passed over again, since that was undone
let veiledSince = 0;

const isWarned = (i) => clips[i].warnings.length > 0;
const isVeiled = (i) => isWarned(i) && !lifted.has(i);

function showVeil() {
  const veiled = isVeiled(current);
  $("veil").hidden = !veiled;
  $("clip-body").hidden = veiled;
  $("veil-why").replaceChildren(...clips[current].warnings.map((code) => make("li", { textContent: t(`warning.${code}`) })));
  if (veiled) veiledSince = performance.now();
}

function lift() {
  if (!isVeiled(current) || performance.now() - veiledSince < ENTER_AFTER) return;
  lifted.add(current);
  player.show(current, true);
  showClip();
  focusText();
}

/** Passes over the warned clips from i on where that was asked for; gives the next clip without an answer, or -1. */
function passWarned(i) {
  let passed = 0;
  while (batch.passWarned && i >= 0 && isVeiled(i) && !works[i].answer && !spared.has(i)) {
    give(i, "skip", true);
    passed += 1;
    i = nextOpen(i);
  }
  if (passed) toast(t("warned.passed", { n: passed, key: keyName("undo") }), 8000);
  return i;
}

function showWarnedOnStart() {
  const count = clips.filter((_, i) => isWarned(i)).length;
  $("start-warned").hidden = !count;
  $("start-warned-text").textContent = t("start.warned", { n: count, of: clips.length });
  $("pass-warned").checked = Boolean(batch.passWarned);
}
