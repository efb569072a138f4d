// What the server has of each clip, kept in this browser, so that a reload sends only what is missing.
// notes[i]: { key, seconds } of the answer that it confirmed; { tried, triedKey } of the one sent last; `refused`: why it was not
// taken; `back`: it was undone here, and stands on the server until there is another.
const noteName = (i) => `sent/${clips[i].row.clip}`;
const readNote = (i) => Object.assign({ key: "", seconds: 0, tried: "", triedKey: "", refused: "", back: false }, store.note(noteName(i)));
let notes = link.on ? clips.map((_, i) => readNote(i)) : [];
const saveNote = (i) => store.saveNote(noteName(i), notes[i]);

/** Names an answer by what was said: the time that passed on its clip since then does not count. */
function answerKey(i) {
  const { verdict, text, tags, answered_at: at } = works[i].answer;
  return shortName(JSON.stringify([clips[i].row.draft_digest, verdict, text, tags, at]));
}

const isWaiting = (i) => Boolean(works[i].answer) && notes[i].key !== answerKey(i);
const isTaken = (i) => Boolean(works[i].answer) && !isWaiting(i) && !notes[i].refused;
const waiting = () => clips.filter((_, i) => isWaiting(i)).length;
const refusedClips = () => clips.map((_, i) => i).filter((i) => works[i].answer && !isWaiting(i) && notes[i].refused);
/** Whether somebody went back to an answered clip for a while: that time goes along with the next answers. */
const hasGrown = (i) => isTaken(i) && answerRow(i).active_seconds > notes[i].seconds && !(screen === "work" && i === current);

/** Sent earlier, and other than what stands here now: what stands here is to be the later one, also on the server. */
function makeLater(i) {
  const { answer } = works[i];
  const { tried, triedKey } = notes[i];
  if (!tried || triedKey === answerKey(i) || Date.parse(answer.answered_at) > Date.parse(tried)) return;
  const later = Math.max(Date.now(), Date.parse(tried) + 1000);
  answer.answered_at = new Date(later).toISOString().replace(/\.\d+Z$/, "Z");
  saveWork(i);
}

/** An answer was given, or taken back. */
function noteChange(i) {
  if (works[i].answer) makeLater(i);
  notes[i].back = !works[i].answer && Boolean(notes[i].tried);
  saveNote(i);
}

/** Notes what is about to be sent; gives what to confirm once the server has it. */
function noteSending(list) {
  return list.map((i) => {
    const [key, at] = [answerKey(i), works[i].answer.answered_at];
    Object.assign(notes[i], { tried: at, triedKey: key });
    saveNote(i);
    return { i, key, at, seconds: answerRow(i).active_seconds };
  });
}

/** The server has said what became of rows: each is either on its disk or refused. */
function noteReply(sendings, refused) {
  const why = new Map(refused.map((row) => [row.clip, row.code || "malformed"]));
  for (const { i, key, seconds } of sendings) {
    Object.assign(notes[i], { key, seconds, refused: why.get(clips[i].row.clip) || "" });
    saveNote(i);
  }
}

/**
 * Takes the answers that the server has from this person: a newer one here stays, and so does what is typed or was undone. `first`:
 * it was not asked before in this sitting.
 */
function takeAnswers(rows, first) {
  const before = works.map(({ text, tags, answer }, i) => (!answer && (text !== clips[i].row.draft || tags.length) ? { text, tags } : null));
  const listed = new Map(rows.map((row) => [byClip.get(row.clip), row]));
  listed.delete(undefined);
  const isBack = (i, row) => notes[i].back && Date.parse(row.answered_at) <= Date.parse(notes[i].tried);
  loadAnswers([...listed].filter(([i, row]) => !isBack(i, row)).map(([, row]) => JSON.stringify(row)).join("\n"));
  works.forEach((work, i) => {
    if (before[i] && work.answer) {
      Object.assign(work, before[i]);
      saveWork(i);
    }
    confirmListed(i, listed.get(i), first);
  });
}

/** Takes over what this person answered in this browser under a link that was replaced since. */
function takeOver(name) {
  works.forEach((work, i) => {
    for (const kept of store.clipUnderOtherLinks(clips[i].row.clip, name)) {
      const isNewer = kept.answer && !(work.answer && Date.parse(work.answer.answered_at) >= Date.parse(kept.answer.answered_at));
      if (!isNewer || kept.digest !== clips[i].row.draft_digest) continue;
      const { text, tags, active, heard, unmeasured, answer } = kept;
      Object.assign(work, { text, tags, active, heard, unmeasured, answer });
      saveWork(i);
    }
  });
}

function confirmListed(i, row, first) {
  const { answer } = works[i];
  if (!answer) return;
  const [here, there] = [Date.parse(answer.answered_at), row ? Date.parse(row.answered_at) : NaN];
  const same = here === there && row.verdict === answer.verdict && row.text === answer.text;
  if (same) Object.assign(notes[i], { key: answerKey(i), seconds: Number(row.active_seconds) || 0, tried: answer.answered_at, triedKey: answerKey(i), refused: "", back: false });
  // It lacks what it had confirmed: an older copy of it may have been put back. Asked once, as it may have its reasons.
  else if (first && !notes[i].refused && !(there >= here)) notes[i].key = "";
  saveNote(i);
}
