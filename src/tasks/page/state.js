// What has been done. works[i]: { text, tags, active, heard, answer } for clips[i], where answer is null or
// { verdict, text, tags, box, answered_at, validator }: `box` is what stood in the text box then. Saved on every change.
const VERDICTS = ["unintelligible", "not_speech", "wrong_language", "overlapping_speech", "personal_data", "offensive", "skip"];
const ALL_VERDICTS = ["as_is", "corrected", ...VERDICTS];
// Codes that files of earlier versions hold; they are read, never written.
const EARLIER_CODES = { several_voices: "overlapping_speech", shocking: "offensive" };
const currentCode = (verdict) => EARLIER_CODES[verdict] || verdict;

const settings = Object.assign({ speed: 1, autoplay: true, theme: "auto" }, store.settings());
// credits: the name to be credited by, or empty, of each validator; stale: something changed since the download.
const batch = Object.assign({ validator: "", at: 0, downloaded: null, stale: false, credits: {}, passWarned: [] }, store.batch());
if (batch.credit) batch.credits[batch.validator] = batch.credit; // as kept before there was one for each
delete batch.credit;
const undone = []; // [{ index, before, passed }], latest last: what undo gives back
let works = clips.map((_, i) => readWork(i));
let current = Math.min(Math.max(0, Number(batch.at) || 0), Math.max(0, clips.length - 1));
let savedAt = null;

function readWork(i) {
  const fresh = { text: clips[i].row.draft, tags: [], active: 0, heard: 0, answer: null };
  const kept = store.clip(clips[i].row.clip);
  if (kept && kept.answer) kept.answer.verdict = currentCode(kept.answer.verdict);
  // Work on another draft of the same clip is no work on this one.
  return kept && kept.digest === clips[i].row.draft_digest ? Object.assign(fresh, kept) : fresh;
}

function saveWork(i) {
  store.saveClip(clips[i].row.clip, { ...works[i], digest: clips[i].row.draft_digest });
  savedAt = new Date();
}

function saveBatch() {
  batch.at = current;
  store.saveBatch(batch);
}

function saveSettings() {
  store.saveSettings(settings);
}

function isDirty(work) {
  return Boolean(work.answer)
    && (work.text !== work.answer.box || JSON.stringify(work.tags) !== JSON.stringify(work.answer.tags));
}

/** What accepting would say: "empty", "as_is" or "corrected". */
function acceptance(i) {
  const text = tidy(works[i].text);
  if (!text) return "empty";
  return text === tidy(clips[i].row.draft) ? "as_is" : "corrected";
}

/** Answers clip i; `passed` says that the page did so itself, on request. */
function give(i, verdict, passed = false) {
  const work = works[i];
  const text = tidy(work.text);
  const changed = text !== tidy(clips[i].row.draft);
  const said = verdict === "as_is" || verdict === "corrected" || (verdict === "unintelligible" && changed);
  undone.push({ index: i, before: copyOf(work), passed });
  work.answer = {
    verdict,
    text: said ? text : "",
    tags: copyOf(work.tags),
    box: work.text,
    answered_at: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    validator: batch.validator,
  };
  batch.stale = true;
  saveWork(i);
  link.onAnswer(i);
}

/** Takes the last answer back; gives the clip's index, or -1. */
function undo() {
  const last = undone.pop();
  if (!last) return -1;
  works[last.index] = { ...last.before, active: works[last.index].active, heard: works[last.index].heard };
  if (last.passed) spared.add(last.index);
  batch.stale = true;
  saveWork(last.index);
  link.onAnswer(last.index);
  return last.index;
}

const answered = () => works.filter((w) => w.answer).length;
/** Whether there is work that no download holds: an answer given since, or one begun. */
const hasUnsent = () => (answered() > 0 && (!batch.downloaded || batch.stale))
  || works.some((w, i) => (w.answer ? isDirty(w) : w.text !== clips[i].row.draft || w.tags.length > 0));
const activeTotal = () => works.reduce((sum, w) => sum + w.active, 0);

/** The next clip without an answer after i, around the end, but for voices left out; -1 when there is none. */
function nextOpen(i) {
  for (let step = 1; step <= clips.length; step++) {
    const j = (i + step) % clips.length;
    if (!works[j].answer && !isLeftOut(j)) return j;
  }
  return -1;
}

function pseudonym() {
  const letters = "abcdefghjkmnpqrstuvwxyz23456789";
  const random = crypto.getRandomValues(new Uint8Array(8));
  return "v-" + Array.from(random, (b) => letters[b % letters.length]).join("");
}
