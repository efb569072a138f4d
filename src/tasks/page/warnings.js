// Clips that carry a warning: nothing of them is played or shown before their listener says so, and passing over
// them costs nothing. On request the page passes over them itself, by kind. What somebody listens to of them is counted for them.
const KINDS = ["violent", "hateful", "sexual", "reported"];
const EXPOSED_BREAK = 10 * 60; // seconds of such clips after which the page suggests to leave them for a while
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
  works[current].exposed = true;
  saveWork(current);
  player.show(current, true);
  showClip();
  focusText();
}

/** Kinds that the page passes over; an earlier page kept one choice for all of them. */
const passedKinds = () => (batch.passWarned === true ? KINDS : Array.isArray(batch.passWarned) ? batch.passWarned : []);
const isPassed = (i) => clips[i].warnings.some((kind) => passedKinds().includes(kind));

/** Seconds of work on clips whose warning was lifted. */
const exposure = () => works.reduce((sum, work) => sum + (work.exposed ? work.active : 0), 0);

/** Says, once for each stretch, that one has listened to such clips for long. */
function watchExposure() {
  const stretches = Math.floor(exposure() / EXPOSED_BREAK);
  if (stretches > (batch.exposedSaid || 0)) toast(t("exposure.break", { time: roughly(exposure()) }), 20_000);
  batch.exposedSaid = stretches;
}

function showExposure() {
  const seconds = exposure();
  $("done-exposure").hidden = seconds < 1;
  $("done-exposure").textContent = seconds < 1 ? "" : t("exposure.so_far", { time: roughly(seconds) });
}

/** Passes over the warned clips from i on where that was asked for; gives the next clip without an answer, or -1. */
function passWarned(i) {
  let passed = 0;
  while (i >= 0 && isVeiled(i) && isPassed(i) && !works[i].answer && !spared.has(i)) {
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
  const legend = $("pass-kinds").querySelector("legend");
  const boxes = KINDS.map((kind) => {
    const of = clips.filter((item) => item.warnings.includes(kind)).length;
    if (!of) return null;
    const box = make("input", { type: "checkbox", id: `pass-${kind}`, value: kind, checked: passedKinds().includes(kind) });
    return make("label", { className: "check" }, box, ` ${t(`pass.${kind}`, { n: of })}`);
  });
  $("pass-kinds").replaceChildren(legend, ...boxes.filter(Boolean));
}

/** Keeps which kinds are chosen; kinds that this batch has none of stay as they were. */
function keepPassed() {
  const boxes = [...$("pass-kinds").querySelectorAll("input")];
  const here = boxes.map((box) => box.value);
  const others = passedKinds().filter((kind) => !here.includes(kind));
  batch.passWarned = [...others, ...boxes.filter((box) => box.checked).map((box) => box.value)];
}
